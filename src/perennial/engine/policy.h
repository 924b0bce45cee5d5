// The next step for one customer: which action the shop should take now, what it is expected to bring, and why.
//
// Story    Every action that the customer's situation allows is priced as
//              expected value = increment * value at stake - contact cost,
//          increment being the additional orders that one such contact brings, and the action with the highest
//          positive value wins. `leave_alone` is the answer when none is positive, when the customer opted out, or when
//          the customer was contacted too often lately.
// Assumes  increments are the shop's own, measured on its randomised exposures, or else the assumed ones below: half
//          of published placed-order rates per recipient of such messages, as about half of those orders would have
//          come anyway. The reason says which.
// Units    money in the shop's currency, days, increments in orders per contact
// Source   docs/models/next_step.md, with the published rates
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace perennial::engine {

enum class Action {
  kWelcome,           // registered lately, nothing else yet
  kCompleteProfile,   // cannot be reached: no e-mail, no phone
  kBrowseReminder,    // looked at things lately and did not buy
  kFirstOrderNudge,   // known for a while, has not looked lately, never bought
  kSecondOrderNudge,  // bought once; a second order is due
  kReplenishment,     // a good that is bought again is about to run out
  kCrossSell,         // an active customer, with items they would like
  kCareAtRisk,        // a valuable customer who has gone quiet
  kWinBack,           // lapsed, or at risk and not valuable
  kLeaveAlone,
};
inline constexpr int kActionCount = 10;
std::string_view action_id(Action action);  // "second_order_nudge": in tables, JSON and reports

enum class Stage {  // in the order in which they are listed
  kRegistered,
  kBrowsing,
  kFirstPurchase,
  kRepeat,
  kLoyal,
  kWonBack,
  kAtRisk,
  kLapsed,
};
Stage parse_stage(std::string_view id);  // Bug for a stage that the journey does not have

// What is known of one customer on the day of the decision.
struct Situation {
  Stage stage = Stage::kRegistered;
  bool opted_out = false;
  bool reachable = true;    // an e-mail or a phone number is known
  int recent_contacts = 0;  // within PolicyOptions::cap_days
  std::optional<int> days_since_registration;
  std::optional<int> days_since_browse;  // only when nothing was bought since
  std::int64_t purchase_days = 0;
  bool bought_uncounted = false;  // but only at price 0 or in another currency
  std::optional<int> days_since_order;
  std::optional<int> days_to_next_order;  // by the usual gap; negative: overdue
  std::optional<int>
      days_to_replenishment;   // of the good whose due day is nearest; negative: overdue
  double spend_per_order = 0;  // expected
  double value_if_kept = 0;    // over the horizon, if the customer is still active
  bool valuable = false;       // value_if_kept in the shop's top fifth of buyers
  bool has_items = false;      // there is something to recommend
};

// Additional orders per contact, by action.
struct Increments {
  std::array<double, kActionCount> orders;
  // Standard error of the measured response over it; nothing when the increments are assumed.
  std::optional<double> relative_error;
};
Increments assumed_increments();
// The assumed ones scaled so that their mean is the measured effect: orders per treated customer minus orders per
// held-out customer, pulled towards the assumed mean by how little was measured. Not below zero.
Increments measured_increments(double effect, double standard_error);

struct PolicyOptions {
  double contact_cost = 0;  // money per contact
  int frequency_cap = 2;    // contacts in cap_days; then leave alone
  int cap_days = 14;
  int lead_days = 7;      // how long before a due date a reminder goes out
  int welcome_days = 14;  // how long a registration is new
  int browse_days = 30;   // how long a visit is worth a reminder
  Increments increments = assumed_increments();
};

struct Choice {
  Action action = Action::kLeaveAlone;
  double expected_value = 0;  // money; 0 for leave_alone
  std::string reason;         // one English sentence
  bool capped = false;        // left alone because of the frequency cap
};

Choice choose_action(const Situation& situation, const PolicyOptions& options);

}  // namespace perennial::engine
