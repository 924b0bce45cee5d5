// User-based neighbours: what customers with the same tastes bought.
//
// Story    customers are alike when they have the same items; a customer is offered what those most like them have
// Similar  as in similarity.h over the rows of the interaction matrix, found at predict time against all fitted
//          customers, so a customer never seen before is answered like any other
// Implicit score(u, i) = sum over v of s(u, v) weight(v, i) / |s(u)|, v over u (s = 1: what was bought may be bought
//          again) and the `neighbours` most similar others; |s(u)| is the Euclidean norm of these s, which makes the
//          scores of different customers comparable and leaves each customer's order as it is
// Explicit score(u, i) = mean(u) + sum s(u, v) (weight(v, i) - mean(v)) / sum s(u, v) over the `neighbours` most similar
//          others who rated i; means over all ratings of the customer
// Because  always kNoItem: the reason is other customers, not an item
// Cost     fit O(entries); predict, a customer: the sum, over the items of the history, of their buyers, and the
//          histories of the neighbours. All customers of a shop cost the sum over items of buyers^2: 0.3 s for 4 k
//          customers, hours for 1 M, where ItemNeighbours is the choice
// Source   Resnick, Iacovou, Suchak, Bergstrom & Riedl (1994), "GroupLens"; Herlocker, Konstan, Borchers & Riedl (1999)
// Golden   tests/golden/recommend.user_neighbours/
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/neighbours/similarity.h"

namespace perennial::models {

class UserNeighbours {
 public:
  static constexpr std::string_view kId = "recommend.user_neighbours/1";
  struct Options {
    SimilarityOptions similarity = {};
    Feedback feedback = Feedback::kImplicit;
    std::size_t neighbours = 50;  // 0: all
  };

  static UserNeighbours fit(const TopItems::Input& input, const Options& options);
  // With Rows::kFittedCustomers, rows beyond the fitted ones are new customers.
  TopItems::Output predict(const TopItems::Input& input) const;

  // Explicit score of each asked item for one customer of input.interactions; nothing where no similar customer rated
  // it. REQUIRES: fitted with Feedback::kExplicit.
  std::vector<std::optional<double>> rate(const TopItems::Input& input, std::uint32_t customer,
                                          std::span<const std::uint32_t> items) const;

  std::size_t items() const;
  void save(ByteWriter& writer) const;
  static UserNeighbours load(ByteReader& reader);

 private:
  struct Fitted;
  class Scorer;
  explicit UserNeighbours(std::shared_ptr<const Fitted> fitted) : fitted_(std::move(fitted)) {}
  std::shared_ptr<const Fitted> fitted_;  // never changes; copies share it
};
static_assert(Model<UserNeighbours, TopItems>);

}  // namespace perennial::models
