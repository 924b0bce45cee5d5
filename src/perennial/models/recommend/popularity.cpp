#include "perennial/models/recommend/popularity.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "popularity";

void validate(const Popularity::Options& options) {
  if (options.half_life_days &&
      (!(*options.half_life_days > 0) || !std::isfinite(*options.half_life_days))) {
    fail(ErrorKind::kInvalidArgument, "{}: half_life_days is {}, needs to be above 0", kName,
         *options.half_life_days);
  }
  if (options.window_days && *options.window_days < 1) {
    fail(ErrorKind::kInvalidArgument, "{}: window_days is {}, needs at least 1", kName,
         *options.window_days);
  }
}

// The items bought at each age, so that an item's sum does not depend on how the customers are ordered.
std::map<std::int64_t, std::vector<std::uint32_t>> buyers_by_age(const Interactions& interactions,
                                                                 Day as_of) {
  std::map<std::int64_t, std::vector<std::uint32_t>> buyers;
  const std::span<const std::uint32_t> items = interactions.view().ids;
  const std::span<const Day> days = interactions.last_days();
  for (std::size_t k = 0; k < items.size(); ++k) {
    const std::int64_t age = std::int64_t{as_of.days} - days[k].days;
    buyers[std::max<std::int64_t>(0, age)].push_back(items[k]);
  }
  return buyers;
}

}  // namespace

Popularity::Popularity(std::vector<double> scores) : scores_(std::move(scores)) {
  for (std::size_t i = 0; i < scores_.size(); ++i) {
    if (scores_[i] > 0) ranking_.push_back(static_cast<std::uint32_t>(i));
  }
  std::stable_sort(ranking_.begin(), ranking_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return scores_[a] > scores_[b]; });
}

Popularity Popularity::fit(const TopItems::Input& input, const Options& options) {
  validate(options);
  const Interactions& interactions = input.interactions;
  validate_fit(interactions, kName);

  const std::span<const Day> days = interactions.last_days();
  const Day as_of = options.as_of.value_or(*std::max_element(days.begin(), days.end()));
  const auto weight = [&](std::int64_t age) {
    if (options.window_days && age >= *options.window_days) return 0.0;
    return options.half_life_days ? std::exp2(-static_cast<double>(age) / *options.half_life_days)
                                  : 1.0;
  };
  std::vector<double> scores(interactions.items(), 0.0);
  for (const auto& [age, buyers] : buyers_by_age(interactions, as_of)) {
    const double each = weight(age);
    for (const std::uint32_t item : buyers) scores[item] += each;
  }
  return Popularity(std::move(scores));
}

TopItems::Output Popularity::predict(const TopItems::Input& input) const {
  models::validate(input, kName, scores_.size());
  return answer_all<CandidateMask>(
      input, [&] { return CandidateMask(input); },
      [&](std::uint32_t customer, CandidateMask& mask, TopItems::Output& part) {
        const auto history = input.interactions.items_of(customer);
        mask.mark(history);
        std::size_t found = 0;
        for (std::size_t k = 0; k < ranking_.size() && found < input.n; ++k) {
          if (!mask.allows(ranking_[k])) continue;
          part.items.push_back(ranking_[k]);
          part.scores.push_back(scores_[ranking_[k]]);
          part.because.push_back(kNoItem);
          ++found;
        }
        part.begin.push_back(part.items.size());
        mask.unmark(history);
      });
}

void Popularity::save(ByteWriter& writer) const { writer.array(scores_); }

Popularity Popularity::load(ByteReader& reader) {
  std::vector<double> scores = reader.array<double>();
  for (const double score : scores) {
    if (!(score >= 0) || !std::isfinite(score)) {
      fail(ErrorKind::kCorrupt,
           "saved model {}: a score is {}; run `perennial run` to make it anew", kId, score);
    }
  }
  return Popularity(std::move(scores));
}

}  // namespace perennial::models
