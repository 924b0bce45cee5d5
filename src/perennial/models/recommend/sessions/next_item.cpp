#include "perennial/models/recommend/sessions/next_item.h"

#include "perennial/base/error.h"

namespace perennial::models {

void validate(Sessions sessions, std::size_t items, std::string_view model) {
  if (items >= kNoItem) {
    fail(ErrorKind::kInvalidArgument, "{}: items is {}, needs to be below {}", model, items,
         kNoItem);
  }
  const auto& begin = sessions.begin;
  const std::uint64_t last = begin.empty() ? 0 : begin.back();
  if ((!begin.empty() && begin.front() != 0) || last != sessions.items.size()) {
    fail(ErrorKind::kInvalidArgument,
         "{}: sessions.begin needs to go from 0 to the {} entries of sessions.items", model,
         sessions.items.size());
  }
  for (std::size_t s = 0; s < sessions.size(); ++s) {
    if (begin[s + 1] < begin[s]) {
      fail(ErrorKind::kInvalidArgument, "{}: sessions.begin descends at session {}", model, s);
    }
  }
  for (std::size_t s = 0; s < sessions.size(); ++s) {
    for (const std::uint32_t item : sessions.items_of(s)) {
      if (item < items) continue;
      fail(ErrorKind::kBadInput, "{}: session {} holds item {}, the shop has {}", model, s, item,
           items);
    }
  }
}

}  // namespace perennial::models
