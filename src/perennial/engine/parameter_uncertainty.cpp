#include "perennial/engine/parameter_uncertainty.h"

#include <algorithm>
#include <cmath>

#include "perennial/engine/measured.h"
#include "perennial/evaluate/bootstrap.h"
#include "perennial/models/value/predictive.h"

namespace perennial::engine {
namespace {

constexpr double kManyCameBack = 1000;
constexpr std::size_t kManyCustomers = 20'000;
constexpr std::size_t kSample = 5000;

// Every k-th customer, at most kSample of them.
struct Sample {
  std::vector<double> repeat_purchases, recency, age, mean_spend;

  models::Purchases::Input input(const models::Purchases::Input& like) const {
    models::Purchases::Input input = like;
    input.repeat_purchases = repeat_purchases;
    input.recency = recency;
    input.age = age;
    input.log_gaps = {};
    return input;
  }
};

Sample sample_of(const models::Purchases::Input& input, std::span<const double> mean_spend) {
  Sample sample;
  const std::size_t step = (input.size() + kSample - 1) / kSample;
  for (std::size_t i = 0; i < input.size(); i += step) {
    sample.repeat_purchases.push_back(input.repeat_purchases[i]);
    sample.recency.push_back(input.recency[i]);
    sample.age.push_back(input.age[i]);
    sample.mean_spend.push_back(mean_spend[i]);
  }
  return sample;
}

// From the middle 80 % of the draws: where a mean order is close to infinite a few of them are beyond all measure.
double relative_deviation(std::vector<double> totals) {
  std::ranges::sort(totals);
  const double middle = evaluate::quantile(totals, 0.5);
  const double spread = evaluate::quantile(totals, 0.9) - evaluate::quantile(totals, 0.1);
  return middle > 0 ? 0.5 * spread / kNormal80 / middle : 0;
}

void put_totals(ParameterUncertainty& out, const models::PurchaseDraws& processes,
                const std::optional<models::SpendDraws>& spends, const Sample& sample,
                const models::Purchases::Input& input) {
  const models::Purchases::Input few = sample.input(input);
  std::vector<double> active, orders, value;
  for (std::size_t d = 0; d < processes.models.size(); ++d) {
    const models::Purchases::Output forecast = models::predict(processes.models[d], few);
    double any = 0, purchases = 0, money = 0;
    for (std::size_t i = 0; i < few.size(); ++i) {
      any += forecast.p_active[i];
      purchases += forecast.expected_purchases[i];
      if (spends)
        money += forecast.expected_purchases[i] *
                 spends->models[d % spends->models.size()].expected_spend(few.repeat_purchases[i],
                                                                          sample.mean_spend[i]);
    }
    active.push_back(any);
    orders.push_back(purchases);
    value.push_back(money);
  }
  out.active = relative_deviation(active);
  out.orders = relative_deviation(orders);
  out.value = relative_deviation(value);
}

}  // namespace

ParameterUncertainty parameter_uncertainty(const models::PurchaseModel& process,
                                           const std::optional<models::GammaGamma>& spend,
                                           const models::Purchases::Input& input,
                                           std::span<const double> mean_spend,
                                           double annual_discount, const Context& context) {
  const models::PosteriorOptions options{
      .draws = 100, .seed = context.seed, .threads = context.threads};
  const models::PurchaseDraws processes = models::purchase_draws(process, input, options);
  std::optional<models::SpendDraws> spends;
  if (spend) {
    models::Spend::Input money;
    money.orders = input.repeat_purchases;
    money.mean_spend = mean_spend;
    money.threads = context.threads;
    spends = models::spend_draws(*spend, money, options);
  }
  ParameterUncertainty out;
  out.words = processes.posterior.words;
  put_totals(out, processes, spends, sample_of(input, mean_spend), input);
  const auto came_back =
      std::ranges::count_if(input.repeat_purchases, [](double x) { return x > 0; });
  if (spends && static_cast<double>(came_back) < kManyCameBack && input.size() <= kManyCustomers) {
    models::Predictive drawn = models::predictive(
        processes.models, spends->models, input, mean_spend,
        {.annual_discount = annual_discount, .draws = 1000, .seed = context.seed});
    out.low = std::move(drawn.spend_low);
    out.high = std::move(drawn.spend_high);
  }
  return out;
}

}  // namespace perennial::engine
