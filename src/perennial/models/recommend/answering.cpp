#include "perennial/models/recommend/answering.h"

#include "perennial/base/error.h"

namespace perennial::models {

void validate(const TopItems::Input& input, std::string_view model, std::size_t items) {
  const Interactions& interactions = input.interactions;
  if (interactions.items() != items) {
    fail(ErrorKind::kInvalidArgument,
         "{}: the histories number {} items, the model was fitted on {}; use the same numbering",
         model, interactions.items(), items);
  }
  if (!input.blocked.empty() && input.blocked.size() != items) {
    fail(ErrorKind::kInvalidArgument, "{}: blocked has {} entries, needs {} or none", model,
         input.blocked.size(), items);
  }
  if (input.n == 0) fail(ErrorKind::kInvalidArgument, "{}: n is 0, needs at least 1", model);
  if (!input.customers) return;
  for (const std::uint32_t customer : *input.customers) {
    if (customer >= interactions.customers()) {
      fail(ErrorKind::kInvalidArgument, "{}: customer {} was asked for, there are {}", model,
           customer, interactions.customers());
    }
  }
}

void validate_similar(std::uint32_t item, std::span<const std::uint8_t> blocked,
                      std::string_view model, std::size_t items) {
  if (item >= items) {
    fail(ErrorKind::kInvalidArgument, "{}: item {} was asked for, there are {}", model, item,
         items);
  }
  if (!blocked.empty() && blocked.size() != items) {
    fail(ErrorKind::kInvalidArgument, "{}: blocked has {} entries, needs {} or none", model,
         blocked.size(), items);
  }
}

void validate_fit(const Interactions& interactions, std::string_view model) {
  if (interactions.empty()) {
    fail(ErrorKind::kNotEnoughData, "{}: no interactions to learn from; import orders first",
         model);
  }
}

void append_list(TopItems::Output& part, std::span<const Selection::Candidate> chosen) {
  for (const Selection::Candidate& candidate : chosen) {
    part.items.push_back(candidate.id);
    part.scores.push_back(candidate.score);
    part.because.push_back(kNoItem);
  }
  part.begin.push_back(part.items.size());
}

void append_lists(TopItems::Output& all, const TopItems::Output& part) {
  const std::uint64_t offset = all.items.size();
  for (std::size_t i = 1; i < part.begin.size(); ++i) all.begin.push_back(offset + part.begin[i]);
  all.items.insert(all.items.end(), part.items.begin(), part.items.end());
  all.scores.insert(all.scores.end(), part.scores.begin(), part.scores.end());
  all.because.insert(all.because.end(), part.because.begin(), part.because.end());
}

TopItems::Output filled_up(const TopItems::Output& first, const TopItems::Output& fallback,
                           std::size_t n) {
  CHECK(first.size() == fallback.size());
  TopItems::Output out;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto had = first.items_of(i);
    const auto offered = fallback.items_of(i);
    const std::size_t kept = std::min(n, had.size());
    for (std::size_t k = 0; k < kept; ++k) {
      out.items.push_back(had[k]);
      out.scores.push_back(first.scores_of(i)[k]);
      out.because.push_back(first.because_of(i)[k]);
    }
    for (std::size_t k = 0; k < offered.size() && out.items.size() - out.begin.back() < n; ++k) {
      if (std::find(had.begin(), had.end(), offered[k]) != had.end()) continue;
      out.items.push_back(offered[k]);
      out.scores.push_back(fallback.scores_of(i)[k]);
      out.because.push_back(fallback.because_of(i)[k]);
    }
    out.begin.push_back(out.items.size());
  }
  return out;
}

}  // namespace perennial::models
