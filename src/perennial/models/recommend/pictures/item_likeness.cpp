#include "perennial/models/recommend/pictures/item_likeness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "item likeness";

// Sums of every eighth term, which the compiler can keep side by side.
double product(std::span<const float> a, std::span<const float> b) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sums[lane] += static_cast<double>(a[i + lane]) * b[i + lane];
  for (; i < a.size(); ++i) sums[0] += static_cast<double>(a[i]) * b[i];
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

bool is_known(std::span<const float> row) {
  return std::ranges::any_of(row, [](float x) { return x != 0; });
}

std::vector<std::uint8_t> known_items(const ItemVectors& vectors) {
  std::vector<std::uint8_t> known;
  for (std::size_t i = 0; i < vectors.items(); ++i)
    known.push_back(is_known(vectors.row(i)) ? 1 : 0);
  return known;
}

class Scorer {
 public:
  Scorer(const ItemVectors& vectors, std::span<const std::uint8_t> known,
         const TopItems::Input& input)
      : vectors_(vectors), known_(known), input_(input), mask_(input), selection_(input.n) {}

  void answer(std::uint32_t customer, TopItems::Output& part) {
    const auto history = input_.interactions.items_of(customer);
    selection_.clear();
    const std::size_t first = part.items.size();
    if (take_mean(history)) {
      mask_.mark(history);
      for (std::uint32_t item = 0; item < known_.size(); ++item)
        if (known_[item] != 0 && mask_.allows(item))
          selection_.offer(item, product(mean_, vectors_.row(item)));
      mask_.unmark(history);
    }
    append_list(part, selection_.sorted());
    for (std::size_t k = first; k < part.items.size(); ++k)
      part.because[k] = nearest_of(history, part.items[k]);
  }

 private:
  // The mean of the history, of unit length; false when there is none.
  bool take_mean(std::span<const std::uint32_t> history) {
    std::vector<double> sum(vectors_.width, 0.0);
    for (const std::uint32_t item : history)
      for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += vectors_.row(item)[j];
    double squares = 0;
    for (const double x : sum) squares += x * x;
    constexpr double kNothing = 1e-12;  // vectors that cancel out
    if (!(squares > kNothing)) return false;
    mean_.clear();
    for (const double x : sum) mean_.push_back(static_cast<float>(x / std::sqrt(squares)));
    return true;
  }

  std::uint32_t nearest_of(std::span<const std::uint32_t> history, std::uint32_t item) const {
    Selection nearest(1);
    for (const std::uint32_t own : history)
      if (known_[own] != 0) nearest.offer(own, product(vectors_.row(own), vectors_.row(item)));
    return nearest.sorted()[0].id;
  }

  const ItemVectors& vectors_;
  std::span<const std::uint8_t> known_;
  const TopItems::Input& input_;
  CandidateMask mask_;
  Selection selection_;
  std::vector<float> mean_;
};

}  // namespace

std::vector<ScoredItem> most_alike(const ItemVectors& vectors, std::uint32_t item, std::size_t n,
                                   std::span<const std::uint8_t> blocked) {
  const std::size_t items = vectors.items();
  if (item >= items)
    fail(ErrorKind::kInvalidArgument, "{}: item {} was asked for, there are {}", kName, item,
         items);
  if (!blocked.empty() && blocked.size() != items)
    fail(ErrorKind::kInvalidArgument, "{}: blocked has {} entries, needs {} or none", kName,
         blocked.size(), items);
  std::vector<ScoredItem> found;
  if (!is_known(vectors.row(item)) || n == 0) return found;
  Selection best(n);
  for (std::uint32_t other = 0; other < items; ++other) {
    if (other == item || (!blocked.empty() && blocked[other] != 0)) continue;
    const double likeness = product(vectors.row(item), vectors.row(other));
    if (likeness != 0 || is_known(vectors.row(other))) best.offer(other, likeness);
  }
  for (const Selection::Candidate& candidate : best.sorted())
    found.push_back({candidate.id, candidate.score});
  return found;
}

TopItems::Output offer_alike(const ItemVectors& vectors, const TopItems::Input& input) {
  validate(input, kName, vectors.items());
  const std::vector<std::uint8_t> known = known_items(vectors);
  return answer_all<Scorer>(
      input, [&] { return Scorer(vectors, known, input); },
      [](std::uint32_t customer, Scorer& scorer, TopItems::Output& part) {
        scorer.answer(customer, part);
      });
}

}  // namespace perennial::models
