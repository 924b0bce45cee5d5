// Figures published for the CDNOW sample, and hostile single questions: tests/golden/value.*/cdnow.json.
// The tests that need the sample itself skip where ../shared/data is not there.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "perennial/base/time.h"
#include "perennial/models/value/choose.h"
#include "perennial/models/value/gamma_gamma.h"
#include "perennial/models/value/purchase_model.h"
#include "perennial/models/value/tracking.h"

namespace perennial::models {
namespace {

using Json = nlohmann::json;

Json golden(const std::string& model) {
  std::ifstream file(std::string(PERENNIAL_SOURCE_DIR "/tests/golden/") + model + "/cdnow.json");
  return Json::parse(file);
}

// Day number, so that differences are days.
int day_number(int yyyymmdd) {
  using namespace std::chrono;
  const year_month_day date{year(yyyymmdd / 10000),
                            month(static_cast<unsigned>(yyyymmdd / 100 % 100)),
                            day(static_cast<unsigned>(yyyymmdd % 100))};
  return static_cast<int>(sys_days(date).time_since_epoch().count());
}

// The CDNOW sample as customer summaries in weeks: calibration to 1997-09-30, holdout to 1998-06-30.
struct Cdnow {
  std::vector<double> repeat_purchases, recency, age, log_gaps, mean_spend, holdout_purchases,
      entry;
  Purchases::Input input() const {
    Purchases::Input input;
    input.repeat_purchases = repeat_purchases;
    input.recency = recency;
    input.age = age;
    input.log_gaps = log_gaps;
    return input;
  }
};

const Cdnow* cdnow() {
  static const std::string path = std::string(PERENNIAL_SHARED_DATA) + "/CDNOW_sample.txt";
  if (!std::filesystem::exists(path)) return nullptr;
  static const Cdnow data = [] {
    std::map<int, std::map<int, double>> days;  // customer -> day -> amount
    std::ifstream file(path);
    int master = 0;
    int customer = 0;
    int date = 0;
    int discs = 0;
    double amount = 0;
    while (file >> master >> customer >> date >> discs >> amount)
      days[customer][day_number(date)] += amount;
    const int end = day_number(19970930);
    Cdnow out;
    for (const auto& [id, purchases] : days) {
      const int first = purchases.begin()->first;
      double x = 0;
      double spend = 0;
      double holdout = 0;
      double log_gaps = 0;
      int last = first;
      for (const auto& [day, money] : purchases) {
        if (day > end) {
          ++holdout;
        } else if (day > first) {
          ++x;
          spend += money;
          log_gaps += std::log((day - last) / 7.0);
          last = day;
        }
      }
      out.repeat_purchases.push_back(x);
      out.recency.push_back((last - first) / 7.0);
      out.age.push_back((end - first) / 7.0);
      out.log_gaps.push_back(log_gaps);
      out.mean_spend.push_back(x > 0 ? spend / x : 0);
      out.holdout_purchases.push_back(holdout);
      out.entry.push_back((first - day_number(19970101)) / 7.0);
    }
    return out;
  }();
  return &data;
}

template <typename M>
M with_params(const Json& p) {
  return M::from_values(p.get<std::vector<double>>());
}

template <typename M>
double answer(const M& model, const Json& c) {
  const History h{c["history"][0], c["history"][1], c["history"][2]};
  const double horizon = c.value("horizon", 0.0);
  const std::string question = c["question"];
  if (question == "p_alive") return model.p_alive(h);
  if (question == "expected_purchases") return model.expected_purchases(h, horizon);
  if (question == "log_likelihood") return model.log_likelihood(h);
  const std::uint64_t n = c.value("purchases", std::uint64_t{0});
  if (question == "pmf") {
    const double from_one = std::exp(model.log_purchase_probability(h, n, horizon));
    EXPECT_NEAR(model.purchase_pmf(h, horizon).at(n), from_one, 1e-12 + 1e-9 * from_one);
    return from_one;
  }
  if constexpr (std::is_same_v<M, ParetoNbd>) {
    const auto [r, alpha, s, beta] = model.params();
    // A0 of Fader & Hardie's note 009
    if (question == "log_a0")
      return std::log(r + s + h.repeat_purchases) +
             log_power_integral(r + h.repeat_purchases, alpha, s + 1, beta, h.recency, h.age);
    if (question == "dert") return model.discounted_residual_purchases(h, horizon);
  }
  ADD_FAILURE() << "no such question: " << question;
  return 0;
}

template <typename M>
class Golden : public testing::Test {
 protected:
  Json json_ = golden(std::string(M::kId.substr(0, M::kId.find('/'))));
};
using Processes = testing::Types<BgNbd, MbgNbd, ParetoNbd, Nbd>;
TYPED_TEST_SUITE(Golden, Processes);

TYPED_TEST(Golden, SingleQuestionsHaveThePublishedAnswers) {
  if (!this->json_.contains("cases")) GTEST_SKIP() << "nothing published";
  ASSERT_GT(this->json_["cases"].size(), 10U);
  for (const Json& c : this->json_["cases"]) {
    const auto model = with_params<TypeParam>(c["params"]);
    EXPECT_NEAR(answer(model, c), c["expected"].template get<double>(),
                c["tolerance"].template get<double>())
        << c;
  }
}

TYPED_TEST(Golden, FitOnCdnowFindsThePublishedMaximum) {
  if (cdnow() == nullptr) GTEST_SKIP() << "CDNOW_sample.txt is not there";
  const Json& fit = this->json_["fit"];
  const auto model = TypeParam::fit(cdnow()->input(), {});
  const FitReport& report = model.report();
  EXPECT_TRUE(report.converged) << report.words;
  EXPECT_FALSE(report.at_bound);
  EXPECT_LT(report.gradient_norm, 1e-5);
  EXPECT_LT(report.condition, 1e6);
  EXPECT_NEAR(report.log_likelihood, fit["log_likelihood"].template get<double>(), 6e-7);
  EXPECT_NEAR(model.log_likelihood(cdnow()->input()), report.log_likelihood, 1e-8);
  ASSERT_EQ(report.estimates.size(), fit["estimates"].size());
  for (std::size_t i = 0; i < report.estimates.size(); ++i) {
    const double expected = fit["estimates"][i];
    EXPECT_NEAR(report.estimates[i], expected,
                expected * fit["tolerance_estimates"].template get<double>());
    const double error = fit["standard_errors"][i];
    EXPECT_NEAR(report.standard_errors[i], error,
                error * fit["tolerance_standard_errors"].template get<double>());
  }
}

// A row of published figures against ours.
void expect_near(std::span<const double> actual, const Json& published,
                 const char* key = "expected") {
  ASSERT_EQ(actual.size(), published[key].size());
  for (std::size_t i = 0; i < actual.size(); ++i)
    EXPECT_NEAR(actual[i], published[key][i].get<double>(),
                published["tolerance"].get<double>() * std::fmax(1, std::fabs(actual[i])))
        << i << " of " << published;
}

HoldoutQuestion holdout_question(const Cdnow& data) {
  HoldoutQuestion question{data.input(), data.holdout_purchases};
  question.calibration.horizon_periods = 39;
  return question;
}

Spend::Input spend_input(const Cdnow& data) {
  Spend::Input spend;
  spend.orders = data.repeat_purchases;
  spend.mean_spend = data.mean_spend;
  return spend;
}

TYPED_TEST(Golden, LogLikelihoodAwayFromTheMaximumIsAsPublished) {
  if (cdnow() == nullptr) GTEST_SKIP() << "CDNOW_sample.txt is not there";
  if (!this->json_.contains("likelihood_at")) GTEST_SKIP() << "nothing published";
  const Json& at = this->json_["likelihood_at"];
  const auto model = with_params<TypeParam>(at["params"]);
  EXPECT_NEAR(model.log_likelihood(cdnow()->input()), at["expected"].template get<double>(), 6e-7);
}

TYPED_TEST(Golden, HoldoutByFrequencyHistogramAndTrackingAreAsPublished) {
  if (cdnow() == nullptr) GTEST_SKIP() << "CDNOW_sample.txt is not there";
  const PurchaseModel model = TypeParam::fit(cdnow()->input(), {});
  const ProcessChoice choice = choose_process(holdout_question(*cdnow()), {});
  std::size_t column = 0;
  while (choice.scores[column].id != TypeParam::kId) ++column;
  std::vector<double> expected;
  for (const FrequencyRow& row : choice.by_frequency) expected.push_back(row.expected[column]);
  if (this->json_.contains("holdout_by_frequency"))
    expect_near(expected, this->json_["holdout_by_frequency"]);

  if (this->json_.contains("frequency_histogram")) {
    const std::vector<double> counts = expected_frequencies(model, cdnow()->age, 7);
    const Json& published = this->json_["frequency_histogram"];
    for (std::size_t x = 0; x < 7; ++x)
      EXPECT_NEAR(counts[x], published["expected"][x].template get<double>(), 0.006);
  }
  if (!this->json_.contains("tracking")) return;
  const Json& published = this->json_["tracking"];
  const std::size_t first = published["first_week"].template get<std::size_t>() - 1;
  const Tracking tracking = track(model, cdnow()->entry, 78);
  expect_near(std::span(tracking.incremental).subspan(first, 6), published, "incremental");
  if (published.contains("cumulative"))
    expect_near(std::span(tracking.cumulative).subspan(first, 6), published, "cumulative");
}

TEST(Cdnow, PurchasesAreNotRegular) {
  if (cdnow() == nullptr) GTEST_SKIP() << "CDNOW_sample.txt is not there";
  const Json json = golden("value.bg_cnbd_k");
  const UniqueHistories data = unique_histories(cdnow()->input());
  for (const auto& [name, coin] : {std::pair{"bg", FirstCoin::kAfterFirstRepeat},
                                   std::pair{"mbg", FirstCoin::kAfterFirstPurchase}}) {
    const Json& published = json["log_likelihood_by_k"][name];
    for (int k = 1; k <= 3; ++k)
      EXPECT_NEAR(
          maximise_likelihood(beta_geometric_problem(data, {coin, k}, {}), {}).log_likelihood,
          published[static_cast<std::size_t>(k - 1)].get<double>(), 0.006)
          << name << " " << k;
  }
  const BgCnbdK bg = BgCnbdK::fit(cdnow()->input(), {});
  EXPECT_EQ(bg.params().k, 1);
  EXPECT_NEAR(bg.report().log_likelihood, BgNbd::fit(cdnow()->input(), {}).report().log_likelihood,
              1e-9);
  EXPECT_NE(bg.report().words.find("no rhythm"), std::string::npos) << bg.report().words;
  EXPECT_EQ(MbgCnbdK::fit(cdnow()->input(), {}).params().k, 1);
}

TEST(Cdnow, LeavingDoesNotDependOnAge) {
  if (cdnow() == nullptr) GTEST_SKIP() << "CDNOW_sample.txt is not there";
  const Json json = golden("value.ggom_nbd");
  for (const Json& at : json["likelihood_at"]) {
    const std::vector<double> p = at["params"];  // r, alpha, b, s, beta as printed
    const GgomNbd model({p[0], p[1], p[3], p[4] / p[2], p[2]});
    EXPECT_NEAR(model.log_likelihood(cdnow()->input()), at["expected"].get<double>(),
                at["tolerance"].get<double>());
  }
  const GgomNbd model = GgomNbd::fit(cdnow()->input(), {});
  const FitReport& report = model.report();
  EXPECT_TRUE(report.converged);
  EXPECT_NE(report.words.find("Pareto/NBD says the same"), std::string::npos) << report.words;
  EXPECT_NEAR(report.log_likelihood, json["fit"]["log_likelihood"].get<double>(), 1e-4);
  const std::vector<double> expected = json["fit"]["estimates"];
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(report.estimates[i], expected[i], 1e-3 * expected[i]) << report.names[i];
}

TEST(Cdnow, ChoiceHasTheMeasuredHoldoutErrors) {
  if (cdnow() == nullptr) GTEST_SKIP() << "CDNOW_sample.txt is not there";
  const Json json = golden("value.lifetime_value")["holdout"];
  const ProcessChoice choice = choose_process(holdout_question(*cdnow()), {});
  ASSERT_EQ(choice.scores.size(), purchase_processes().size() + 1);
  for (const ProcessScore& score : choice.scores) {
    std::string name = score.id.substr(score.id.find('.') + 1);
    name = name.substr(0, name.find('/'));
    const Json& row = json.at(name);
    EXPECT_NEAR(score.mean_absolute_error, row["mae"].get<double>(), 6e-5) << name;
    EXPECT_NEAR(score.root_mean_square_error, row["rmse"].get<double>(), 6e-5) << name;
    EXPECT_NEAR(score.bias, row["bias"].get<double>(), 6e-4) << name;
    EXPECT_EQ(score.actual_purchases, 1882);
  }
  for (std::size_t k = 0; k < 8; ++k) {
    EXPECT_NEAR(choice.by_frequency[k].actual, json["actual_by_frequency"][k].get<double>(), 6e-4);
    EXPECT_EQ(choice.by_frequency[k].customers, json["customers_by_frequency"][k].get<double>());
  }
  EXPECT_NE(choice.chosen_for_churn, BgNbd::kId);
  EXPECT_NE(choice.words.find("better than the 1.024 of the status quo"), std::string::npos)
      << choice.words;
}

TEST(Cdnow, SummariesRoundedToTwoDecimalsGiveThePublishedFitsAndLifetimeValues) {
  if (cdnow() == nullptr) GTEST_SKIP() << "CDNOW_sample.txt is not there";
  const Json json = golden("value.lifetime_value");
  Cdnow data = *cdnow();
  for (auto* column : {&data.recency, &data.age, &data.mean_spend})
    for (double& value : *column) value = std::floor(value * 100 + 0.5 + 1e-9) / 100;  // halves up
  const Json& fits = json["log_likelihood"];
  const BgNbd bg = BgNbd::fit(data.input(), {});
  const GammaGamma gamma_gamma = GammaGamma::fit(spend_input(data), {});
  EXPECT_NEAR(bg.report().log_likelihood, fits["bg_nbd"].get<double>(), 6e-7);
  EXPECT_NEAR(MbgNbd::fit(data.input(), {}).report().log_likelihood, fits["mbg_nbd"].get<double>(),
              6e-7);
  EXPECT_NEAR(ParetoNbd::fit(data.input(), {}).report().log_likelihood,
              fits["pareto_nbd"].get<double>(), 6e-7);
  EXPECT_NEAR(gamma_gamma.report().log_likelihood, fits["gamma_gamma"].get<double>(), 6e-7);

  // A weekly model stepped by months, and the best-known mistake: the same model stepped by 30.
  for (const char* name : {"monthly_steps", "unit_bug"}) {
    const Json& published = json[name];
    const double step = published["weeks_per_step"];
    std::vector<double> values;
    for (std::size_t i = 0; i < 10; ++i) {
      const History history = data.input().history(i);
      double sum = 0;
      for (int k = 1; k <= published["steps"].get<int>(); ++k)
        sum += (bg.expected_purchases(history, k * step) -
                bg.expected_purchases(history, (k - 1) * step)) /
               std::pow(1 + published["discount_per_step"].get<double>(), k);
      values.push_back(sum *
                       gamma_gamma.expected_spend(history.repeat_purchases, data.mean_spend[i]));
    }
    expect_near(values, published);
  }
}

TEST(Cdnow, GammaGammaFindsThePublishedMaximum) {
  if (cdnow() == nullptr) GTEST_SKIP() << "CDNOW_sample.txt is not there";
  const Json json = golden("value.gamma_gamma");
  const Json& fit = json["fit"];
  const FitReport report = GammaGamma::fit(spend_input(*cdnow()), {}).report();
  EXPECT_EQ(report.customers, fit["repeat_buyers"].get<double>());
  EXPECT_TRUE(report.converged) << report.words;
  EXPECT_NEAR(report.log_likelihood, fit["log_likelihood"].get<double>(), 6e-7);
  for (std::size_t i = 0; i < 3; ++i) {
    const double expected = fit["estimates"][i];
    EXPECT_NEAR(report.estimates[i], expected, expected * fit["tolerance_estimates"].get<double>());
    const double error = fit["standard_errors"][i];
    EXPECT_NEAR(report.standard_errors[i], error,
                error * fit["tolerance_standard_errors"].get<double>());
  }
  EXPECT_NEAR(independence(spend_input(*cdnow())), json["independence"]["expected"].get<double>(),
              json["independence"]["tolerance"].get<double>());
}

TEST(GammaGammaGolden, SingleQuestionsHaveThePublishedAnswers) {
  const Json json = golden("value.gamma_gamma");
  ASSERT_GT(json["cases"].size(), 5U);
  for (const Json& c : json["cases"]) {
    const GammaGamma model({c["params"][0], c["params"][1], c["params"][2]});
    const double orders = c["orders"];
    const double mean = c["mean_spend"];
    const double value = c["question"] == "density" ? std::exp(model.log_likelihood(orders, mean))
                                                    : model.expected_spend(orders, mean);
    EXPECT_NEAR(value, c["expected"].get<double>(), c["tolerance"].get<double>()) << c;
  }
}

TEST(Cdnow, SummariesHaveThePublishedTotals) {
  if (cdnow() == nullptr) GTEST_SKIP() << "CDNOW_sample.txt is not there";
  double calibration = 0;
  double holdout = 0;
  for (std::size_t i = 0; i < cdnow()->age.size(); ++i) {
    calibration += cdnow()->repeat_purchases[i];
    holdout += cdnow()->holdout_purchases[i];
  }
  EXPECT_EQ(cdnow()->age.size(), 2357U);
  EXPECT_EQ(calibration, 2457);
  EXPECT_EQ(holdout, 1882);
  EXPECT_EQ(unique_histories(cdnow()->input()).size(), 1016U);
}

}  // namespace
}  // namespace perennial::models
