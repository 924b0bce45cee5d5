// How well items that nobody has bought yet find their buyers: a question of its own, for new goods never stand beside best
// sellers on equal terms.
//
// Asked    of customers with a history who bought a new item afterwards: which of the new items? Nothing else is ranked.
//          New is an item without an entry in train that is not blocked
// Chance   k of the N new items drawn at random, worked out exactly: of w that the customer wanted, hit rate
//          1 - C(N - w, k) / C(N, k), recall k / N, at most 1
// Category popularity: the same list for everybody, by the entries that the category has in train for each of its items
//          that have any, and one more; own categories: by how many items of the category the customer has. Ties by lower
//          item; items of unknown category are not offered
// Who      customers without a history are counted and not asked: nothing could be said of them
// Figures  hit_rate and recall of ranking.h, over the asked customers
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/evaluate/ranking.h"

namespace perennial::evaluate {

struct NewItemsQuestion {
  models::Interactions histories;     // of the customers asked, from train
  models::Interactions wanted;        // the new items they bought, row by row
  std::vector<std::uint8_t> blocked;  // per item 0 when it is new: what a recommender is asked with
  std::size_t new_items = 0;
  std::size_t without_history = 0;  // customers who bought a new item and are not asked
};
// Row c of `test` is customer c of `train`; `blocked` is per item, or empty. At most `most_customers` are asked, evenly
// spread. Errors: kInvalidArgument for shapes that differ.
NewItemsQuestion about_new_items(const models::Interactions& train,
                                 const models::Interactions& test,
                                 std::span<const std::uint8_t> blocked, std::size_t most_customers);

struct NewItemsFigures {
  Estimate hit_rate;
  Estimate recall;
};
// List c is about customer c of the question. Errors: kNotEnoughData when nobody is asked.
NewItemsFigures figures_of(const models::TopItems::Output& lists, const NewItemsQuestion& question,
                           std::size_t k, const BootstrapOptions& options);
NewItemsFigures figures_by_chance(const NewItemsQuestion& question, std::size_t k,
                                  const BootstrapOptions& options);

// `category` is a number per item, kNoGroup (item_facts.h) unknown.
models::TopItems::Output by_category_popularity(const NewItemsQuestion& question,
                                                const models::Interactions& train,
                                                std::span<const std::uint32_t> category,
                                                std::size_t k);
models::TopItems::Output by_own_categories(const NewItemsQuestion& question,
                                           std::span<const std::uint32_t> category, std::size_t k);

}  // namespace perennial::evaluate
