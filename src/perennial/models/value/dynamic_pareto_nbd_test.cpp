#include "perennial/models/value/dynamic_pareto_nbd.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/models/value/purchases_testing.h"

namespace perennial::models {
namespace {

// A shop with a season (one covariate of the calendar) and a campaign that some customers see for a while.
struct Shop {
  std::vector<double> x, recency, age;
  std::vector<std::size_t> first{0};
  std::vector<double> end, purchases, z, y;

  Purchases::Input input() const {
    Purchases::Input input;
    input.repeat_purchases = x;
    input.recency = recency;
    input.age = age;
    return input;
  }
  TimeSegments segments() const { return {first, end, purchases, {z, y}}; }
};

const CovariateNames kNames{{"season", "campaign"}, {"campaign"}};

Shop simulate_shop(const DynamicParams& p, std::size_t customers, std::uint64_t seed) {
  Shop shop;
  constexpr double kSegment = 4;
  for (std::size_t i = 0; i < customers; ++i) {
    RandomStream stream(seed, i);
    const double entry = 40 * stream.uniform();
    const double age = 110 - entry;
    const double rate = stream.gamma(p.r, p.alpha);
    double hazard_left = stream.exponential(1.0);  // leaves when mu times the clock reaches it
    const double mu = stream.gamma(p.s, p.beta);
    bool gone = false;
    double recency = 0;
    double bought = 0;
    for (double from = 0; from < age; from += kSegment) {
      const double to = std::min(from + kSegment, age);
      const double season = std::sin((entry + from) / 26 * 3.14159);
      const double campaign = stream.bernoulli(0.3) ? 1 : 0;
      const double a = std::exp(p.purchase[0] * season + p.purchase[1] * campaign);
      const double d = std::exp(p.dropout[0] * campaign);
      double until = to;
      if (!gone && hazard_left < mu * d * (to - from)) {
        until = from + hazard_left / (mu * d);
        gone = true;
      } else if (gone) {
        until = from;
      }
      hazard_left -= mu * d * (to - from);
      double n = 0;
      for (double t = from + stream.exponential(rate * a); t < until;
           t += stream.exponential(rate * a)) {
        ++n;
        recency = t;
      }
      bought += n;
      shop.end.push_back(to);
      shop.purchases.push_back(n);
      shop.z.push_back(season);
      shop.z.push_back(campaign);
      shop.y.push_back(campaign);
    }
    shop.first.push_back(shop.end.size());
    shop.x.push_back(bought);
    shop.recency.push_back(recency);
    shop.age.push_back(age);
  }
  return shop;
}

const DynamicParams kTruth{0.9, 9, 0.8, 25, {0.6, 0.5}, {-0.7}};

TEST(DynamicParetoNbd, RecoversSeasonAndCampaign) {
  const Shop shop = simulate_shop(kTruth, 3000, 1);
  const DynamicParetoNbd model = DynamicParetoNbd::fit(shop.input(), shop.segments(), kNames);
  const FitReport& report = model.report();
  ASSERT_TRUE(report.converged) << report.words;
  const std::vector<double> truth{0.9, 9, 0.8, 25, 0.6, 0.5, -0.7};
  for (std::size_t i = 0; i < truth.size(); ++i) {
    EXPECT_NEAR(report.estimates[i], truth[i], 3 * report.standard_errors[i]) << report.names[i];
    EXPECT_LT(report.standard_errors[i], 0.6 * std::fabs(truth[i])) << report.names[i];
  }
  EXPECT_NEAR(model.log_likelihood(shop.input(), shop.segments()), report.log_likelihood, 1e-6);
}

TEST(DynamicParetoNbd, GradientIsThatOfTheLikelihood) {
  const Shop shop = simulate_shop(kTruth, 40, 2);
  const Purchases::Input input = shop.input();
  EXPECT_TRUE(rc::check("by differences", [&] {
    const auto any = [] { return magnitude(*rc::gen::inRange(-700, 700)); };
    const auto effect = [] { return *rc::gen::inRange(-100, 100) / 100.0; };
    const DynamicParams p{any(), 9 * any(), any(), 20 * any(), {effect(), effect()}, {effect()}};
    const math::Evaluation here = dynamic_evaluation(p, input, shop.segments());
    constexpr double kStep = 1e-5;
    for (std::size_t i = 0; i < 7; ++i) {
      const auto moved = [&](double by) {
        DynamicParams q = p;
        double* base[] = {&q.r, &q.alpha, &q.s, &q.beta};
        if (i < 4) *base[i] *= std::exp(by);
        if (i == 4 || i == 5) q.purchase[i - 4] += by;
        if (i == 6) q.dropout[0] += by;
        return dynamic_evaluation(q, input, shop.segments()).value;
      };
      const double slope = (moved(kStep) - moved(-kStep)) / (2 * kStep);
      RC_ASSERT(std::fabs(slope - here.gradient[i]) < 1e-5 * (1 + std::fabs(here.value)));
    }
  }));
}

TEST(DynamicParetoNbd, WithoutCovariatesItIsParetoNbd) {
  const Shop shop = simulate_shop(kTruth, 300, 3);
  TimeSegments plain = shop.segments();
  plain.values = {};
  const ParetoNbd pareto({0.9, 9, 0.8, 25});
  const DynamicParetoNbd model({0.9, 9, 0.8, 25, {}, {}}, {});
  EXPECT_NEAR(model.log_likelihood(shop.input(), plain), pareto.log_likelihood(shop.input()),
              1e-8 * std::fabs(pareto.log_likelihood(shop.input())));
  std::vector<std::size_t> first;
  std::vector<double> end;
  for (std::size_t i = 0; i <= shop.x.size(); ++i) first.push_back(2 * i);
  for (std::size_t i = 0; i < shop.x.size(); ++i) end.insert(end.end(), {10, 52});
  const Purchases::Output out = model.predict(shop.input(), plain, {first, end, {}, {}});
  const Purchases::Output expected = pareto.predict(shop.input());
  for (std::size_t i = 0; i < shop.x.size(); ++i) {
    EXPECT_NEAR(out.p_alive[i], expected.p_alive[i], 1e-9);
    EXPECT_NEAR(out.p_active[i], expected.p_active[i], 1e-9);
    EXPECT_NEAR(out.expected_purchases[i], expected.expected_purchases[i],
                1e-9 * (1 + expected.expected_purchases[i]));
  }
}

TEST(DynamicParetoNbd, ASegmentCutInTwoIsTheSameSegment) {
  const Shop shop = simulate_shop(kTruth, 100, 4);
  Shop cut = shop;
  cut.first = {0};
  cut.end.clear();
  cut.purchases.clear();
  cut.z.clear();
  cut.y.clear();
  for (std::size_t i = 0; i < shop.x.size(); ++i) {
    for (std::size_t k = shop.first[i]; k < shop.first[i + 1]; ++k) {
      const double start = k == shop.first[i] ? 0 : shop.end[k - 1];
      for (const double end : {start + 0.3 * (shop.end[k] - start), shop.end[k]}) {
        cut.end.push_back(end);
        // All of them in the half that holds the last one.
        const double middle = start + 0.3 * (shop.end[k] - start);
        const bool late = std::min(shop.recency[i], shop.end[k]) >= middle;
        cut.purchases.push_back((end == shop.end[k]) == late ? shop.purchases[k] : 0);
        cut.z.insert(cut.z.end(), {shop.z[2 * k], shop.z[2 * k + 1]});
        cut.y.push_back(shop.y[k]);
      }
    }
    cut.first.push_back(cut.end.size());
  }
  const DynamicParetoNbd model(kTruth, kNames);
  EXPECT_NEAR(model.log_likelihood(shop.input(), shop.segments()),
              model.log_likelihood(cut.input(), cut.segments()), 1e-8);
}

TEST(DynamicParetoNbd, ForecastsFollowTheSeasonAndSurviveSaving) {
  const Shop shop = simulate_shop(kTruth, 200, 5);
  const DynamicParetoNbd model(kTruth, kNames);
  std::vector<std::size_t> first;
  std::vector<double> end(shop.x.size(), 52.0), high, low, y(shop.x.size(), 0.0);
  for (std::size_t i = 0; i <= shop.x.size(); ++i) first.push_back(i);
  for (std::size_t i = 0; i < shop.x.size(); ++i) {
    high.insert(high.end(), {1, 1});
    low.insert(low.end(), {-1, 0});
  }
  const Purchases::Output peak =
      model.predict(shop.input(), shop.segments(), {first, end, {}, {high, y}});
  const Purchases::Output trough =
      model.predict(shop.input(), shop.segments(), {first, end, {}, {low, y}});
  for (std::size_t i = 0; i < shop.x.size(); ++i) {
    EXPECT_EQ(peak.p_alive[i], trough.p_alive[i]);
    EXPECT_NEAR(peak.expected_purchases[i] / trough.expected_purchases[i], std::exp(1.7), 1e-9);
    EXPECT_LE(peak.p_active[i], peak.p_alive[i]);
    EXPECT_LT(trough.p_active[i], peak.p_active[i]);
  }
  ByteWriter writer;
  model.save(writer);
  ByteReader reader(writer.bytes());
  const DynamicParetoNbd loaded = DynamicParetoNbd::load(reader);
  EXPECT_EQ(loaded.predict(shop.input(), shop.segments(), {first, end, {}, {high, y}}).p_active,
            peak.p_active);
}

TEST(DynamicParetoNbd, NamesTheCustomerWhoseSegmentsDoNotFit) {
  const Shop shop = simulate_shop(kTruth, 20, 6);
  const auto message = [](const Shop& bad) {
    try {
      DynamicParetoNbd::fit(bad.input(), bad.segments(), kNames);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  Shop bad = shop;
  bad.age[4] += 1;
  EXPECT_NE(message(bad).find("row 5: the segments end at"), std::string::npos) << message(bad);
  bad = shop;
  bad.purchases[shop.first[2]] += 1;
  EXPECT_NE(message(bad).find("row 3: the segments hold"), std::string::npos) << message(bad);
  bad = shop;
  bad.z[3] = std::nan("");
  EXPECT_NE(message(bad).find("finite"), std::string::npos);
  bad = shop;
  bad.y.pop_back();
  EXPECT_NE(message(bad).find("dropout covariates"), std::string::npos);
  bad = shop;
  bad.purchases[shop.first[3] - 1] += 1;
  bad.purchases[shop.first[2]] -= 1;
  EXPECT_FALSE(message(bad).empty());
  bad = shop;
  bad.first.pop_back();
  EXPECT_FALSE(message(bad).empty());
  EXPECT_THROW(DynamicParetoNbd({0, 1, 1, 1, {}, {}}, {}), Error);
  EXPECT_THROW(DynamicParetoNbd({1, 1, 1, 1, {1}, {}}, {}), Error);
}

}  // namespace
}  // namespace perennial::models
