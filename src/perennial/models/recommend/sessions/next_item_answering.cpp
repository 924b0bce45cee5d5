#include "perennial/models/recommend/sessions/next_item_answering.h"

#include <algorithm>

#include "perennial/base/error.h"

namespace perennial::models {

void validate_learning(const NextItem::Input& input, SessionTimes times, std::string_view model) {
  validate(input.sessions, input.items, model);
  const std::size_t given = input.sessions.times.size();
  const std::size_t needed = input.sessions.size();
  if (given == needed || (given == 0 && times == SessionTimes::kOptional)) return;
  fail(ErrorKind::kInvalidArgument, "{}: sessions.times has {} entries, needs {}{}", model, given,
       needed, times == SessionTimes::kOptional ? " or none" : "");
}

void validate_batch(const NextItem::Input& batch, SessionTimes times, std::size_t items,
                    std::string_view model) {
  validate_learning(batch, times, model);
  if (batch.items >= items) return;
  fail(ErrorKind::kInvalidArgument,
       "{}: the batch numbers {} items, the model knows {}; use the same numbering", model,
       batch.items, items);
}

void validate_asking(const NextItem::Input& input, std::size_t items, std::string_view model) {
  if (input.items != items) {
    fail(ErrorKind::kInvalidArgument,
         "{}: the sessions number {} items, the model was fitted on {}; use the same numbering",
         model, input.items, items);
  }
  validate(input.sessions, input.items, model);
  validate_request({.session = {}, .blocked = input.blocked, .n = input.n}, items, model);
}

void validate_request(const NextItem::Request& request, std::size_t items, std::string_view model) {
  if (!request.blocked.empty() && request.blocked.size() != items) {
    fail(ErrorKind::kInvalidArgument, "{}: blocked has {} entries, needs {} or none", model,
         request.blocked.size(), items);
  }
  if (request.n == 0) fail(ErrorKind::kInvalidArgument, "{}: n is 0, needs at least 1", model);
  for (const std::uint32_t item : request.session) {
    if (item < items) continue;
    fail(ErrorKind::kBadInput, "{}: the session holds item {}, the shop has {}", model, item,
         items);
  }
}

void ItemSums::grow(std::size_t items) {
  if (sums_.size() >= items) return;
  sums_.resize(items, 0.0);
  hidden_.resize(items, 0);
  touched_.resize(items + 1);
  chosen_.resize(items, 0);
}

void ItemSums::listen(std::size_t speakers) {
  speakers_ = speakers;
  for (std::size_t o = 0; o < offers_.size(); ++o) {
    chosen_[offers_[o].item] = static_cast<std::uint32_t>(o + 1);
  }
  spoken_.assign((1 + offers_.size()) * speakers, 0.0);
}

std::size_t ItemSums::loudest(std::size_t offer) const {
  const auto first = spoken_.begin() + static_cast<std::ptrdiff_t>((1 + offer) * speakers_);
  const auto last = first + static_cast<std::ptrdiff_t>(speakers_);
  return static_cast<std::size_t>(std::max_element(first, last) - first);
}

}  // namespace perennial::models
