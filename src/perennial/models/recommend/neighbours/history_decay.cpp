#include "perennial/models/recommend/neighbours/history_decay.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

bool is_in_range(const HistoryDecay& decay) {
  return decay.half_life_days >= 0 && std::isfinite(decay.half_life_days) &&
         decay.per_day_back > 0 && decay.per_day_back <= 1;
}

}  // namespace

void validate(const HistoryDecay& decay, std::string_view model) {
  if (!(decay.half_life_days >= 0) || !std::isfinite(decay.half_life_days)) {
    fail(ErrorKind::kInvalidArgument, "{}: half_life_days is {}, needs to be 0 (never) or more",
         model, decay.half_life_days);
  }
  if (!is_in_range(decay)) {
    fail(ErrorKind::kInvalidArgument, "{}: per_day_back is {}, needs to be above 0, at most 1",
         model, decay.per_day_back);
  }
}

std::span<const float> FadedHistory::weights(const Interactions& interactions,
                                             std::size_t customer) {
  const auto weights = interactions.weights_of(customer);
  if (decay_ == HistoryDecay{} || weights.empty()) return weights;
  const auto days = interactions.last_days_of(customer);
  days_.assign(days.begin(), days.end());
  std::sort(days_.begin(), days_.end());
  days_.erase(std::unique(days_.begin(), days_.end()), days_.end());

  faded_.resize(weights.size());
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const auto later = days_.end() - std::upper_bound(days_.begin(), days_.end(), days[k]);
    const double back = static_cast<double>(days_.back().days) - static_cast<double>(days[k].days);
    const double age = decay_.half_life_days > 0 ? back / decay_.half_life_days : 0;
    const double factor = std::exp2(-age) * std::pow(decay_.per_day_back, later);
    // Never 0: what is in the history stays in it.
    faded_[k] = std::max(static_cast<float>(static_cast<double>(weights[k]) * factor),
                         std::numeric_limits<float>::min());
  }
  return faded_;
}

void save_decay(const HistoryDecay& decay, ByteWriter& writer) {
  writer.scalar(decay.half_life_days);
  writer.scalar(decay.per_day_back);
}

HistoryDecay load_decay(std::string_view id, ByteReader& reader) {
  HistoryDecay decay;
  decay.half_life_days = reader.scalar<double>();
  decay.per_day_back = reader.scalar<double>();
  if (!is_in_range(decay)) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: a decay is out of range; run `perennial run` to make it anew", id);
  }
  return decay;
}

}  // namespace perennial::models
