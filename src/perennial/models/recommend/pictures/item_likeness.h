// Items alike by their vectors, whoever bought them: what makes an item without history findable.
//
// Story    two items are as alike as the cosine of their vectors; a customer is offered the items most like the mean of
//          the vectors of their own history
// Score    cosine of the item's vector and that mean, -1 to 1; items without a vector have none and are never offered
// Because  the item of the history whose vector is most like the offered one's
// Limits   a customer whose history has no vectors gets an empty list
// Cost     items x width multiply-adds a customer or call
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/words/item_vectors.h"

namespace perennial::models {

// The items most like this one, best first, without itself; empty when nothing is known of it.
// Errors: kInvalidArgument for an item beyond the vectors or a mask of another length.
std::vector<ScoredItem> most_alike(const ItemVectors& vectors, std::uint32_t item, std::size_t n,
                                   std::span<const std::uint8_t> blocked = {});

// Answers as any recommender of the family does; the histories number the items as the vectors do.
TopItems::Output offer_alike(const ItemVectors& vectors, const TopItems::Input& input);

}  // namespace perennial::models
