// Figures published for the CDNOW sample, and hostile single questions: tests/golden/value.*/cdnow.json.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "perennial/base/time.h"
#include "perennial/models/value/bg_nbd.h"
#include "perennial/models/value/mbg_nbd.h"
#include "perennial/models/value/pareto_nbd.h"

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
  std::vector<double> repeat_purchases, recency, age, mean_spend, holdout_purchases, entry;
  Purchases::Input input() const {
    Purchases::Input input;
    input.repeat_purchases = repeat_purchases;
    input.recency = recency;
    input.age = age;
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
      int last = first;
      for (const auto& [day, money] : purchases) {
        if (day > end) {
          ++holdout;
        } else if (day > first) {
          ++x;
          spend += money;
          last = day;
        }
      }
      out.repeat_purchases.push_back(x);
      out.recency.push_back((last - first) / 7.0);
      out.age.push_back((end - first) / 7.0);
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
  return M({p[0], p[1], p[2], p[3]});
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
using Processes = testing::Types<BgNbd, MbgNbd, ParetoNbd>;
TYPED_TEST_SUITE(Golden, Processes);

TYPED_TEST(Golden, SingleQuestionsHaveThePublishedAnswers) {
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
  for (std::size_t i = 0; i < 4; ++i) {
    const double expected = fit["estimates"][i];
    EXPECT_NEAR(report.estimates[i], expected,
                expected * fit["tolerance_estimates"].template get<double>());
    const double error = fit["standard_errors"][i];
    EXPECT_NEAR(report.standard_errors[i], error,
                error * fit["tolerance_standard_errors"].template get<double>());
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
