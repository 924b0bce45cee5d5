// Speed of linear models of items on simulated shops: EASE by items, SLIM by items and customers. Each run checks sampled
// answers against sums over the weights.
//
// The arguments are customers, items and records a customer.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "perennial/models/recommend/linear/ease.h"
#include "perennial/models/recommend/linear/slim.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

Interactions shop_of(const benchmark::State& state) {
  return Interactions::build(simulate_interactions(static_cast<std::size_t>(state.range(0)),
                                                   static_cast<std::size_t>(state.range(1)),
                                                   static_cast<double>(state.range(2)), 1)
                                 .log());
}

// The best score of some customers is the largest sum of weights over what they do not have.
void check_lists(const Interactions& shop, SparseView weights, const TopItems::Output& lists) {
  for (std::size_t c = 3; c < shop.customers(); c += shop.customers() / 5) {
    std::map<std::uint32_t, double> scores;
    const auto history = shop.items_of(c);
    for (std::size_t h = 0; h < history.size(); ++h) {
      for (std::size_t k = 0; k < weights.row_size(history[h]); ++k) {
        scores[weights.row_ids(history[h])[k]] +=
            static_cast<double>(shop.weights_of(c)[h]) *
            static_cast<double>(weights.row_values(history[h])[k]);
      }
    }
    double best = 0;
    for (const auto& [item, score] : scores) {
      if (!std::binary_search(history.begin(), history.end(), item)) best = std::max(best, score);
    }
    const double found = lists.scores_of(c).empty() ? 0 : lists.scores_of(c)[0];
    if (std::abs(found - best) > 1e-9) throw std::runtime_error("a best score is wrong");
  }
}

template <typename M>
void fit(benchmark::State& state) {
  const Interactions shop = shop_of(state);
  for ([[maybe_unused]] auto _ : state) {
    const M model = M::fit({shop}, {});
    benchmark::DoNotOptimize(model.weights().ids.data());
  }
  state.counters["interactions"] = static_cast<double>(shop.size());
}

template <typename M>
void predict(benchmark::State& state) {
  const Interactions shop = shop_of(state);
  const M model = M::fit({shop}, {});
  for ([[maybe_unused]] auto _ : state) {
    const auto lists = model.predict({shop});
    state.PauseTiming();
    check_lists(shop, model.weights(), lists);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// The size of MovieLens 100k; a shop of the size of Online Retail.
void shops(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({943, 1'680, 130})->Args({4'300, 3'900, 90});
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
}

BENCHMARK(fit<Ease>)->Name("fit_ease")->Apply(shops);
BENCHMARK(fit<Slim>)->Name("fit_slim")->Apply(shops);
BENCHMARK(predict<Ease>)->Name("predict_ease")->Apply(shops);
BENCHMARK(predict<Slim>)->Name("predict_slim")->Apply(shops);

}  // namespace
}  // namespace perennial::models
