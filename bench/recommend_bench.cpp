// Speed of recommenders on simulated shops. Each run checks sampled answers against a slow sum over pairs.
//
// The arguments are customers, items and records a customer; the last shop of the list (1 M customers, 50 k items,
// 20 M records) runs with --benchmark_filter=Million, once, in about 2 GB.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>
#include <tuple>

#include "perennial/evaluate/ranking.h"
#include "perennial/models/recommend/neighbours/item_neighbours.h"
#include "perennial/models/recommend/neighbours/user_neighbours.h"
#include "perennial/models/recommend/popularity.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

// One shop at a time is kept, since the large one fills memory.
const Interactions& shop_of(const benchmark::State& state) {
  using Size = std::tuple<std::int64_t, std::int64_t, std::int64_t>;
  static Size kept_size;
  static std::unique_ptr<Interactions> kept;
  const Size size{state.range(0), state.range(1), state.range(2)};
  if (!kept || size != kept_size) {
    kept.reset();
    const SimulatedInteractions log = simulate_interactions(
        static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)),
        static_cast<double>(state.range(2)), 1);
    kept = std::make_unique<Interactions>(Interactions::build(log.log()));
    kept_size = size;
  }
  return *kept;
}

double slow_cosine(const SparseRows& items, std::size_t a, std::size_t b) {
  std::map<std::uint32_t, double> weights;
  double squares_a = 0;
  for (std::size_t k = 0; k < items.view().row_size(a); ++k) {
    const auto weight = static_cast<double>(items.view().row_values(a)[k]);
    weights[items.view().row_ids(a)[k]] = weight;
    squares_a += weight * weight;
  }
  double product = 0;
  double squares_b = 0;
  for (std::size_t k = 0; k < items.view().row_size(b); ++k) {
    const auto weight = static_cast<double>(items.view().row_values(b)[k]);
    squares_b += weight * weight;
    const auto found = weights.find(items.view().row_ids(b)[k]);
    if (found != weights.end()) product += weight * found->second;
  }
  return product / std::sqrt(squares_a * squares_b);
}

// The stored similarity of some pairs is right, and the best of some other items is not missing.
void check_neighbours(const Interactions& shop, const ItemNeighbours& model) {
  const SparseRows items = transpose(shop.view());
  for (std::uint32_t item = 5; item < shop.items();
       item += static_cast<std::uint32_t>(shop.items() / 3)) {
    const auto similar = model.similar(item, 100);
    for (std::size_t k = 0; k < similar.size(); k += 20) {
      require(std::abs(slow_cosine(items, item, similar[k].item) - similar[k].score) < 1e-9,
              "a stored similarity is wrong");
    }
    if (similar.size() < 100) continue;
    for (std::uint32_t other = 0; other < shop.items(); other += 997) {
      if (other == item || slow_cosine(items, item, other) <= similar.back().score + 1e-9) continue;
      require(std::any_of(similar.begin(), similar.end(),
                          [&](const ScoredItem& s) { return s.item == other; }),
              "a similar item is missing");
    }
  }
}

void check_lists(const Interactions& shop, const ItemNeighbours& model,
                 const TopItems::Output& lists) {
  for (std::size_t c = 3; c < shop.customers(); c += shop.customers() / 5) {
    std::map<std::uint32_t, double> scores;
    for (std::size_t h = 0; h < shop.items_of(c).size(); ++h) {
      for (const ScoredItem& near : model.similar(shop.items_of(c)[h], 100)) {
        scores[near.item] += static_cast<double>(shop.weights_of(c)[h]) * near.score;
      }
    }
    double best = 0;
    for (const auto& [item, score] : scores) {
      const auto seen = shop.items_of(c);
      if (!std::binary_search(seen.begin(), seen.end(), item)) best = std::max(best, score);
    }
    require(std::abs(lists.scores_of(c)[0] - best) < 1e-9, "a best score is wrong");
  }
}

void fit_item_neighbours(benchmark::State& state) {
  const Interactions& shop = shop_of(state);
  for ([[maybe_unused]] auto _ : state) {
    const auto model = ItemNeighbours::fit({shop}, {});
    state.PauseTiming();
    check_neighbours(shop, model);
    state.ResumeTiming();
  }
  state.counters["interactions"] = static_cast<double>(shop.size());
}

void predict_item_neighbours(benchmark::State& state) {
  const Interactions& shop = shop_of(state);
  const auto model = ItemNeighbours::fit({shop}, {});
  for ([[maybe_unused]] auto _ : state) {
    const auto lists = model.predict({shop});
    state.PauseTiming();
    check_lists(shop, model, lists);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void predict_user_neighbours(benchmark::State& state) {
  const Interactions& shop = shop_of(state);
  const auto model = UserNeighbours::fit({shop}, {});
  for ([[maybe_unused]] auto _ : state) {
    const auto lists = model.predict({shop});
    require(lists.size() == shop.customers(), "a list is missing");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void build_interactions(benchmark::State& state) {
  const SimulatedInteractions log = simulate_interactions(static_cast<std::size_t>(state.range(0)),
                                                          static_cast<std::size_t>(state.range(1)),
                                                          static_cast<double>(state.range(2)), 1);
  for ([[maybe_unused]] auto _ : state) {
    const Interactions shop = Interactions::build(log.log());
    require(shop.size() > log.customer.size() / 3, "entries are missing");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log.customer.size()));
}

void evaluate_lists(benchmark::State& state) {
  const Interactions& shop = shop_of(state);
  const auto lists =
      Popularity::fit({shop}, {}).predict({.interactions = shop, .seen = SeenItems::kKeep});
  for ([[maybe_unused]] auto _ : state) {
    const auto report = evaluate::evaluate_ranking(lists, shop, shop, 10, {.replicates = 200});
    require(report.customers == shop.customers(), "a customer is missing");
  }
}

// The size of MovieLens 100k; a shop of the size of Online Retail; 100 k customers.
void shops(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({943, 1'680, 130})->Args({4'300, 3'900, 90})->Args({100'000, 20'000, 20});
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
}
void million(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({1'000'000, 50'000, 20})->Iterations(1);
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
}

BENCHMARK(build_interactions)->Apply(shops);
BENCHMARK(fit_item_neighbours)->Apply(shops);
BENCHMARK(predict_item_neighbours)->Apply(shops);
BENCHMARK(predict_user_neighbours)
    ->Args({943, 1'680, 130})
    ->Args({4'300, 3'900, 90})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK(evaluate_lists)->Apply(shops);

BENCHMARK(build_interactions)->Name("Million/build_interactions")->Apply(million);
BENCHMARK(fit_item_neighbours)->Name("Million/fit_item_neighbours")->Apply(million);
BENCHMARK(predict_item_neighbours)->Name("Million/predict_item_neighbours")->Apply(million);
BENCHMARK(evaluate_lists)->Name("Million/evaluate_lists")->Apply(million);

}  // namespace
}  // namespace perennial::models
