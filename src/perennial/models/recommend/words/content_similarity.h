// How alike items are by what is known of them: words, pictures, or both.
//
// Score    sum over sources of weight * cosine / sum of all weights; where a source knows nothing of one of the two
//          items it adds 0
// Cost     one source of words: as similarity.h; else items^2 multiply-adds for every dimension, in float, about 4e9 a
//          second and thread; memory 128 bytes an item and thread
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <variant>

#include "perennial/base/parallel.h"
#include "perennial/models/recommend/neighbours/nearest_rows.h"
#include "perennial/models/recommend/sparse_rows.h"
#include "perennial/models/recommend/words/item_vectors.h"

namespace perennial::models {

// One way in which items are alike; what it points to must outlive its use. Row i belongs to item i.
struct ContentSource {
  std::variant<const SparseRows*, const ItemVectors*> rows;
  double weight = 1;  // above 0
};

// kInvalidArgument in the name of `model` for what does not describe `items` items.
void validate(std::span<const ContentSource> sources, std::string_view model, std::size_t items);

// For every item its `limit` most alike other items (0: all) with a score of at least `min_similarity`, best first, equal
// ones by lower item. REQUIRES: at least one source, all valid; min_similarity > 0.
NeighbourLists nearest_by_content(std::span<const ContentSource> sources, std::size_t limit,
                                  double min_similarity, Threads threads);

}  // namespace perennial::models
