// Speed of the factor models: an epoch of ALS, the best items for all customers, one customer's list exact and by index.
//
// Figures come with GFLOP/s and GB/s beside what this machine reaches at most, measured here: `peak` multiplies and adds in
// registers (no fused instructions, as the models), `stream` reads memory. The last shop (1 M customers, 50 k items, 20 M
// records) runs with --benchmark_filter=Million.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

#include "perennial/base/random.h"
#include "perennial/models/recommend/factors/factor_index.h"
#include "perennial/models/recommend/factors/factor_ranking.h"
#include "perennial/models/recommend/factors/implicit_als.h"
#include "perennial/models/recommend/factors/vector_kernels.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

void rate(benchmark::State& state, const char* name, double each) {
  state.counters[name] =
      benchmark::Counter(each * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

Interactions shop_of(const benchmark::State& state) {
  return Interactions::build(simulate_interactions(static_cast<std::size_t>(state.range(0)),
                                                   static_cast<std::size_t>(state.range(1)), 20, 1)
                                 .log());
}

Factors random_factors(std::size_t rows, std::size_t width, std::uint64_t seed) {
  Factors factors(rows, width);
  RandomStream stream(seed, 0);
  for (float& value : factors.values) value = static_cast<float>(stream.normal());
  return factors;
}

// Scores of eight vectors over items that stay in the nearest cache: as fast as the kernels get, on every core.
void peak(benchmark::State& state) {
  constexpr std::size_t kCalls = 2000;
  const Factors rows = random_factors(8, 64, 1);
  const Factors panels = random_factors(64, 64, 2);
  const auto cores = static_cast<std::size_t>(thread_count({}));
  for ([[maybe_unused]] auto _ : state) {
    parallel_chunks(cores, 1, {}, [&](std::size_t, std::size_t) {
      AlignedFloats out(8 * 64);
      for (std::size_t call = 0; call < kCalls; ++call) {
        vector_kernels().scores(rows.values.data(), 8, 64, panels.values.data(), 4, out.data());
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
      }
    });
  }
  state.SetLabel(vector_kernels().name);
  rate(state, "GFLOP/s", 2.0 * 8 * 64 * 64 * kCalls * static_cast<double>(cores));
}

void stream(benchmark::State& state) {
  const std::vector<std::uint64_t> memory(1U << 26U, 3);  // 512 MB
  constexpr std::size_t kChunk = 1U << 20U;
  for ([[maybe_unused]] auto _ : state) {
    const auto sum = ordered_reduce(
        memory.size(), kChunk, {}, std::uint64_t{0},
        [&](std::size_t first, std::size_t last) {
          std::uint64_t part = 0;
          for (std::size_t i = first; i < last; ++i) part += memory[i];
          return part;
        },
        [](std::uint64_t a, std::uint64_t b) { return a + b; });
    require(sum == 3 * memory.size(), "the sum is wrong");
  }
  rate(state, "GB/s", static_cast<double>(memory.size() * sizeof(std::uint64_t)));
}

void als_epoch(benchmark::State& state) {
  const Interactions shop = shop_of(state);
  AlsOptions options{.factors = static_cast<std::size_t>(state.range(2)), .epochs = 1};
  const double first = als_loss(shop, factorise(shop, options), options);
  options.epochs = 3;
  for ([[maybe_unused]] auto _ : state) {
    const FactorPair pair = factorise(shop, options);
    state.PauseTiming();
    require(als_loss(shop, pair, options) < first, "the loss does not fall");
    state.ResumeTiming();
  }
  const auto width = static_cast<double>(options.factors);
  const auto rows = static_cast<double>(shop.customers() + shop.items());
  const auto entries = static_cast<double>(shop.size());
  rate(state, "GFLOP/s", 3 * (2 * entries * 4 * 4 * width + rows * 5 * width * width));
  rate(state, "GB/s", 3 * 2 * entries * 4 * width);  // a row of factors for every entry and side
  state.counters["epochs"] = benchmark::Counter(
      3, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void best_for_all(benchmark::State& state) {
  const Interactions shop = shop_of(state);
  const auto factors = static_cast<std::size_t>(state.range(2));
  const auto model = ImplicitAls::fit({shop}, {.factors = factors, .epochs = 1});
  for ([[maybe_unused]] auto _ : state) {
    const auto lists = model.predict({.interactions = shop, .n = 20});
    require(lists.size() == shop.customers() && lists.items_of(0).size() == 20, "a list is short");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  rate(state, "GFLOP/s", 2.0 * static_cast<double>(factors * shop.customers() * shop.items()));
}

// 100 k items of 64 factors, fitted, so that they lie as those of a shop do.
struct Catalogue {
  FactorPair pair = factorise(
      Interactions::build(simulate_interactions(100'000, 100'000, 20, 1).log()), {.epochs = 3});
  FactorRanking ranking{pair.items};
};
const Catalogue& catalogue() {
  static const Catalogue made;
  return made;
}

// Runs one list after the other; p50 and p99 in milliseconds.
template <typename Answer>
void latency(benchmark::State& state, Answer answer) {
  const Catalogue& shop = catalogue();
  std::vector<double> taken;
  std::size_t customer = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    const auto list = answer(shop.pair.customers.span_of(customer));
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    taken.push_back(time.count());
    require(list.size() == 20, "a list is short");
    customer = (customer + 97) % shop.pair.customers.rows();
  }
  std::sort(taken.begin(), taken.end());
  state.counters["p50_ms"] = taken[taken.size() / 2];
  state.counters["p99_ms"] = taken[taken.size() * 99 / 100];
}

void best_exact(benchmark::State& state) {
  latency(state, [&](std::span<const float> x) { return catalogue().ranking.best(x, 20); });
}

void best_by_index(benchmark::State& state) {
  static const FactorIndex index(catalogue().pair.items, {.build_effort = 100});
  const auto effort = static_cast<std::size_t>(state.range(0));
  latency(state, [&](std::span<const float> x) { return index.best(x, 20, effort); });
  std::size_t found = 0;
  for (std::size_t c = 0; c < 500; ++c) {
    const auto x = catalogue().pair.customers.span_of(c);
    const auto quick = index.best(x, 20, effort);
    for (const ScoredItem& item : catalogue().ranking.best(x, 20)) {
      found += std::any_of(quick.begin(), quick.end(),
                           [&](const ScoredItem& other) { return other.item == item.item; });
    }
  }
  state.counters["recall"] = static_cast<double>(found) / (500 * 20);
}

void shops(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({100'000, 20'000, 64})->Args({100'000, 20'000, 128});
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
}
void million(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({1'000'000, 50'000, 64})->Args({1'000'000, 50'000, 128})->Iterations(1);
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
}

BENCHMARK(peak)->UseRealTime()->MeasureProcessCPUTime();
BENCHMARK(stream)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
BENCHMARK(als_epoch)->Apply(shops);
BENCHMARK(best_for_all)->Apply(shops);
BENCHMARK(best_exact)->Unit(benchmark::kMillisecond);
BENCHMARK(best_by_index)->Arg(50)->Arg(100)->Arg(200)->Unit(benchmark::kMillisecond);
BENCHMARK(als_epoch)->Name("Million/als_epoch")->Apply(million);
BENCHMARK(best_for_all)->Name("Million/best_for_all")->Apply(million);

}  // namespace
}  // namespace perennial::models
