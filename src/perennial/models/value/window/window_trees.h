// Boosted trees on journey features, in two stages: who comes back within the window, and how often and for how much
// those who do.
//
// Story    p_active: trees with logistic loss, calibrated. Purchases of those who come back, less the first: trees with
//          Poisson loss. Their spend: trees with gamma loss. Expectations are the products, scaled so that over the rows
//          learned from they add up to what happened
// Honest   calibration and scales are of rows that the trees which spoke had not seen (four folds)
// Missing  NaN is a value of its own to a tree
// Money    divided by the mean spend of who came back; money x 100 gives money x 100
// Cost     2 cores: 100,000 rows of 31 features fit in 17 s; more rows are not read (most_rows). predict 400,000 rows a
//          second, reasons 5,000
// Errors   kNotEnoughData below require_enough(); kUnsupported in a build without XGBoost
// Source   two stages: Vanderveld et al. (2016), "An Engagement-Based Customer Lifetime Value System"; trees and reasons as
//          in models/learn/boosted_trees.h
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/models/learn/boosted_trees.h"
#include "perennial/models/learn/calibration.h"
#include "perennial/models/model.h"
#include "perennial/models/value/window/window.h"

namespace perennial::models {

class WindowTrees {
 public:
  static constexpr std::string_view kId = "value.boosted_trees/1";
  struct Options {
    BoostingOptions boosting;
    std::size_t most_rows = 100'000;
  };

  static WindowTrees fit(const Window::Input& input, const Options& options);
  Window::Output predict(const Window::Input& input) const;

  // n x (features + 1): what each feature of a customer adds to the log-odds of coming back, before calibration; the last
  // column is where everyone starts.
  std::vector<float> reasons(const Window::Input& input) const;

  const std::vector<std::string>& features() const { return features_; }
  double window_days() const { return window_days_; }

  void save(ByteWriter& writer) const;
  static WindowTrees load(ByteReader& reader);

 private:
  WindowTrees(BoostedTrees active, Calibration calibration)
      : active_(std::move(active)), calibration_(std::move(calibration)) {}
  void require_same(const Window::Input& input) const;

  std::vector<std::string> features_;
  double window_days_ = 0;
  double money_unit_ = 0;  // 0: no amounts were seen
  BoostedTrees active_;
  Calibration calibration_;
  std::optional<BoostedTrees> more_, spend_;  // nothing: the same for everyone
  double mean_more_ = 0, mean_spend_ = 0;     // of who came back, the spend in units of money
  double more_scale_ = 1, spend_scale_ = 1;
};
static_assert(Model<WindowTrees, Window>);

}  // namespace perennial::models
