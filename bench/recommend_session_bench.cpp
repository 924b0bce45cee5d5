// Latency of one query to session neighbours: the sessions that Serenade publishes (where they are) and simulated ones.
//
// Every query is timed by itself on one thread; ns p50 and p99 over all of them, and whether the target of 50 us and
// 200 us is met. A query that allocates, or answers otherwise than predict, fails the benchmark.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <stdexcept>

#include "perennial/models/recommend/serenade_testing.h"
#include "perennial/models/recommend/simulated_sessions.h"
#include "perennial/models/recommend/vmis_knn.h"

namespace {
std::atomic<std::uint64_t> allocations = 0;
}  // namespace

// Out of line, or g++ takes malloc and delete for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace perennial::models {
namespace {

const std::string kFolder = PERENNIAL_SHARED_DATA "/recommend/serenade";
constexpr VmisKnn::Options kOptions{.m = 1502, .k = 288, .last = 4, .idf_weighting = 2};

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

struct Shop {
  std::size_t items = 0;
  SessionRows past;
  SessionRows asked;
};

Shop simulated(std::int64_t sessions, std::int64_t items) {
  const auto n = static_cast<std::size_t>(sessions);
  const auto count = static_cast<std::size_t>(items);
  return {count, simulate_sessions(n, count, 5, 1),
          next_clicks(simulate_sessions(2000, count, 5, 2).view()).asked};
}

void check_answers(const VmisKnn& model, const Shop& shop, VmisKnn::Scratch& scratch) {
  const auto lists = model.predict({.sessions = shop.asked.view(), .items = shop.items});
  for (std::size_t s = 0; s < lists.size(); ++s) {
    const auto offers = model.answer({.session = shop.asked.view().items_of(s)}, scratch);
    require(offers.size() == lists.items_of(s).size(), "an answer has another length");
    for (std::size_t o = 0; o < offers.size(); ++o) {
      require(offers[o].item == lists.items_of(s)[o] && offers[o].score == lists.scores_of(s)[o],
              "an answer differs from the prediction");
    }
  }
}

void answer_all(benchmark::State& state, const Shop& shop) {
  const auto model = VmisKnn::fit({.sessions = shop.past.view(), .items = shop.items}, kOptions);
  VmisKnn::Scratch scratch;
  check_answers(model, shop, scratch);
  std::vector<double> nanoseconds;
  nanoseconds.reserve(20'000'000);
  const std::uint64_t before = allocations;
  for ([[maybe_unused]] auto _ : state) {
    for (std::size_t s = 0; s < shop.asked.times.size(); ++s) {
      const auto start = std::chrono::steady_clock::now();
      const auto offers = model.answer({.session = shop.asked.view().items_of(s)}, scratch);
      benchmark::DoNotOptimize(offers.data());
      const std::chrono::duration<double, std::nano> took =
          std::chrono::steady_clock::now() - start;
      if (nanoseconds.size() < nanoseconds.capacity()) nanoseconds.push_back(took.count());
    }
  }
  require(allocations == before, "a query allocates");
  std::sort(nanoseconds.begin(), nanoseconds.end());
  const double p50 = nanoseconds[nanoseconds.size() / 2];
  const double p99 = nanoseconds[nanoseconds.size() * 99 / 100];
  state.counters["p50_ns"] = p50;
  state.counters["p99_ns"] = p99;
  state.counters["target_met"] = p50 < 50'000 && p99 < 200'000 ? 1 : 0;
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(shop.asked.times.size()));
}

void answer_serenade(benchmark::State& state) {
  if (!std::filesystem::exists(kFolder)) {
    state.SkipWithError("shared/data/recommend/serenade is not there");
    return;
  }
  Serenade data = read_serenade(kFolder);
  answer_all(state, {data.items, std::move(data.train), next_clicks(data.test.view()).asked});
}

void answer_simulated(benchmark::State& state) {
  answer_all(state, simulated(state.range(0), state.range(1)));
}

void fit_sessions(benchmark::State& state) {
  const Shop shop = simulated(state.range(0), state.range(1));
  for ([[maybe_unused]] auto _ : state) {
    const auto model = VmisKnn::fit({.sessions = shop.past.view(), .items = shop.items}, kOptions);
    require(model.index().size() > 0, "no session was kept");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(shop.past.items.size()));
}

void update_with_one_session(benchmark::State& state) {
  const Shop shop = simulated(state.range(0), state.range(1));
  const auto model = VmisKnn::fit({.sessions = shop.past.view(), .items = shop.items}, kOptions);
  SessionRows batch;
  batch.append(shop.asked.view().items_of(0), {shop.past.times.back()});
  for ([[maybe_unused]] auto _ : state) {
    const auto updated = model.update({.sessions = batch.view(), .items = shop.items});
    require(updated.index().clicks() > model.index().clicks(), "the session was not counted");
  }
}

BENCHMARK(answer_serenade)->Unit(benchmark::kMicrosecond);
BENCHMARK(answer_simulated)
    ->Args({100'000, 20'000})
    ->Args({1'000'000, 100'000})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(fit_sessions)
    ->Args({100'000, 20'000})
    ->Args({1'000'000, 100'000})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(update_with_one_session)
    ->Args({100'000, 20'000})
    ->Args({1'000'000, 100'000})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::models
