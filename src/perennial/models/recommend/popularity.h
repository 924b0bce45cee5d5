// Popularity: everybody gets what most customers bought, optionally only or mostly of late. The baseline to beat.
//
// Score    sum over the item's buyers of 0.5^(age / half_life_days), age = as_of - the buyer's last day with the item;
//          without half-life every buyer counts 1
// Window   with window_days, buyers whose last day is as_of - window_days or earlier count nothing
// Days     each buyer counts once, on the last day: interactions keep no earlier ones. Later than as_of counts as age 0
// Weights  not used: one customer who bought 1,000 pieces is one buyer
// Cost     fit O(entries + items log items); predict O(n + history) a customer
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/family.h"

namespace perennial::models {

class Popularity {
 public:
  static constexpr std::string_view kId = "recommend.popularity/1";
  struct Options {
    std::optional<double> half_life_days = std::nullopt;     // > 0
    std::optional<std::int32_t> window_days = std::nullopt;  // >= 1
    std::optional<Day> as_of = std::nullopt;  // default: the last day among the interactions
  };

  static Popularity fit(const TopItems::Input& input, const Options& options);
  TopItems::Output predict(const TopItems::Input& input) const;

  std::span<const double> scores() const { return scores_; }  // per item

  void save(ByteWriter& writer) const;
  static Popularity load(ByteReader& reader);

 private:
  explicit Popularity(std::vector<double> scores);
  std::vector<double> scores_;
  std::vector<std::uint32_t> ranking_;  // items with a score above 0, best first
};
static_assert(Model<Popularity, TopItems>);

}  // namespace perennial::models
