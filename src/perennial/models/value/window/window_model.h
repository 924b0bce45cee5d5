// The registry of models that learn a window, and a value that holds any one of them.
//
// To add one: write it beside window_trees.h, add it to WindowModel and to window_learners().
#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "perennial/models/value/window/order_lstm.h"
#include "perennial/models/value/window/window.h"
#include "perennial/models/value/window/window_trees.h"
#include "perennial/models/value/window/ziln.h"

namespace perennial::models {

using WindowModel = std::variant<WindowTrees, Ziln, OrderLstm>;

struct WindowLearner {
  std::string_view id;     // "value.boosted_trees/1"
  std::string_view title;  // "Boosted trees"
  bool (*available)();     // in this build, on this machine
  WindowModel (*fit)(const Window::Input&);
  WindowModel (*load)(ByteReader&);
};
std::span<const WindowLearner> window_learners();
const WindowLearner& window_learner(std::string_view id);  // kNotFound lists the known ones

std::string_view id(const WindowModel& model);
Window::Output predict(const WindowModel& model, const Window::Input& input);
void save(const WindowModel& model, ByteWriter& writer);

// The blend of two forecasts is their mean: weights learned on one stretch rarely beat it on the next ("forecast
// combination puzzle", Stock & Watson 2004), and it adds up where both do. REQUIRES: the same customers
Window::Output mean_of(const Window::Output& a, const Window::Output& b);

}  // namespace perennial::models
