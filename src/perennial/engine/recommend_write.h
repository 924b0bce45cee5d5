// The lists of everybody, written in batches: candidates of the chosen models, the shop's rules, reasons.
//
// New      items that nobody bought yet fill the places for exploration where the rules say so: likelier what suits the
//          customer by words, looks or both (new_items.h). A customer without such a list is shown any of them
// Similar  items: by the first model of the ensemble that knows neighbours, filled up by looks, then by words
// derived.recommendations says of each place why it is there (reason_id) and, for later judging without bias, with which
// probability it came there
// Cost     memory for kBatch customers at a time: candidates of each model
#pragma once

#include <string_view>
#include <vector>

#include "perennial/engine/new_items.h"
#include "perennial/engine/recommend_step.h"

namespace perennial::engine {

class ListWriter {
 public:
  ListWriter(store::Connection& connection, const PurchaseNumbering& numbering,
             const models::Interactions& purchases, const ShopItems& items,
             const RecommendChoice& choice, Day as_of, Context& context);

  WrittenLists write();

 private:
  struct Batch;
  void fit();
  void fit_looks(const models::TopItems::Input& input);
  void need_words(const models::TopItems::Input& input);
  void find_new_items(const models::TopItems::Input& input);
  void find_similar(const models::TopItems::Input& input);
  models::TopItems::Output new_items_for(std::span<const std::uint32_t> customers) const;
  Batch candidates_of(std::span<const std::uint32_t> customers) const;
  models::RuledLists ruled(const Batch& batch, std::span<const std::uint32_t> customers) const;
  void write_lists();
  struct SimilarItem {
    std::uint32_t item;
    double score;
    ReasonKind reason;
  };
  std::vector<SimilarItem> similar_to(std::uint32_t item) const;
  void write_similar();
  void write_popular();
  std::vector<ModelFile> files() const;

  store::Connection& connection_;
  const PurchaseNumbering& numbering_;
  const models::Interactions& purchases_;
  const ShopItems& items_;
  const RecommendChoice& choice_;
  Day as_of_;
  Context& context_;
  models::ItemFacts facts_;
  NumberedRules numbered_;
  const models::ListRules& rules_;
  std::vector<std::uint8_t> excluded_;
  std::vector<double> buyers_;
  Ensemble ensemble_;  // the chosen one alone, or the sources of the weigher
  FittedRecommender popular_;
  // Where they serve something: of the ensemble, or fitted beside it.
  const FittedRecommender* words_ = nullptr;
  const FittedRecommender* looks_ = nullptr;
  FittedRecommender own_words_, own_looks_;
  std::vector<std::uint8_t> new_items_,
      old_items_;  // per item, for exploration; empty: any item is explored
  models::NeighbourLists similar_;
  ReasonKind similar_by_ = ReasonKind::kBought;
  std::vector<ModelFile> learnt_looks_;
  std::vector<std::string> notes_;
};

}  // namespace perennial::engine
