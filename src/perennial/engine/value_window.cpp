#include "perennial/engine/value_window.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace perennial::engine {
namespace {

std::vector<double> times(std::span<const double> a, std::span<const double> b) {
  if (b.empty()) return {};
  std::vector<double> out(a.begin(), a.end());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] *= b[i];
  return out;
}

bool is_learner(std::string_view id) {
  return std::ranges::find(models::window_learners(), id, &models::WindowLearner::id) !=
         models::window_learners().end();
}

class Answering {
 public:
  Answering(const journey::CustomerSummaries& customers, const ProcessAnswer& process,
            const ValueOptions& options, const Challengers& challengers, Context& context)
      : customers_(customers),
        process_(process),
        options_(options),
        challengers_(challengers),
        context_(context) {}

  // Of the window. Where a learnt model is asked for that could not learn: of the process, with a word.
  models::Window::Output output_of(const std::string& id, std::vector<std::string>& warnings) {
    if (id.empty()) return of_process(options_.process);
    const std::optional<std::string> blended = learner_of_blend(id);
    const std::string& learner = blended ? *blended : id;
    if (!is_learner(learner)) return of_process(id);
    const auto learnt = std::ranges::find(challengers_.learnt, learner, &Challenger::id);
    if (learnt != challengers_.learnt.end())
      return blended ? models::mean_of(learnt->forecast, of_process(options_.blend_partner))
                     : learnt->forecast;
    warnings.push_back(fmt::format(
        "{} won on the holdout and could not learn from the last {} days; the purchase process is "
        "used instead",
        id, options_.window_days));
    return of_process(options_.process);
  }

  // The process itself answers once.
  models::Window::Output of_process(const std::string& id) {
    if (id != options_.process) return answer_of(models::purchase_process(id).fit(histories(), {}));
    if (!own_) own_ = answer_of(process_.model);
    return *own_;
  }

  // From what is expected within the window to the horizon.
  std::vector<double> within_horizon(std::vector<double> amounts,
                                     std::span<const double> process_window,
                                     std::span<const double> process_horizon) const {
    const double longer = static_cast<double>(options_.horizon_days) / options_.window_days;
    for (std::size_t i = 0; i < amounts.size(); ++i)
      amounts[i] *= process_window[i] > 0 ? process_horizon[i] / process_window[i] : longer;
    if (longer <= 1) return amounts;
    const double scale = models::scale_to_total(amounts, process_horizon);
    for (double& amount : amounts) amount *= scale;
    return amounts;
  }

 private:
  models::Purchases::Input histories() const {
    return purchase_histories(customers_, options_.window_days, context_.threads);
  }

  models::Window::Output answer_of(const models::PurchaseModel& model) const {
    const models::Purchases::Output output = models::predict(model, histories());
    return {output.p_active, output.expected_purchases,
            times(output.expected_purchases, process_.spend)};
  }

  const journey::CustomerSummaries& customers_;
  const ProcessAnswer& process_;
  const ValueOptions& options_;
  const Challengers& challengers_;
  Context& context_;
  std::optional<models::Window::Output> own_;
};

// Trees, because reasons come from them, and whoever won.
std::vector<std::string> learners_needed(const ValueOptions& options) {
  std::vector<std::string> needed{std::string(models::WindowTrees::kId)};
  for (const std::string& id : {options.purchases_by, options.spend_by, options.activity_by}) {
    const std::string learner = learner_of_blend(id).value_or(id);
    if (is_learner(learner) && std::ranges::find(needed, learner) == needed.end())
      needed.push_back(learner);
  }
  return needed;
}

}  // namespace

WindowAnswer answer_window(store::Connection& connection,
                           const journey::CustomerSummaries& customers,
                           const ProcessAnswer& process, const ValueOptions& options,
                           Context& context) {
  Challengers challengers = learn_challengers(connection, customers, options.window_days,
                                              learners_needed(options), context);
  WindowAnswer answer;
  Answering answering(customers, process, options, challengers, context);
  answer.p_repurchase = answering.output_of(options.activity_by, answer.warnings).p_active;

  const std::vector<double> pace =
      models::status_quo(purchase_histories(customers, options.horizon_days, context.threads));
  const auto another = [&](const std::string& id) { return !id.empty() && id != options.process; };
  if (options.purchases_by == kStatusQuo) {
    answer.orders = pace;
  } else if (another(options.purchases_by)) {
    answer.orders = answering.within_horizon(
        answering.output_of(options.purchases_by, answer.warnings).expected_purchases,
        answering.of_process(options.process).expected_purchases, process.orders);
  }
  if (!process.spend.empty() && options.spend_by == kStatusQuo) {
    answer.money = times(pace, customers.mean_repeat_spend);
  } else if (!process.spend.empty() && another(options.spend_by)) {
    std::vector<double> said =
        answering.output_of(options.spend_by, answer.warnings).expected_spend;
    if (!said.empty())
      answer.money = answering.within_horizon(std::move(said),
                                              answering.of_process(options.process).expected_spend,
                                              times(process.orders, process.spend));
  }
  for (Challenger& one : challengers.learnt) answer.learnt.push_back(std::move(one.model));
  return answer;
}

}  // namespace perennial::engine
