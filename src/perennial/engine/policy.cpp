#include "perennial/engine/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"

namespace perennial::engine {
namespace {

constexpr std::array<std::string_view, kActionCount> kActionIds = {
    "welcome",           "complete_profile",   "browse_reminder",
    "first_order_nudge", "second_order_nudge", "replenishment",
    "cross_sell",        "care_at_risk",       "win_back",
    "leave_alone"};
constexpr std::array<std::string_view, 8> kStageIds = {
    "registered", "browsing", "first_purchase", "repeat", "loyal", "won_back", "at_risk", "lapsed"};

// What fits() has asked for.
int known(std::optional<int> value) {
  CHECK(value);
  return *value;
}

std::string days(int n) { return fmt::format("{} day{}", n, n == 1 ? "" : "s"); }

bool is_buyer(const Situation& s) { return s.purchase_days > 0; }
bool is_active(const Situation& s) {
  return s.stage == Stage::kRepeat || s.stage == Stage::kLoyal || s.stage == Stage::kWonBack;
}
bool is_within(std::optional<int> value, int limit) { return value && *value <= limit; }

// Whether the action fits at all. leave_alone always does.
bool fits(Action action, const Situation& s, const PolicyOptions& o) {
  switch (action) {
    case Action::kWelcome:
      return s.stage == Stage::kRegistered && is_within(s.days_since_registration, o.welcome_days);
    case Action::kCompleteProfile:
      return !s.reachable;
    case Action::kBrowseReminder:
      return is_within(s.days_since_browse, o.browse_days);
    case Action::kFirstOrderNudge:
      return !is_buyer(s) && !s.bought_uncounted &&
             !is_within(s.days_since_browse, o.browse_days) &&
             !is_within(s.days_since_registration, o.welcome_days);
    case Action::kSecondOrderNudge:
      return s.stage == Stage::kFirstPurchase && is_within(s.days_to_next_order, o.lead_days);
    case Action::kReplenishment:
      return (is_active(s) || s.stage == Stage::kFirstPurchase) &&
             is_within(s.days_to_replenishment, o.lead_days);
    case Action::kCrossSell:
      return is_active(s) && s.has_items;
    case Action::kCareAtRisk:
      return s.stage == Stage::kAtRisk && s.valuable;
    case Action::kWinBack:
      return s.stage == Stage::kLapsed || (s.stage == Stage::kAtRisk && !s.valuable);
    case Action::kLeaveAlone:
      return true;
  }
  return false;
}

// What one additional order is worth here. Someone who has gone quiet may come back for good, not for one order only.
double at_stake(Action action, const Situation& s) {
  if (action == Action::kCareAtRisk || action == Action::kWinBack)
    return std::max(s.spend_per_order, s.value_if_kept);
  return s.spend_per_order;
}

std::string due(int days_left) {
  if (days_left == 0) return "due today";
  return days_left >= 0 ? fmt::format("due in {}", days(days_left))
                        : fmt::format("{} overdue", days(-days_left));
}

// How long such a silence usually is.
std::string usual(const Situation& s) {
  const int gap = s.days_since_order.value_or(0) + s.days_to_next_order.value_or(0);
  return fmt::format("half of the customers with such a history are back within {}", days(gap));
}

std::string reason(Action action, const Situation& s) {
  const int since = s.days_since_order.value_or(0);
  switch (action) {
    case Action::kWelcome:
      return fmt::format("Registered {} ago and has not looked around yet.",
                         days(known(s.days_since_registration)));
    case Action::kCompleteProfile:
      return "Neither an e-mail address nor a phone number is known.";
    case Action::kBrowseReminder:
      return fmt::format("Looked at items {} ago and has not bought since.",
                         days(known(s.days_since_browse)));
    case Action::kFirstOrderNudge:
      return "Known to the shop and has never bought.";
    case Action::kSecondOrderNudge:
      return fmt::format("Bought once, {} ago; the second order is {}.", days(since),
                         due(known(s.days_to_next_order)));
    case Action::kReplenishment:
      return fmt::format("Buys an item again and again; the next time is {}.",
                         due(known(s.days_to_replenishment)));
    case Action::kCrossSell:
      return fmt::format("Active with {} purchases, last {} ago; there are items that fit.",
                         s.purchase_days, days(since));
    case Action::kCareAtRisk:
      return fmt::format("One of the most valuable customers, silent for {}; {}.", days(since),
                         usual(s));
    case Action::kWinBack:
      return fmt::format("Silent for {}; {}.", days(since), usual(s));
    case Action::kLeaveAlone:
      break;
  }
  return "";
}

std::string reason_to_leave_alone(const Situation& s, const PolicyOptions& o) {
  if (s.stage == Stage::kFirstPurchase && s.days_to_next_order &&
      *s.days_to_next_order > o.lead_days) {
    return fmt::format("Bought once, {} ago; the second order is {}: too early for a reminder.",
                       days(s.days_since_order.value_or(0)), due(*s.days_to_next_order));
  }
  if (s.bought_uncounted)
    return "Has bought, but only at price 0 or in another currency than the shop's.";
  return "No action is expected to bring more than it costs.";
}

}  // namespace

std::string_view action_id(Action action) { return kActionIds[static_cast<std::size_t>(action)]; }

Stage parse_stage(std::string_view id) {
  const auto found = std::find(kStageIds.begin(), kStageIds.end(), id);
  if (found == kStageIds.end()) throw Bug(fmt::format("policy: there is no stage \"{}\"", id));
  return static_cast<Stage>(found - kStageIds.begin());
}

Increments assumed_increments() {
  //                welcome  profile browse  first   second  replen. cross   care    win     leave
  return {.orders = {0.0116, 0.0018, 0.0047, 0.0086, 0.0086, 0.0086, 0.0018, 0.0086, 0.0018, 0.0}};
}

Increments measured_increments(double effect, double standard_error) {
  Increments increments = assumed_increments();
  double mean = 0;
  for (const double value : increments.orders) mean += value / (kActionCount - 1);
  // Normal prior around what is assumed, as wide as its mean: a thin experiment moves it little.
  const double variance = standard_error * standard_error;
  const double weight = variance > 0 ? mean * mean / (mean * mean + variance) : 1;
  const double posterior = std::max(0.0, weight * effect + (1 - weight) * mean);
  for (double& value : increments.orders) value *= posterior / mean;
  increments.relative_error = posterior > 0 ? std::sqrt(weight) * standard_error / posterior : 1;
  return increments;
}

Choice choose_action(const Situation& s, const PolicyOptions& options) {
  if (s.opted_out) return {.reason = "Has asked not to receive marketing."};
  if (s.recent_contacts >= options.frequency_cap) {
    return {.reason = fmt::format("Was contacted {} times in the last {}.", s.recent_contacts,
                                  days(options.cap_days)),
            .capped = true};
  }
  Choice best;
  for (int i = 0; i < kActionCount - 1; ++i) {
    const auto action = static_cast<Action>(i);
    if (!fits(action, s, options)) continue;
    if (!s.reachable && action != Action::kCompleteProfile) continue;
    const double value =
        options.increments.orders[static_cast<std::size_t>(i)] * at_stake(action, s) -
        options.contact_cost;
    if (value > best.expected_value) best = {.action = action, .expected_value = value};
  }
  best.reason = best.action == Action::kLeaveAlone ? reason_to_leave_alone(s, options)
                                                   : reason(best.action, s);
  return best;
}

}  // namespace perennial::engine
