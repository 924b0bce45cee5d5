// Models that learn from what this shop's customers did in the last window, set against the purchase processes.
//
// Learned    from the window that ends with the as-of day: what customers had done before it, as it was known on the day
//            before it, and what they did in it. Asked about the window after it, of the same length
// Blend      the mean of the likeliest process and a learnt model
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/journey/features.h"
#include "perennial/journey/summaries.h"
#include "perennial/models/value/choose.h"
#include "perennial/models/value/window/window_model.h"
#include "perennial/store/database.h"

namespace perennial::engine {

// Customers as they were known on a day: what a learnt model reads of them.
struct WindowView {
  journey::CustomerSummaries customers;
  journey::FeatureTable features;
  journey::PurchaseSequences sequences;

  Day day() const { return customers.as_of; }
};
// REQUIRES: the journey is built as of `day`. A later build knows more of the same day: whose a browser was, what became of
// an order, how a customer came; a model would learn from it what no customer of today can show.
WindowView window_view(store::Connection& connection, Day day);

struct Challenger {
  std::string id;
  std::string title;
  models::WindowModel model;
  models::Window::Output
      forecast;  // of the window after the as-of day, for each customer of the summaries
};

struct Challengers {
  std::vector<Challenger> learnt;
  std::vector<std::string> notes;  // what could not be learned, and why
};

// `ids`: which of models::window_learners(); all that are available when empty. The window is as long as the views are
// apart. REQUIRES: the journey is built as of the day of `now`.
Challengers learn_challengers(store::Connection& connection, const WindowView& past,
                              const WindowView& now, std::span<const std::string> ids,
                              Context& context);

// "boosted_trees.bin" of "value.boosted_trees/1": its file in a model version.
std::string learnt_file(std::string_view learner);

// "blend.boosted_trees/1" of "value.boosted_trees/1".
std::string blend_id(std::string_view learner);
// The learner's id of a blend's; nothing when it is none.
std::optional<std::string> learner_of_blend(std::string_view id);

// What the blend takes from the processes: the likeliest on the past by AIC, for the holdout may not choose it.
std::size_t blend_partner(const models::ProcessChoice& choice);

// Why a learnt model says what it says of one customer: features that raise or lower the chance to be back, strongest
// first, in words.
struct Reason {
  std::string feature;
  std::string words;        // "days since the last purchase: 12"
  double contribution = 0;  // to the log-odds; above 0 raises the chance
};
std::vector<Reason> reasons(const models::WindowTrees& trees, std::span<const float> row,
                            std::size_t most);

}  // namespace perennial::engine
