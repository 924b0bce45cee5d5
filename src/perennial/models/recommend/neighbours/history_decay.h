// How much what a customer did long ago still counts when lists are made for them.
//
// Story    an entry's weight is multiplied by 0.5^(days back / half_life_days) * per_day_back^(number of later days on
//          which the customer did anything), days back counted from the customer's own last day
// Why      only the proportions inside one history decide the order of its list, so no "today" is needed: a customer
//          who was away for a year is offered the same as on the day they left
// Source   the second form is customary for sessions and sequences (0.8 for each step back)
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/models/recommend/interactions.h"

namespace perennial::models {

struct HistoryDecay {
  double half_life_days = 0;  // 0: never fades
  double per_day_back = 1;    // in (0, 1]

  bool operator==(const HistoryDecay&) const = default;
};

// kInvalidArgument in the name of `model` for a value outside its range.
void validate(const HistoryDecay& decay, std::string_view model);

// The weights of one customer's history, faded. One per thread: it lends its memory.
class FadedHistory {
 public:
  explicit FadedHistory(const HistoryDecay& decay) : decay_(decay) {}
  // Aligned with interactions.items_of(customer); valid until the next call.
  std::span<const float> weights(const Interactions& interactions, std::size_t customer);

 private:
  HistoryDecay decay_;
  std::vector<Day> days_;  // of one history, each once, ascending
  std::vector<float> faded_;
};

void save_decay(const HistoryDecay& decay, ByteWriter& writer);
HistoryDecay load_decay(std::string_view id, ByteReader& reader);  // kCorrupt in the name of `id`

}  // namespace perennial::models
