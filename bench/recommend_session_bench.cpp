// Latency of one query to the models of next items: the sessions that Serenade publishes (where they are) and simulated ones.
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

#include "perennial/models/recommend/sessions/sequential_rules.h"
#include "perennial/models/recommend/sessions/serenade_testing.h"
#include "perennial/models/recommend/sessions/simulated_sessions.h"
#include "perennial/models/recommend/sessions/stan.h"
#include "perennial/models/recommend/sessions/vmis_knn.h"

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

// Per model what is measured.
template <typename M>
constexpr typename M::Options kOptions{};
template <>
constexpr VmisKnn::Options kOptions<VmisKnn>{.m = 1502, .k = 288, .last = 4, .idf_weighting = 2};
template <>
constexpr Stan::Options kOptions<Stan>{.m = 1502, .k = 288};

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

template <typename M>
M fitted(const Shop& shop) {
  return M::fit({.sessions = shop.past.view(), .items = shop.items}, kOptions<M>);
}

template <typename M>
void check_answers(const M& model, const Shop& shop, typename M::Scratch& scratch) {
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

template <typename M>
void answer_all(benchmark::State& state, const Shop& shop) {
  const auto model = fitted<M>(shop);
  typename M::Scratch scratch;
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

template <typename M>
void answer_serenade(benchmark::State& state) {
  if (!std::filesystem::exists(kFolder)) {
    state.SkipWithError("shared/data/recommend/serenade is not there");
    return;
  }
  Serenade data = read_serenade(kFolder);
  answer_all<M>(state, {data.items, std::move(data.train), next_clicks(data.test.view()).asked});
}

template <typename M>
void answer_simulated(benchmark::State& state) {
  answer_all<M>(state, simulated(state.range(0), state.range(1)));
}

template <typename M>
void fit_sessions(benchmark::State& state) {
  const Shop shop = simulated(state.range(0), state.range(1));
  for ([[maybe_unused]] auto _ : state) {
    const auto model = fitted<M>(shop);
    require(model.items() == shop.items, "the model has other items");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(shop.past.items.size()));
}

template <typename M>
void update_with_one_session(benchmark::State& state) {
  const Shop shop = simulated(state.range(0), state.range(1));
  const auto model = fitted<M>(shop);
  SessionRows batch;
  batch.append(shop.asked.view().items_of(0), {shop.past.times.back()});
  for ([[maybe_unused]] auto _ : state) {
    const auto updated = model.update({.sessions = batch.view(), .items = shop.items});
    if constexpr (requires { updated.index(); }) {
      require(updated.index().clicks() > model.index().clicks(), "the session was not counted");
    } else {
      require(updated.rules() >= model.rules(), "rules were lost");
    }
  }
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({100'000, 20'000})->Args({1'000'000, 100'000});
}

BENCHMARK(answer_serenade<VmisKnn>)->Unit(benchmark::kMicrosecond);
BENCHMARK(answer_serenade<Stan>)->Unit(benchmark::kMicrosecond);
BENCHMARK(answer_serenade<SequentialRules>)->Unit(benchmark::kMicrosecond);
BENCHMARK(answer_simulated<VmisKnn>)->Apply(sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(answer_simulated<Stan>)->Apply(sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(answer_simulated<SequentialRules>)->Apply(sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(fit_sessions<VmisKnn>)->Apply(sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(fit_sessions<Stan>)->Apply(sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(fit_sessions<SequentialRules>)->Apply(sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(update_with_one_session<VmisKnn>)->Apply(sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(update_with_one_session<Stan>)->Apply(sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(update_with_one_session<SequentialRules>)->Apply(sizes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::models
