// How fast the simulator makes a shop, without writing it anywhere. The work of one iteration is 20 chunks.
#include <benchmark/benchmark.h>

#include "perennial/base/parallel.h"
#include "perennial/simulate/simulation.h"

namespace perennial::simulate {
namespace {

Options shop(std::int64_t customers) {
  Options options;
  options.customers = customers;
  return options;
}

void make_chunks(benchmark::State& state) {
  const Simulation simulation(shop(1'000'000));
  const Threads threads{static_cast<int>(state.range(0))};
  constexpr std::size_t kChunks = 20;
  std::int64_t events = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto counts = ordered_reduce(
        kChunks, 1, threads, std::pair<std::size_t, std::size_t>{},
        [&](std::size_t i, std::size_t) {
          const Chunk chunk = simulation.chunk(i * simulation.chunk_count() / kChunks);
          return std::pair{chunk.events.size(), chunk.customer_truth.size()};
        },
        [](auto a, auto b) { return std::pair{a.first + b.first, a.second + b.second}; });
    events = static_cast<std::int64_t>(counts.first);
    if (counts.second != kChunks * Simulation::kCustomersPerChunk || counts.first < counts.second)
      state.SkipWithError("a chunk lacks customers or events");
  }
  state.SetItemsProcessed(state.iterations() * events);
  state.counters["events_per_customer"] =
      static_cast<double>(events) / (kChunks * Simulation::kCustomersPerChunk);
}
BENCHMARK(make_chunks)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

void build_shop(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    const Simulation simulation(shop(state.range(0)));
    benchmark::DoNotOptimize(simulation.chunk_count());
  }
}
BENCHMARK(build_shop)->Arg(1000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::simulate
