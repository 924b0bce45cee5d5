// What every purchase process promises, for all of them.
#include "perennial/models/value/purchase_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perennial/models/value/unique_histories.h"

namespace perennial::models {
namespace {

// Two years of first purchases on whole days, in weeks.
std::vector<double> daily_ages(std::size_t n) {
  std::vector<double> age(n);
  RandomStream stream(7, 0);
  for (double& value : age) value = static_cast<double>(stream.below(730)) / 7;
  return age;
}

// Simulated times fall between days; a shop knows days only.
SimulatedPurchases on_whole_days(SimulatedPurchases data) {
  for (double& recency : data.recency) recency = std::floor(recency * 7) / 7;
  return data;
}

template <typename M>
M truth();
template <>
BgNbd truth() {
  return BgNbd({0.6, 6, 0.9, 2.4});
}
template <>
MbgNbd truth() {
  return MbgNbd({0.6, 6, 0.9, 2.4});
}
template <>
ParetoNbd truth() {
  return ParetoNbd({0.6, 8, 0.7, 14});
}
template <>
GgomNbd truth() {
  return GgomNbd({1.2, 4, 0.8, 30, 0.1});
}
template <>
BgCnbdK truth() {
  return BgCnbdK({0.9, 4, 0.9, 2.4, 2});
}
template <>
MbgCnbdK truth() {
  return MbgCnbdK({0.9, 3, 0.9, 2.4, 3});
}
template <>
Nbd truth() {
  return Nbd({0.6, 8});
}

template <typename M>
std::string saved(const M& model) {
  ByteWriter writer;
  model.save(writer);
  return frame(M::kId, writer);
}

template <typename M>
class PurchaseModelLaws : public testing::Test {
 protected:
  static SimulatedPurchases shop(std::size_t customers = 1000) {
    return on_whole_days(truth<M>().simulate(daily_ages(customers), 0, 1));
  }
};
using Processes = testing::Types<ParetoNbd, GgomNbd, BgNbd, MbgNbd, BgCnbdK, MbgCnbdK, Nbd>;
TYPED_TEST_SUITE(PurchaseModelLaws, Processes);

TYPED_TEST(PurchaseModelLaws, FitRecoversTheTruthWithinItsStandardErrors) {
  const std::vector<double> ages = daily_ages(12'000);
  const SimulatedPurchases data = truth<TypeParam>().simulate(ages, 0, 3);
  const FitReport report = TypeParam::fit(data.input(), {}).report();
  EXPECT_TRUE(report.converged) << report.words;
  const std::vector<double> expected = truth<TypeParam>().values();
  for (std::size_t i = 0; i < report.estimates.size(); ++i) {
    EXPECT_NEAR(report.estimates[i], expected[i], 3.5 * report.standard_errors[i])
        << report.names[i];
    EXPECT_LT(report.standard_errors[i], 0.3 * expected[i]) << report.names[i];
  }
}

TYPED_TEST(PurchaseModelLaws, ExpectationsOfNewCustomersAreTheMeansOfSimulatedOnes) {
  const TypeParam model = truth<TypeParam>();
  const std::vector<double> ages(10'000, 20.0);
  const SimulatedPurchases data = model.simulate(ages, 30, 11);
  double bought = 0;
  double square = 0;
  double none = 0;
  for (const double x : data.repeat_purchases) {
    bought += x;
    square += x * x;
    none += x == 0 ? 1 : 0;
  }
  const double n = static_cast<double>(ages.size());
  const double error = std::sqrt(square) / n;
  EXPECT_NEAR(model.expected_purchases(History{}, 20), bought / n, 4 * error);
  EXPECT_NEAR(model.purchase_pmf(History{}, 20)[0], none / n, 4 * 0.5 / std::sqrt(n));
  // And after twenty weeks of observation, for the following thirty.
  Purchases::Input input = data.input();
  input.horizon_periods = 30;
  const Purchases::Output out = model.predict(input);
  double expected = 0;
  double active = 0;
  double came = 0;
  double came_square = 0;
  double any = 0;
  for (std::size_t i = 0; i < ages.size(); ++i) {
    expected += out.expected_purchases[i];
    active += out.p_active[i];
    came += data.holdout_purchases[i];
    came_square += data.holdout_purchases[i] * data.holdout_purchases[i];
    any += data.holdout_purchases[i] > 0 ? 1 : 0;
  }
  EXPECT_NEAR(expected, came, 4 * std::sqrt(came_square));
  EXPECT_NEAR(active, any, 4 * std::sqrt(any));
}

TYPED_TEST(PurchaseModelLaws, TenTimesFinerTimeLeavesEveryAnswer) {
  const SimulatedPurchases data = this->shop();
  SimulatedPurchases finer = data;
  for (double& value : finer.recency) value *= 10;
  for (double& value : finer.age) value *= 10;
  for (std::size_t i = 0; i < data.age.size(); ++i)
    finer.log_gaps[i] += data.repeat_purchases[i] * std::log(10.0);
  Purchases::Input input = data.input();
  Purchases::Input finer_input = finer.input();
  finer_input.days_per_period = 0.7;
  finer_input.horizon_periods = 520;
  const Purchases::Output a = TypeParam::fit(input, {}).predict(input);
  const Purchases::Output b = TypeParam::fit(finer_input, {}).predict(finer_input);
  for (std::size_t i = 0; i < input.size(); ++i) {
    EXPECT_NEAR(a.p_alive[i], b.p_alive[i], 1e-8);
    EXPECT_NEAR(a.p_active[i], b.p_active[i], 1e-8);
    EXPECT_NEAR(a.expected_purchases[i], b.expected_purchases[i],
                1e-8 * (1 + a.expected_purchases[i]));
  }
}

TYPED_TEST(PurchaseModelLaws, WeightsStandForRepetitionAndOrderDoesNotMatter) {
  const SimulatedPurchases data = this->shop(1000);
  SimulatedPurchases repeated;
  std::vector<double> weights;
  for (std::size_t i = 0; i < data.age.size(); ++i) {
    const std::size_t times = i % 3 + 1;
    weights.push_back(static_cast<double>(times));
    for (std::size_t k = 0; k < times; ++k) {
      repeated.repeat_purchases.push_back(data.repeat_purchases[i]);
      repeated.recency.push_back(data.recency[i]);
      repeated.age.push_back(data.age[i]);
      repeated.log_gaps.push_back(data.log_gaps[i]);
    }
  }
  for (auto* column :
       {&repeated.repeat_purchases, &repeated.recency, &repeated.age, &repeated.log_gaps})
    std::reverse(column->begin(), column->end());
  Purchases::Input weighted = data.input();
  weighted.weights = weights;
  EXPECT_EQ(saved(TypeParam::fit(weighted, {})), saved(TypeParam::fit(repeated.input(), {})));
}

TYPED_TEST(PurchaseModelLaws, AnyNumberOfThreadsGivesTheSameBytes) {
  const SimulatedPurchases data = truth<TypeParam>().simulate(daily_ages(20'000), 0, 5);
  Purchases::Input input = data.input();
  input.threads = {1};
  const TypeParam one = TypeParam::fit(input, {});
  const Purchases::Output out = one.predict(input);
  for (const int threads : {2, 8}) {
    input.threads = {threads};
    EXPECT_EQ(saved(one), saved(TypeParam::fit(input, {}))) << threads;
    const Purchases::Output again = one.predict(input);
    EXPECT_EQ(out.p_alive, again.p_alive);
    EXPECT_EQ(out.expected_purchases, again.expected_purchases);
  }
}

TYPED_TEST(PurchaseModelLaws, PredictionsLieWhereTheyMust) {
  const SimulatedPurchases data = this->shop();
  Purchases::Input input = data.input();
  const TypeParam model = TypeParam::fit(input, {});
  const Purchases::Output out = model.predict(input);
  input.horizon_periods = 0;
  const Purchases::Output now = model.predict(input);
  for (std::size_t i = 0; i < input.size(); ++i) {
    EXPECT_GE(out.p_active[i], 0);
    EXPECT_LE(out.p_active[i], out.p_alive[i]);
    EXPECT_LE(out.p_alive[i], 1);
    EXPECT_LE(out.p_active[i], out.expected_purchases[i] + 1e-12);
    EXPECT_EQ(now.expected_purchases[i], 0);
    EXPECT_EQ(now.p_active[i], 0);
  }
}

TYPED_TEST(PurchaseModelLaws, OneTimeBuyersNeverCountAsActiveForCertain) {
  const TypeParam model = truth<TypeParam>();
  double last = 1;
  for (const double age : {1.0, 10.0, 52.0, 500.0}) {
    const double p = model.p_active({0, 0, age}, 26);
    EXPECT_LT(p, last) << age;
    last = p;
  }
  if (purchase_process(TypeParam::kId).p_alive_tells_churn) {
    EXPECT_LT(model.p_alive({0, 0, 52}), 0.8);
    EXPECT_LT(model.p_alive({0, 0, 500}), model.p_alive({0, 0, 52}));
  } else {
    EXPECT_EQ(model.p_alive({0, 0, 500}), 1);
  }
}

TYPED_TEST(PurchaseModelLaws, HostileHistoriesGiveFiniteAnswers) {
  const TypeParam model = truth<TypeParam>();
  for (const History h : {History{10'000, 36'500, 36'500},
                          {10'000, 1, 36'500},
                          {10'000, 0, 1},
                          {1, 0, 0},
                          {1, 0, 36'500},
                          {0, 0, 36'500},
                          {0, 0, 0},
                          {500, 37, 37},
                          {1'000'000, 36'500, 36'500},
                          {3, 1e-12, 1e-12}}) {
    Purchases::Input input;
    input.repeat_purchases = std::span(&h.repeat_purchases, 1);
    input.recency = std::span(&h.recency, 1);
    input.age = std::span(&h.age, 1);
    for (const double horizon : {0.0, 1.0, 52.0, 36'500.0}) {
      input.horizon_periods = horizon;
      const Purchases::Output out = model.predict(input);
      SCOPED_TRACE(testing::Message() << h.repeat_purchases << " " << h.recency << " " << h.age
                                      << " over " << horizon);
      EXPECT_TRUE(std::isfinite(model.log_likelihood(h)));
      EXPECT_TRUE(out.p_alive[0] >= 0 && out.p_alive[0] <= 1);
      EXPECT_TRUE(out.p_active[0] >= 0 && out.p_active[0] <= 1);
      EXPECT_TRUE(std::isfinite(out.expected_purchases[0]) && out.expected_purchases[0] >= 0);
    }
  }
  const bool anyone_leaves = model.p_alive_later({}, 1e6) < 0.5;
  EXPECT_EQ(model.p_alive({1000, 10, 100}), anyone_leaves ? 0 : 1);
}

TYPED_TEST(PurchaseModelLaws, ShopsWithNextToNothingGetAFitAndAWord) {
  const std::vector<std::vector<History>> shops{
      {{0, 0, 10}},                                  // one customer, never seen again
      {{5, 20, 30}},                                 // one customer
      std::vector<History>(30, History{0, 0, 20}),   // nobody came back
      std::vector<History>(30, History{2, 20, 20}),  // all alike
      {{0, 0, 0}, {0, 0, 0}, {1, 3, 5}},             // three
      {{10'000, 36'500, 36'500}, {0, 0, 1}, {1, 0.1, 36'500}},
  };
  for (const std::vector<History>& shop : shops) {
    std::vector<double> x;
    std::vector<double> recency;
    std::vector<double> age;
    for (const History& h : shop) {
      x.push_back(h.repeat_purchases);
      recency.push_back(h.recency);
      age.push_back(h.age);
    }
    Purchases::Input input;
    input.repeat_purchases = x;
    input.recency = recency;
    input.age = age;
    const TypeParam model = TypeParam::fit(input, {});
    SCOPED_TRACE(testing::Message() << shop.size() << " customers, the first with " << x[0] << ": "
                                    << model.report().words);
    EXPECT_TRUE(std::isfinite(model.report().log_likelihood));
    EXPECT_FALSE(model.report().words.empty());
    const bool pinned_down = std::isfinite(model.report().standard_errors[0]);
    EXPECT_EQ(pinned_down, model.report().words.starts_with("converged"));
    const Purchases::Output out = model.predict(input);
    for (std::size_t i = 0; i < shop.size(); ++i)
      EXPECT_TRUE(std::isfinite(out.expected_purchases[i]) && out.p_alive[i] >= 0);
  }
}

TYPED_TEST(PurchaseModelLaws, RefusesWhatCannotBeLearntFrom) {
  const std::vector<double> none(5, 0.0);
  Purchases::Input input;
  input.repeat_purchases = input.recency = input.age = none;
  try {
    TypeParam::fit(input, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotEnoughData);
  }
  EXPECT_THROW(TypeParam::fit({}, {}), Error);
  typename TypeParam::Params params = truth<TypeParam>().params();
  params.alpha = 0;
  EXPECT_THROW(TypeParam{params}, Error);
  params.alpha = std::nan("");
  EXPECT_THROW(TypeParam{params}, Error);
}

TYPED_TEST(PurchaseModelLaws, RefusesAQuestionInAnotherPeriod) {
  const SimulatedPurchases data = this->shop(100);
  Purchases::Input input = data.input();
  const TypeParam model = TypeParam::fit(input, {});
  input.days_per_period = 1;
  EXPECT_THROW(model.predict(input), Error);
  EXPECT_THROW(static_cast<void>(model.log_likelihood(input)), Error);
}

TYPED_TEST(PurchaseModelLaws, LoadsWhatWasSavedAndRefusesChangedBytes) {
  const SimulatedPurchases data = this->shop(500);
  const TypeParam model = TypeParam::fit(data.input(), {});
  const std::string bytes = saved(model);
  ByteReader reader(unframe(TypeParam::kId, bytes));
  const TypeParam loaded = TypeParam::load(reader);
  reader.expect_done();
  EXPECT_EQ(saved(loaded), bytes);
  EXPECT_EQ(loaded.predict(data.input()).expected_purchases,
            model.predict(data.input()).expected_purchases);
  EXPECT_EQ(loaded.report().words, model.report().words);
  std::string cut = bytes.substr(0, bytes.size() - 3);
  EXPECT_THROW(unframe(TypeParam::kId, cut), Error);
}

TEST(Regularity, IsFoundByTheLikelihood) {
  const std::vector<double> ages = daily_ages(3000);
  for (const int k : {1, 3, 6}) {
    const SimulatedPurchases data = MbgCnbdK({1.5, 3.0 / k, 0.5, 3, k}).simulate(ages, 0, 12);
    EXPECT_EQ(MbgCnbdK::fit(data.input(), {}).params().k, k);
    EXPECT_EQ(BgCnbdK::fit(data.input(), {}).params().k, k);
  }
  const SimulatedPurchases data = MbgCnbdK({1.5, 3, 0.5, 3, 3}).simulate(ages, 0, 12);
  Purchases::Input untimed = data.input();
  untimed.log_gaps = {};
  const MbgCnbdK model = MbgCnbdK::fit(untimed, {});
  EXPECT_EQ(model.params().k, 1);
  EXPECT_NE(model.report().words.find("not known"), std::string::npos);
}

TEST(PurchaseModel, ALostRegularIsUnlikelyAndNotImpossible) {
  // Sixty purchases in a year, then none in the next: (1 - p)^R of a probability that rounds to 1.
  const Nbd nbd({0.5, 2});
  const History regular{60, 52, 52};
  EXPECT_NEAR(nbd.log_purchase_probability(regular, 0, 52), -60.5 * std::log(106.0 / 54), 1e-9);
  for (const PurchaseModel& model :
       {PurchaseModel(truth<ParetoNbd>()), PurchaseModel(truth<GgomNbd>()),
        PurchaseModel(truth<MbgNbd>()), PurchaseModel(truth<BgCnbdK>())})
    EXPECT_TRUE(std::isfinite(std::visit(
        [&](const auto& m) { return m.log_purchase_probability({500, 52, 52}, 0, 500); }, model)))
        << id(model);
}

TEST(PurchaseModelDiagnosis, NamesTheSimplerProcess) {
  // Nobody leaves; all alike.
  const std::vector<double> ages = daily_ages(3000);
  SimulatedPurchases loyal = Nbd({0.8, 8}).simulate(ages, 0, 2);
  for (std::size_t i = 0; i < loyal.age.size(); ++i)
    if (loyal.repeat_purchases[i] > 0) loyal.recency[i] = loyal.age[i];  // bought just now
  for (const FitReport& report :
       {ParetoNbd::fit(loyal.input(), {}).report(), BgNbd::fit(loyal.input(), {}).report(),
        MbgNbd::fit(loyal.input(), {}).report()})
    EXPECT_NE(report.words.find("nobody leaves"), std::string::npos) << report.words;
  const SimulatedPurchases alike = Nbd({1e7, 8e7}).simulate(ages, 0, 2);
  EXPECT_NE(Nbd::fit(alike.input(), {}).report().words.find("one and the same rate"),
            std::string::npos)
      << Nbd::fit(alike.input(), {}).report().words;
}

TEST(PurchaseProcesses, AreFoundById) {
  EXPECT_EQ(purchase_processes().size(), std::variant_size_v<PurchaseModel>);
  EXPECT_EQ(purchase_process("value.bg_nbd/1").title, "BG/NBD");
  EXPECT_TRUE(purchase_process(kDefaultPurchaseProcess).p_alive_tells_churn);
  EXPECT_THROW(purchase_process("value.magic/1"), Error);
  const PurchaseModel model = BgNbd({1, 2, 3, 4}, 1);
  ByteWriter writer;
  save(model, writer);
  ByteReader reader(writer.bytes());
  const PurchaseModel again = purchase_process(id(model)).load(reader);
  EXPECT_EQ(id(again), BgNbd::kId);
  EXPECT_EQ(days_per_period(again), 1);
}

TEST(UniqueHistories, CountEqualCustomersOnce) {
  const std::vector<double> x{1, 0, 1, 1};
  const std::vector<double> recency{2, 0, 2, 3};
  const std::vector<double> age{5, 5, 5, 5};
  Purchases::Input input;
  input.repeat_purchases = x;
  input.recency = recency;
  input.age = age;
  const UniqueHistories unique = unique_histories(input);
  EXPECT_EQ(unique.weight, (std::vector<double>{1, 2, 1}));
  EXPECT_EQ(unique.customers, 4);
  EXPECT_EQ(unique.weight_above, (std::vector<double>{3}));
  EXPECT_EQ(unique.mean_purchases, 0.75);
  EXPECT_EQ(thinned(unique, 2).size(), 2U);
}

TEST(UniqueHistories, AreTheSameByRadixSortAndByComparison) {
  const std::vector<double> ages = daily_ages(60'000);
  SimulatedPurchases data = on_whole_days(MbgNbd({0.6, 6, 0.9, 2.4}).simulate(ages, 0, 8));
  data.recency[5] = -0.0;
  data.repeat_purchases[5] = data.log_gaps[5] = 0;
  const UniqueHistories fast = unique_histories(data.input());
  const std::vector<double> ones(data.age.size(), 1.0);
  Purchases::Input weighted = data.input();
  weighted.weights = ones;  // goes the other way
  const UniqueHistories slow = unique_histories(weighted);
  EXPECT_LT(fast.size(), data.age.size());
  EXPECT_EQ(fast.repeat_purchases, slow.repeat_purchases);
  EXPECT_EQ(fast.recency, slow.recency);
  EXPECT_EQ(fast.age, slow.age);
  EXPECT_EQ(fast.weight, slow.weight);
  EXPECT_EQ(fast.weight_above, slow.weight_above);
  // More different times than a grid has: by comparison, and nothing is lost.
  std::vector<double> continuous(data.age.size());
  for (std::size_t i = 0; i < continuous.size(); ++i)
    continuous[i] = 200 + static_cast<double>(i) * 1.000001;
  Purchases::Input input = data.input();
  input.age = continuous;
  EXPECT_EQ(unique_histories(input).customers, 60'000);
}

}  // namespace
}  // namespace perennial::models
