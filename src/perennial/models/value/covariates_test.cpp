#include "perennial/models/value/covariates.h"

#include <gtest/gtest.h>

#include <cmath>

#include "perennial/base/error.h"
#include "perennial/models/value/simulated.h"

namespace perennial::models {
namespace {

struct Shop {
  SimulatedPurchases purchases;
  std::vector<double>
      z;  // two covariates a customer: came by email (0 or 1), age of the customer (standardised)

  CovariateValues values() const { return {z, z}; }
};

const CovariateNames kNames{{"email", "age"}, {"email", "age"}};

// Every customer by a process of its own. effects: on the rate of buying, then on leaving (a list per parameter).
template <typename M>
Shop simulate_shop(std::vector<double> base, const std::vector<std::vector<double>>& effects,
                   std::size_t customers, std::uint64_t seed) {
  Shop shop;
  for (std::size_t i = 0; i < customers; ++i) {
    RandomStream stream(seed, i);
    const std::vector<double> z{stream.bernoulli(0.4) ? 1.0 : 0.0, stream.normal()};
    shop.z.insert(shop.z.end(), z.begin(), z.end());
    std::vector<double> params = base;
    const auto along = [&](const std::vector<double>& gamma) {
      return gamma[0] * z[0] + gamma[1] * z[1];
    };
    params[1] *= std::exp(-along(effects[0]));
    if constexpr (std::is_same_v<M, ParetoNbd>) {
      params[3] *= std::exp(-along(effects[1]));
    } else {
      params[2] *= std::exp(along(effects[1]));
      params[3] *= std::exp(along(effects[2]));
    }
    const std::vector<double> age{20 + 80 * stream.uniform()};
    const SimulatedPurchases one = M::from_values(params).simulate(age, 0, seed * 1'000'003 + i);
    shop.purchases.repeat_purchases.push_back(one.repeat_purchases[0]);
    shop.purchases.recency.push_back(one.recency[0]);
    shop.purchases.age.push_back(one.age[0]);
  }
  return shop;
}

void expect_recovered(const FitReport& report, const std::vector<double>& truth) {
  ASSERT_TRUE(report.converged) << report.words;
  ASSERT_EQ(report.estimates.size(), truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i)
    EXPECT_NEAR(report.estimates[i], truth[i], 3 * report.standard_errors[i]) << report.names[i];
}

TEST(Covariates, EffectsOfParetoNbdAreRecovered) {
  const Shop shop =
      simulate_shop<ParetoNbd>({0.8, 8, 0.7, 14}, {{0.5, -0.2}, {-0.6, 0.3}}, 6000, 1);
  const CovariateModel model =
      CovariateModel::fit(ParetoNbd::kId, shop.purchases.input(), kNames, shop.values());
  expect_recovered(model.report(), {0.8, 8, 0.7, 14, 0.5, -0.2, -0.6, 0.3});
  EXPECT_EQ(model.report().names[6], "dropout.email");
}

TEST(Covariates, EffectsOfTheCoinAreRecovered) {
  const Shop shop =
      simulate_shop<MbgNbd>({0.8, 6, 0.9, 2.4}, {{0.5, -0.2}, {0.4, 0.2}, {-0.3, 0.1}}, 8000, 2);
  const CovariateModel model =
      CovariateModel::fit(MbgNbd::kId, shop.purchases.input(), kNames, shop.values());
  expect_recovered(model.report(), {0.8, 6, 0.9, 2.4, 0.5, -0.2, 0.4, 0.2, -0.3, 0.1});
}

TEST(Covariates, GroupsAreFittedLikeSeparateProcessesOnTheirOwnRates) {
  // Without covariates that matter, it is the plain process.
  const Shop shop = simulate_shop<BgNbd>({0.8, 6, 0.9, 2.4}, {{0, 0}, {0, 0}, {0, 0}}, 2000, 3);
  const FitReport plain = BgNbd::fit(shop.purchases.input(), {}).report();
  const CovariateModel strict = CovariateModel::fit(BgNbd::kId, shop.purchases.input(), kNames,
                                                    shop.values(), {.search = {}, .l2 = 1e9});
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(strict.report().estimates[i], plain.estimates[i], 1e-4 * plain.estimates[i]);
  EXPECT_NEAR(strict.report().log_likelihood, plain.log_likelihood, 1e-3);
  const CovariateModel free =
      CovariateModel::fit(BgNbd::kId, shop.purchases.input(), kNames, shop.values());
  EXPECT_GT(free.report().log_likelihood, plain.log_likelihood);
  EXPECT_LT(free.report().log_likelihood, plain.log_likelihood + 12);  // six effects of nothing
}

TEST(Covariates, OrderOfRowsAndColumnsDoesNotMatter) {
  const Shop shop = simulate_shop<ParetoNbd>({0.8, 8, 0.7, 14}, {{0.5, -0.2}, {-0.6, 0.3}}, 800, 4);
  const CovariateModel model =
      CovariateModel::fit(ParetoNbd::kId, shop.purchases.input(), kNames, shop.values());
  Shop turned;
  for (std::size_t i = 800; i-- > 0;) {
    turned.purchases.repeat_purchases.push_back(shop.purchases.repeat_purchases[i]);
    turned.purchases.recency.push_back(shop.purchases.recency[i]);
    turned.purchases.age.push_back(shop.purchases.age[i]);
    turned.z.push_back(shop.z[2 * i + 1]);
    turned.z.push_back(shop.z[2 * i]);
  }
  const CovariateModel again =
      CovariateModel::fit(ParetoNbd::kId, turned.purchases.input(),
                          {{"age", "email"}, {"age", "email"}}, turned.values());
  const auto& a = model.report().estimates;
  const auto& b = again.report().estimates;
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(a[i], b[i], 1e-5 * a[i]);
  EXPECT_NEAR(a[4], b[5], 1e-5);
  EXPECT_NEAR(a[7], b[6], 1e-5);
}

TEST(Covariates, UnitsOfTheCovariatesDoNotMatter) {
  const Shop shop =
      simulate_shop<ParetoNbd>({0.8, 8, 0.7, 14}, {{0.5, -0.2}, {-0.6, 0.3}}, 1500, 8);
  const FitReport plain =
      CovariateModel::fit(ParetoNbd::kId, shop.purchases.input(), kNames, shop.values()).report();
  Shop odd = shop;
  for (std::size_t i = 0; i < odd.z.size(); i += 2) {
    odd.z[i] *= 1e-4;                         // email
    odd.z[i + 1] = 1980 + 15 * odd.z[i + 1];  // year of birth
  }
  const CovariateModel model =
      CovariateModel::fit(ParetoNbd::kId, odd.purchases.input(), kNames, odd.values());
  const FitReport& report = model.report();
  EXPECT_TRUE(report.words.starts_with("converged")) << report.words;
  EXPECT_NEAR(report.log_likelihood, plain.log_likelihood, 1e-6);
  EXPECT_NEAR(report.estimates[4] * 1e-4, plain.estimates[4], 1e-6);
  EXPECT_NEAR(report.estimates[5] * 15, plain.estimates[5], 1e-6);
  EXPECT_NEAR(report.standard_errors[7] * 15, plain.standard_errors[7], 1e-5);
  const std::vector<double> own{odd.z[0], odd.z[1]};
  const std::vector<double> same{shop.z[0], shop.z[1]};
  EXPECT_NEAR(std::get<ParetoNbd>(model.process_for(own, own)).params().alpha,
              std::get<ParetoNbd>(
                  CovariateModel::fit(ParetoNbd::kId, shop.purchases.input(), kNames, shop.values())
                      .process_for(same, same))
                  .params()
                  .alpha,
              1e-5);
}

TEST(Covariates, OneEffectOnBothRatesIsInBetween) {
  const Shop shop =
      simulate_shop<ParetoNbd>({0.8, 8, 0.7, 14}, {{0.4, -0.2}, {0.4, -0.2}}, 5000, 5);
  const CovariateModel model =
      CovariateModel::fit(ParetoNbd::kId, shop.purchases.input(), kNames, shop.values(),
                          {.search = {}, .l2 = 0, .equal_effects = true});
  expect_recovered(model.report(), {0.8, 8, 0.7, 14, 0.4, -0.2});
  EXPECT_THROW(CovariateModel::fit(BgNbd::kId, shop.purchases.input(), kNames, shop.values(),
                                   {.search = {}, .l2 = 0, .equal_effects = true}),
               Error);
}

TEST(Covariates, PredictionsAreThoseOfTheCustomersOwnProcessAndSurviveSaving) {
  const Shop shop =
      simulate_shop<MbgNbd>({0.8, 6, 0.9, 2.4}, {{0.5, -0.2}, {0.4, 0.2}, {-0.3, 0.1}}, 600, 6);
  const Purchases::Input input = shop.purchases.input();
  const CovariateModel model = CovariateModel::fit(MbgNbd::kId, input, kNames, shop.values());
  const Purchases::Output out = model.predict(input, shop.values());
  const std::span<const double> z = std::span<const double>(shop.z).subspan(10, 2);
  const PurchaseModel own = model.process_for(z, z);
  EXPECT_EQ(out.expected_purchases[5],
            std::get<MbgNbd>(own).expected_purchases(input.history(5), 52));
  ByteWriter writer;
  model.save(writer);
  ByteReader reader(writer.bytes());
  const CovariateModel loaded = CovariateModel::load(reader);
  EXPECT_EQ(loaded.predict(input, shop.values()).p_alive, out.p_alive);
}

TEST(Covariates, RefusesWhatCannotBeLearntFrom) {
  const Shop shop = simulate_shop<MbgNbd>({0.8, 6, 0.9, 2.4}, {{0, 0}, {0, 0}, {0, 0}}, 50, 7);
  const Purchases::Input input = shop.purchases.input();
  const auto message = [&](const CovariateNames& names, const CovariateValues& values) {
    try {
      CovariateModel::fit(MbgNbd::kId, input, names, values);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  std::vector<double> same(50, 3.0);
  EXPECT_NE(message({{"country"}, {}}, {same, {}}).find("\"country\" is 3 for everybody"),
            std::string::npos);
  same[7] = std::nan("");
  EXPECT_NE(message({{"country"}, {}}, {same, {}}).find("row 8"), std::string::npos);
  EXPECT_FALSE(message({{"a", "b"}, {}}, {same, {}}).empty());
  EXPECT_THROW(CovariateModel::fit(Nbd::kId, input, {}, {}), Error);
  EXPECT_THROW(CovariateModel::fit(MbgNbd::kId, input, kNames, shop.values(), {.l2 = -1}), Error);
  // None at all is the plain process.
  EXPECT_NEAR(CovariateModel::fit(MbgNbd::kId, input, {}, {}).report().log_likelihood,
              MbgNbd::fit(input, {}).report().log_likelihood, 1e-6);
}

}  // namespace
}  // namespace perennial::models
