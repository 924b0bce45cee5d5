// Value on a million simulated customers who first bought on one of 730 days: fit, score, intervals.
//
// The fits must find the simulated truth again and the scores must forecast the simulated holdout, else the benchmark
// fails.
#include <benchmark/benchmark.h>

#include <cmath>

#include "perennial/models/value/choose.h"
#include "perennial/models/value/lifetime_value.h"

namespace perennial::models {
namespace {

constexpr std::size_t kCustomers = 1'000'000;
constexpr double kHoldout = 26;

struct Shop {
  SimulatedPurchases purchases;
  std::vector<double> mean_spend;

  Purchases::Input input() const {
    Purchases::Input input = purchases.input();
    input.horizon_periods = kHoldout;
    return input;
  }
  Spend::Input spend() const {
    Spend::Input input;
    input.orders = purchases.repeat_purchases;
    input.mean_spend = mean_spend;
    return input;
  }
};

template <typename M>
M truth() {
  if constexpr (std::is_same_v<M, ParetoNbd>) {
    return M({0.55, 10.6, 0.61, 11.7});
  } else {
    return M({0.55, 6.2, 0.9, 1.6});
  }
}

// On whole days, at most one purchase a day, as a shop's summaries have it.
template <typename M>
const Shop& shop() {
  static const Shop kMade = [] {
    std::vector<double> age(kCustomers);
    RandomStream days(1, kCustomers);
    for (double& value : age) value = static_cast<double>(days.below(730)) / 7;
    Shop out{truth<M>().simulate(age, kHoldout, 1), std::vector<double>(kCustomers)};
    for (std::size_t i = 0; i < kCustomers; ++i) {
      double& recency = out.purchases.recency[i];
      recency = std::floor(recency * 7) / 7;
      const double x = out.purchases.repeat_purchases[i];
      RandomStream stream(2, i);
      if (x > 0) out.mean_spend[i] = stream.gamma(6.25 * x, stream.gamma(3.74, 15.44)) / x;
    }
    return out;
  }();
  return kMade;
}

template <typename M>
void fit(benchmark::State& state) {
  const Purchases::Input input = shop<M>().input();
  for ([[maybe_unused]] auto _ : state) {
    const FitReport report = M::fit(input, {}).report();
    const double r = M(truth<M>()).params().r;
    // Flooring times to days shifts the truth a little.
    if (!report.converged || std::fabs(report.estimates[0] - r) > 0.05 * r ||
        !(report.standard_errors[0] < 0.02 * r))
      state.SkipWithError("the fit did not find the simulated truth");
    state.counters["iterations"] = report.iterations;
  }
  state.counters["unique_rows"] = static_cast<double>(unique_histories(input).size());
}
BENCHMARK(fit<BgNbd>)->Unit(benchmark::kMillisecond);
BENCHMARK(fit<MbgNbd>)->Unit(benchmark::kMillisecond);
BENCHMARK(fit<ParetoNbd>)->Unit(benchmark::kMillisecond);

// Ten million customers: the same shop ten times over would compress to nothing new, so this one is drawn anew.
void fit_ten_million(benchmark::State& state) {
  constexpr std::size_t kMany = 10'000'000;
  std::vector<double> age(kMany);
  RandomStream days(5, kMany);
  for (double& value : age) value = static_cast<double>(days.below(1095)) / 7;
  SimulatedPurchases data = truth<BgNbd>().simulate(age, 0, 5);
  for (double& value : data.recency) value = std::floor(value * 7) / 7;
  data.log_gaps.clear();
  for ([[maybe_unused]] auto _ : state) {
    const FitReport report = BgNbd::fit(data.input(), {}).report();
    if (!report.converged || !(report.standard_errors[0] > 0))
      state.SkipWithError("the fit did not converge");
    state.counters["iterations"] = report.iterations;
  }
}
BENCHMARK(fit_ten_million)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

void compress(benchmark::State& state) {
  const Purchases::Input input = shop<BgNbd>().input();
  for ([[maybe_unused]] auto _ : state)
    if (unique_histories(input).customers != kCustomers) state.SkipWithError("customers were lost");
}
BENCHMARK(compress)->Unit(benchmark::kMillisecond);

void fit_gamma_gamma(benchmark::State& state) {
  const Spend::Input input = shop<BgNbd>().spend();
  for ([[maybe_unused]] auto _ : state) {
    const GammaGamma model = GammaGamma::fit(input, {});
    if (std::fabs(model.params().q - 3.74) > 0.1)
      state.SkipWithError("the fit did not find the simulated truth");
  }
}
BENCHMARK(fit_gamma_gamma)->Unit(benchmark::kMillisecond);

// P(alive), P(active) and expected orders.
template <typename M>
void predict(benchmark::State& state) {
  const Shop& data = shop<M>();
  const Purchases::Input input = data.input();
  const M model = truth<M>();
  double actual = 0;
  for (const double y : data.purchases.holdout_purchases) actual += y;
  for ([[maybe_unused]] auto _ : state) {
    const Purchases::Output out = model.predict(input);
    double expected = 0;
    for (const double x : out.expected_purchases) expected += x;
    if (std::fabs(expected / actual - 1) > 0.01)
      state.SkipWithError("the scores did not forecast the holdout");
  }
  state.counters["customers_per_second"] =
      benchmark::Counter(kCustomers, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(predict<BgNbd>)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(predict<MbgNbd>)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(predict<ParetoNbd>)->Unit(benchmark::kMillisecond)->UseRealTime();

// The same and lifetime value.
template <typename M>
void score(benchmark::State& state) {
  const Shop& data = shop<M>();
  const Purchases::Input input = data.input();
  const M model = truth<M>();
  const GammaGamma spend({6.25, 3.74, 15.44});
  double actual = 0;
  for (const double y : data.purchases.holdout_purchases) actual += y;
  for ([[maybe_unused]] auto _ : state) {
    const Purchases::Output out = model.predict(input);
    const LifetimeValues values = lifetime_value(PurchaseModel(model), spend, input,
                                                 data.mean_spend, {0.1, 0.8, Intervals::kNone});
    double expected = 0;
    for (const double x : values.expected_purchases) expected += x;
    if (std::fabs(expected / actual - 1) > 0.01 || !(values.value[0] > 0) ||
        out.expected_purchases[0] != values.expected_purchases[0])
      state.SkipWithError("the scores did not forecast the holdout");
  }
}
BENCHMARK(score<BgNbd>)->Unit(benchmark::kMillisecond);
BENCHMARK(score<MbgNbd>)->Unit(benchmark::kMillisecond);
BENCHMARK(score<ParetoNbd>)->Unit(benchmark::kMillisecond);

template <typename M>
void intervals(benchmark::State& state) {
  const Shop& data = shop<M>();
  const GammaGamma spend({6.25, 3.74, 15.44});
  const PurchaseModel model = truth<M>();
  for ([[maybe_unused]] auto _ : state) {
    const LifetimeValues values =
        lifetime_value(model, spend, data.input(), data.mean_spend, {0.1, 0.8});
    double kept = 0;
    double promised = 0;
    for (std::size_t i = 0; i < kCustomers; ++i) {
      promised += values.p_nothing[i];
      kept += data.purchases.holdout_purchases[i] == 0 ? 1 : 0;
    }
    if (std::fabs(kept / promised - 1) > 0.01) state.SkipWithError("p_nothing is not kept");
  }
}
BENCHMARK(intervals<MbgNbd>)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(intervals<ParetoNbd>)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace perennial::models
