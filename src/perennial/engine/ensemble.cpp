#include "perennial/engine/ensemble.h"

namespace perennial::engine {

using models::TopItems;

Ensemble Ensemble::fit(std::vector<const RecommenderEntry*> entries, const TopItems::Input& input,
                       const ShopItems& items, const FitWatch& watch) {
  Ensemble ensemble{.entries = std::move(entries), .fitted = {}};
  for (const RecommenderEntry* entry : ensemble.entries)
    ensemble.fitted.push_back(entry->fit(input, items, watch));
  return ensemble;
}

models::MixedLists Weigher::mix(const Question& question) const {
  CHECK(blend || ranker);
  if (blend) return blend->mix(question.candidates, question.n, question.threads);
  return ranker->mix({.sources = question.candidates,
                      .histories = question.histories,
                      .customers = question.customers,
                      .facts = question.items.facts,
                      .buyers = question.buyers,
                      .as_of = question.as_of,
                      .threads = question.threads},
                     question.n);
}

std::string Weigher::bytes() const {
  ByteWriter writer;
  if (blend) {
    blend->save(writer);
    return frame(models::Blend::kId, writer);
  }
  CHECK(ranker);
  ranker->save(writer);
  return frame(models::Ranker::kId, writer);
}

std::vector<double> buyers_of(const models::Interactions& interactions) {
  std::vector<double> buyers(interactions.items(), 0.0);
  for (const std::uint32_t item : interactions.view().ids) ++buyers[item];
  return buyers;
}

}  // namespace perennial::engine
