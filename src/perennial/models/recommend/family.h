// The family of recommenders: for each customer asked for, the items that would suit best, with scores.
//
// Story    fit learns from `interactions`; predict answers from the histories in its own `interactions`, which may be
//          the same ones, later ones, or those of customers never seen before
// Shapes   items are numbered alike in fit and predict; answer i is about customer i of those asked for
// Order    score descending, equal scores by lower item index
// Masks    blocked and (with SeenItems::kMask) already seen items are taken out before the best n are chosen, so they
//          are never returned and never cost a place; a list is shorter than n when fewer items have a score
// Errors   kInvalidArgument names the field; a model that has learnt from nothing is refused by fit as kNotEnoughData
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/model.h"
#include "perennial/models/recommend/interactions.h"

namespace perennial::models {

// Whether an item that the customer already has may come back: kKeep for goods that are bought again and again.
enum class SeenItems : std::uint8_t { kMask, kKeep };

// Whether row c of predict's interactions is customer c of fit's. Only user-based models care: a fitted customer must
// not be their own neighbour.
enum class Rows : std::uint8_t { kFittedCustomers, kNewCustomers };

// What the weights say: how much was bought (scores are sums), or how it was rated (scores are expected ratings).
enum class Feedback : std::uint8_t { kImplicit, kExplicit };

inline constexpr std::uint32_t kNoItem = std::numeric_limits<std::uint32_t>::max();

struct TopItems {
  struct Input {
    const Interactions& interactions;
    // Rows to answer for; absent: every row.
    std::optional<std::span<const std::uint32_t>> customers = std::nullopt;
    std::span<const std::uint8_t> blocked =
        {};  // per item: not 0 when hidden, out of stock...; empty: none is
    SeenItems seen = SeenItems::kMask;
    Rows rows = Rows::kFittedCustomers;
    std::size_t n = 10;
    Threads threads = {};
  };

  // Compressed lists: answer i is [begin[i], begin[i + 1]) of the other columns.
  struct Output {
    std::vector<std::uint64_t> begin = {0};
    std::vector<std::uint32_t> items;
    std::vector<double> scores;
    std::vector<std::uint32_t>
        because;  // the item in the customer's history that added most, or kNoItem

    std::size_t size() const { return begin.size() - 1; }
    std::span<const std::uint32_t> items_of(std::size_t i) const { return part(items, i); }
    std::span<const double> scores_of(std::size_t i) const { return part(scores, i); }
    std::span<const std::uint32_t> because_of(std::size_t i) const { return part(because, i); }
    bool operator==(const Output&) const = default;

   private:
    template <typename T>
    std::span<const T> part(const std::vector<T>& column, std::size_t i) const {
      return std::span<const T>(column).subspan(begin[i], begin[i + 1] - begin[i]);
    }
  };
};

// An item and how strongly it is meant.
struct ScoredItem {
  std::uint32_t item;
  double score;
  bool operator==(const ScoredItem&) const = default;
};

// List i of `first`, filled up to n with items of list i of `fallback` that it does not hold yet. Scores of the two are
// not comparable; what was filled in follows what was there. REQUIRES: equally many lists.
TopItems::Output filled_up(const TopItems::Output& first, const TopItems::Output& fallback,
                           std::size_t n);

}  // namespace perennial::models
