#include "perennial/evaluate/forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/base/text.h"
#include "perennial/base/time.h"
#include "perennial/evaluate/probability.h"

namespace perennial::evaluate {
namespace {

using ::testing::HasSubstr;
using Values = std::vector<double>;

const BootstrapOptions kFew{.replicates = 20};

std::optional<double> value(const ForecastReport& report, std::string_view name) {
  const std::optional<Estimate> found = find_metric(report.metrics, name);
  return found ? std::optional(found->value) : std::nullopt;
}

TEST(Forecast, MetricsAreWhatAHandComputes) {
  const ForecastReport report = evaluate_forecast(Values{3, 1, 0}, Values{2, 0, 2}, kFew);
  EXPECT_DOUBLE_EQ(*value(report, "mae"), 4.0 / 3);
  EXPECT_DOUBLE_EQ(*value(report, "rmse"), std::sqrt(2.0));
  const double l = std::log(2.0);
  const double msle = (std::pow(std::log(4.0 / 3), 2) + l * l + std::pow(std::log(3.0), 2)) / 3;
  EXPECT_DOUBLE_EQ(*value(report, "msle"), msle);
  EXPECT_DOUBLE_EQ(*value(report, "bias"), 0);
  EXPECT_DOUBLE_EQ(*value(report, "normalised_mae"), 1);
  // Sorted by forecast the shares held are 1/2, 1/2, 1; by actual 1/2, 1, 1.
  EXPECT_DOUBLE_EQ(*value(report, "normalised_gini"), (2 * 2.0 / 3 - 1) / (2 * 2.5 / 3 - 1));
  // Ranks of the actual values 2, 0, 2 are 1.5, 3, 1.5 against 1, 2, 3.
  EXPECT_NEAR(*value(report, "spearman"), 0, 1e-15);
  EXPECT_FALSE(value(report, "decile_mape"));
  EXPECT_TRUE(report.deciles.empty());
  EXPECT_DOUBLE_EQ(report.mean_forecast, 4.0 / 3);
  EXPECT_DOUBLE_EQ(report.mean_actual, 4.0 / 3);
}

TEST(Forecast, DecilesAreCutByPlaceLargestForecastFirst) {
  Values forecast(25);
  Values actual(25);
  for (std::size_t i = 0; i < 25; ++i) {
    forecast[i] = static_cast<double>(i);
    actual[i] = static_cast<double>(2 * i + 1);
  }
  const ForecastReport report = evaluate_forecast(forecast, actual, kFew);
  ASSERT_EQ(report.deciles.size(), 10U);
  EXPECT_EQ(report.deciles[0].customers, 2U);  // places 0 and 1
  EXPECT_EQ(report.deciles[1].customers, 3U);  // places 2, 3 and 4
  EXPECT_DOUBLE_EQ(report.deciles[0].mean_forecast, 23.5);
  EXPECT_DOUBLE_EQ(report.deciles[0].mean_actual, 48);
  EXPECT_DOUBLE_EQ(report.deciles[1].mean_forecast, 21);
  EXPECT_DOUBLE_EQ(report.deciles[9].mean_actual, 3);
  EXPECT_DOUBLE_EQ(*value(report, "top_decile_capture"), 96.0 / 625);
  double mape = 0;
  for (const Decile& decile : report.deciles) {
    mape += std::abs(decile.mean_forecast / decile.mean_actual - 1) / 10;
  }
  EXPECT_DOUBLE_EQ(*value(report, "decile_mape"), mape);
}

TEST(Forecast, CustomersWithEqualForecastsShareTheirActual) {
  const ForecastReport report =
      evaluate_forecast(Values(10, 1.0), Values{9, 1, 0, 0, 0, 0, 0, 0, 0, 0}, kFew);
  for (const Decile& decile : report.deciles) EXPECT_DOUBLE_EQ(decile.mean_actual, 1);
  EXPECT_DOUBLE_EQ(*value(report, "top_decile_capture"), 0.1);
  EXPECT_DOUBLE_EQ(*value(report, "decile_mape"), 0);
  EXPECT_FALSE(value(report, "spearman"));
  // A random order has mean share (n + 1) / 2n.
  EXPECT_NEAR(*value(report, "normalised_gini"), 0.1 / (2 * (0.9 + 9) / 10 - 1), 1e-12);
}

// Mean rank of every value, counted pair by pair.
Values slow_ranks(const Values& values) {
  Values ranks;
  for (const double x : values) {
    double rank = 0.5;
    for (const double y : values) rank += y > x ? 1 : (y == x ? 0.5 : 0);
    ranks.push_back(rank);
  }
  return ranks;
}

// The gain curve, customer by customer, with the mean actual of all who share a forecast.
double slow_gini(const Values& by, const Values& actual) {
  std::vector<std::pair<double, double>> sorted;
  for (std::size_t i = 0; i < by.size(); ++i) {
    double sum = 0;
    double count = 0;
    for (std::size_t j = 0; j < by.size(); ++j) {
      if (by[j] == by[i]) {
        sum += actual[j];
        ++count;
      }
    }
    sorted.emplace_back(-by[i], sum / count);
  }
  std::sort(sorted.begin(), sorted.end());
  const double total = std::accumulate(actual.begin(), actual.end(), 0.0);
  double running = 0;
  double area = 0;
  for (const auto& [unused, share] : sorted) {
    running += share;
    area += running / total;
  }
  return 2 * area / static_cast<double>(by.size()) - 1;
}

double correlation(const Values& x, const Values& y) {
  const double n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

TEST(Forecast, AgreesWithTheSlowVersionWhateverTheTiesAndTheOrder) {
  EXPECT_TRUE(rc::check("oracle", [] {
    const auto n = *rc::gen::inRange<std::size_t>(2, 30);
    Values forecast;
    Values actual;
    for (std::size_t i = 0; i < n; ++i) {
      forecast.push_back(*rc::gen::inRange(0, 6));
      actual.push_back(*rc::gen::inRange(0, 4));
    }
    const ForecastReport report = evaluate_forecast(forecast, actual, {.replicates = 1});
    const double rho = correlation(slow_ranks(forecast), slow_ranks(actual));
    RC_ASSERT(value(report, "spearman").has_value() == std::isfinite(rho));
    if (std::isfinite(rho)) RC_ASSERT(std::abs(*value(report, "spearman") - rho) < 1e-9);
    const double best = slow_gini(actual, actual);
    if (value(report, "normalised_gini")) {
      const double gini = slow_gini(forecast, actual) / best;
      RC_ASSERT(std::abs(*value(report, "normalised_gini") - gini) < 1e-9);
    } else {
      RC_ASSERT(!(best > 1e-12));
    }
    std::reverse(forecast.begin(), forecast.end());
    std::reverse(actual.begin(), actual.end());
    const ForecastReport turned = evaluate_forecast(forecast, actual, {.replicates = 1});
    for (std::size_t m = 0; m < report.metrics.size(); ++m) {
      const auto& before = report.metrics[m].estimate;
      const auto& after = turned.metrics[m].estimate;
      RC_ASSERT(before.has_value() == after.has_value());
      if (before) RC_ASSERT(std::abs(before->value - after->value) < 1e-9);
    }
  }));
}

// A replicate in which customer i stands times[i] times is the report on the sample with these copies.
TEST(Forecast, ReplicatesAreReportsOnTheDrawnCustomers) {
  const Values forecast{5, 1, 1, 0, 7, 2, 2, 9, 3, 1, 4, 6};
  const Values actual{4, 0, 2, 1, 3, 2, 0, 8, 3, 1, 1, 5};
  const ForecastReport report = evaluate_forecast(forecast, actual, {.replicates = 1, .seed = 9});
  RandomStream stream(9, 0);
  Values drawn_forecast;
  Values drawn_actual;
  for (std::size_t i = 0; i < 12; ++i) {
    const auto customer = stream.below(12);
    drawn_forecast.push_back(forecast[customer]);
    drawn_actual.push_back(actual[customer]);
  }
  const ForecastReport drawn = evaluate_forecast(drawn_forecast, drawn_actual, kFew);
  for (std::size_t m = 0; m < report.metrics.size(); ++m) {
    if (!drawn.metrics[m].estimate) continue;
    EXPECT_NEAR(report.metrics[m].estimate->low, drawn.metrics[m].estimate->value, 1e-12)
        << report.metrics[m].name;
  }
}

TEST(Forecast, LeavesOutWhatIsNotDefined) {
  const ForecastReport negative = evaluate_forecast(Values{1, 2}, Values{-1, 3}, kFew);
  EXPECT_FALSE(value(negative, "msle"));
  EXPECT_FALSE(value(negative, "normalised_gini"));
  EXPECT_DOUBLE_EQ(*value(negative, "bias"), 0.5);
  const ForecastReport nothing = evaluate_forecast(Values{1, 2}, Values{0, 0}, kFew);
  for (const auto* name : {"bias", "normalised_mae", "normalised_gini", "spearman"}) {
    EXPECT_FALSE(value(nothing, name)) << name;
  }
  EXPECT_DOUBLE_EQ(*value(nothing, "mae"), 1.5);
}

TEST(Forecast, MoneyTimesHundredScalesErrorsAndNothingElse) {
  const Values forecast{5, 1, 1, 0, 7, 2, 2, 9, 3, 1, 4, 6};
  const Values actual{4, 0, 2, 1, 3, 2, 0, 8, 3, 1, 1, 5};
  Values more_forecast = forecast;
  Values more_actual = actual;
  for (double& x : more_forecast) x *= 100;
  for (double& x : more_actual) x *= 100;
  const ForecastReport report = evaluate_forecast(forecast, actual, kFew);
  const ForecastReport more = evaluate_forecast(more_forecast, more_actual, kFew);
  for (const auto* name : {"mae", "rmse"}) {
    EXPECT_NEAR(*value(more, name), 100 * *value(report, name), 1e-9) << name;
  }
  for (const auto* name : {"bias", "normalised_mae", "normalised_gini", "spearman", "decile_mape",
                           "top_decile_capture"}) {
    EXPECT_NEAR(*value(more, name), *value(report, name), 1e-12) << name;
  }
}

TEST(Forecast, ComparisonIsPairedAndAntisymmetric) {
  const Values a{5, 1, 1, 0, 7, 2, 2, 9, 3, 1, 4, 6};
  const Values b{4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4};
  const Values actual{4, 0, 2, 1, 3, 2, 0, 8, 3, 1, 1, 5};
  const ForecastReport of_a = evaluate_forecast(a, actual, kFew);
  const ForecastReport of_b = evaluate_forecast(b, actual, kFew);
  const auto forward = compare_forecasts(of_a, of_b);
  const auto backward = compare_forecasts(of_b, of_a);
  const auto mae = find_metric(forward, "mae");
  EXPECT_DOUBLE_EQ(mae->value, *value(of_a, "mae") - *value(of_b, "mae"));
  EXPECT_LT(mae->high, 0);
  EXPECT_NEAR(find_metric(backward, "mae")->low, -mae->high, 1e-12);
  EXPECT_FALSE(find_metric(forward, "spearman"));  // b is constant
  for (const Metric& metric : compare_forecasts(of_a, of_a)) {
    if (!metric.estimate) continue;
    EXPECT_EQ(*metric.estimate, (Estimate{0, 0, 0})) << metric.name;
  }
  EXPECT_THROW(compare_forecasts(of_a, evaluate_forecast(b, actual, {.replicates = 7})), Error);
}

TEST(Forecast, IsTheSameForAnyNumberOfThreads) {
  RandomStream stream(3, 0);
  Values forecast(500);
  Values actual(500);
  for (double& x : forecast) x = std::floor(stream.exponential(0.3));
  for (double& x : actual) x = stream.exponential(0.2);
  const auto report = [&](int threads) {
    std::vector<std::optional<Estimate>> out;
    for (const Metric& metric :
         evaluate_forecast(forecast, actual, {.replicates = 50, .threads = {threads}}).metrics) {
      out.push_back(metric.estimate);
    }
    return out;
  };
  const auto one = report(1);
  for (const int threads : {2, 8}) EXPECT_EQ(report(threads), one);
}

TEST(Forecast, RefusesBadInputByName) {
  const auto message = [](const Values& forecast, const Values& actual) {
    try {
      evaluate_forecast(forecast, actual, kFew);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const double nan = std::nan("");
  EXPECT_THAT(message({}, {}), HasSubstr("no customers to judge"));
  EXPECT_THAT(message({1}, {}), HasSubstr("1 forecasts and 0 actual values"));
  EXPECT_THAT(message({1, nan}, {1, 1}), HasSubstr("customer 1: forecast nan and actual 1"));
  EXPECT_THAT(message({1}, {std::numeric_limits<double>::infinity()}),
              HasSubstr("customer 0: forecast 1 and actual inf"));
}

// The status quo on the CDNOW sample: a customer goes on at the rate x / T of 39 weeks for 39 more. Figures computed
// independently.
TEST(ForecastSlow, GivesTheIndependentFiguresOfTheCdnowBaseline) {
  const std::string path = PERENNIAL_SHARED_DATA "/CDNOW_sample.txt";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  std::map<std::string, std::set<Day>> days;
  std::ifstream file(path);
  std::string master;
  std::string sample;
  std::string date;
  std::string pieces;
  std::string dollars;
  while (file >> master >> sample >> date >> pieces >> dollars) {
    days[sample].insert(parse_day(date).value());
  }
  const Day cut = to_day({1997, 9, 30});
  Values forecast;
  Values actual;
  for (const auto& [customer, of_customer] : days) {
    const auto before =
        std::count_if(of_customer.begin(), of_customer.end(), [&](Day day) { return day <= cut; });
    const double age = (cut - *of_customer.begin()) / 7.0;
    forecast.push_back(static_cast<double>(before - 1) / age * 39);
    actual.push_back(static_cast<double>(static_cast<std::ptrdiff_t>(of_customer.size()) - before));
  }
  EXPECT_EQ(actual.size(), 2357U);
  const ForecastReport report = evaluate_forecast(forecast, actual);
  EXPECT_NEAR(*value(report, "mae"), 1.0237, 5e-5);
  EXPECT_NEAR(*value(report, "rmse"), 2.2119, 5e-5);
  EXPECT_NEAR(*value(report, "bias"), 0.557, 5e-4);
  EXPECT_NEAR(*value(report, "normalised_gini"), 0.6659, 5e-5);
  EXPECT_NEAR(*value(report, "spearman"), 0.4898, 5e-5);
  // There deciles are cut from the smallest forecast on and ties broken by row; here they share (header).
  EXPECT_NEAR(*value(report, "decile_mape"), 0.933, 0.005);
  std::vector<std::uint8_t> came_back;
  for (const double orders : actual) came_back.push_back(orders > 0 ? 1 : 0);
  EXPECT_NEAR(evaluate_auc(forecast, came_back)->value, 0.7598, 5e-5);
}

}  // namespace
}  // namespace perennial::evaluate
