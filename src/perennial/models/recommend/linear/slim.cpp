#include "perennial/models/recommend/linear/slim.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/factors/gram.h"
#include "perennial/models/recommend/parallel_rows.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "slim";

void validate(const Slim::Options& options) {
  const auto is_penalty = [](double value) { return value >= 0 && std::isfinite(value); };
  if (!is_penalty(options.l1) || !is_penalty(options.l2) || options.l1 + options.l2 == 0) {
    fail(ErrorKind::kInvalidArgument,
         "{}: l1 is {} and l2 is {}, need to be 0 or more and not both 0", kName, options.l1,
         options.l2);
  }
  if (!(options.tolerance > 0) || options.max_passes < 1) {
    fail(ErrorKind::kInvalidArgument,
         "{}: tolerance is {} and max_passes is {}, need to be above 0 and at least 1", kName,
         options.tolerance, options.max_passes);
  }
  validate(options.decay, kName);
}

SparseRows gram_of(SparseView customers, SparseView items, Threads threads) {
  return make_rows<GramRow>(
      items.rows(), threads, [&] { return GramRow(customers, items); },
      [](std::uint32_t item, GramRow& row, RowPart& part) {
        for (const std::uint32_t other : row.count(item)) {
          part.ids.push_back(other);
          part.values.push_back(static_cast<float>(row.of(other)));
        }
      });
}

// Solves for one item after the other with working memory of its own.
class Descent {
 public:
  Descent(SparseView gram, std::span<const double> customers, const Slim::Options& options)
      : gram_(gram),
        customers_(customers),
        options_(options),
        rest_(gram.rows(), 0.0),
        weight_(gram.rows(), 0.0) {}

  void solve(std::uint32_t item, RowPart& part) {
    start(item);
    for (int pass = 0; pass < options_.max_passes; ++pass) {
      double largest = 0;
      for (const std::uint32_t other : candidates_) largest = std::max(largest, move(other));
      if (largest < options_.tolerance) break;
    }
    for (const std::uint32_t other : candidates_) {
      if (weight_[other] == 0) continue;
      part.ids.push_back(other);
      part.values.push_back(static_cast<float>(weight_[other]));
    }
    clear(item);
  }

 private:
  bool non_negative() const { return options_.weights == Slim::Weights::kNonNegative; }

  // Weights >= 0 only take from what is left of the others, so who starts with l1 or less stays at 0.
  void start(std::uint32_t item) {
    const auto others = gram_.row_ids(item);
    const auto counts = gram_.row_values(item);
    candidates_.clear();
    for (std::size_t k = 0; k < others.size(); ++k) {
      rest_[others[k]] = static_cast<double>(counts[k]);
      if (others[k] == item || (non_negative() && rest_[others[k]] <= options_.l1)) continue;
      candidates_.push_back(others[k]);
    }
  }

  // Sets one weight to its best value while the others stand; returns by how much it moved.
  double move(std::uint32_t other) {
    const double old = weight_[other];
    const double explained = rest_[other] + customers_[other] * old;
    const double beyond = std::max(0.0, std::abs(explained) - options_.l1);
    double best = std::copysign(beyond, explained) / (customers_[other] + options_.l2);
    if (best == 0 || (non_negative() && best < 0)) best = 0;
    if (best == old) return 0;
    const auto others = gram_.row_ids(other);
    const auto counts = gram_.row_values(other);
    for (std::size_t k = 0; k < others.size(); ++k) {
      rest_[others[k]] -= (best - old) * static_cast<double>(counts[k]);
    }
    weight_[other] = best;
    moved_.push_back(other);
    return std::abs(best - old);
  }

  void clear(std::uint32_t item) {
    for (const std::uint32_t other : gram_.row_ids(item)) rest_[other] = 0;
    for (const std::uint32_t mover : moved_) {
      weight_[mover] = 0;
      for (const std::uint32_t other : gram_.row_ids(mover)) rest_[other] = 0;
    }
    moved_.clear();
  }

  SparseView gram_;
  std::span<const double> customers_;  // per item: the diagonal
  const Slim::Options& options_;
  std::vector<double> rest_;    // per item: its product with what is not yet explained
  std::vector<double> weight_;  // per item
  std::vector<std::uint32_t> candidates_;
  std::vector<std::uint32_t> moved_;
};

}  // namespace

Slim Slim::fit(const TopItems::Input& input, const Options& options) {
  validate(options);
  validate_fit(input.interactions, kName);
  const SparseView customers = input.interactions.view();
  const SparseRows items = transpose(customers);
  std::vector<double> sizes(items.view().rows());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    sizes[i] = static_cast<double>(items.view().row_size(i));
  }
  const SparseRows gram = gram_of(customers, items.view(), input.threads);
  return Slim(ItemWeights(
      kName,
      make_rows<Descent>(
          sizes.size(), input.threads, [&] { return Descent(gram.view(), sizes, options); },
          [](std::uint32_t item, Descent& descent, RowPart& part) { descent.solve(item, part); }),
      options.decay));
}

Slim Slim::load(ByteReader& reader) { return Slim(ItemWeights::load(kName, kId, reader)); }

}  // namespace perennial::models
