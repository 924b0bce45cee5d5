#include "perennial/models/recommend/neighbours/neighbour_scoring.h"

#include <cmath>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"

namespace perennial::models {
namespace {

// Answers one customer after the other with working memory of its own.
class Scorer {
 public:
  Scorer(const KeptNeighbours& kept, const TopItems::Input& input)
      : lists_(kept.lists),
        own_(kept.own),
        input_(input),
        mask_(input),
        history_(kept.decay),
        selection_(input.n),
        score_(kept.lists.size(), 0.0),
        touched_(kept.lists.size() + 1),
        reasons_(kept.lists.size()) {}

  void answer(std::uint32_t customer, TopItems::Output& part) {
    const auto history = input_.interactions.items_of(customer);
    const auto weights = history_.weights(input_.interactions, customer);
    mask_.mark(history);
    selection_.clear();
    add_up(history, weights);
    append_list(part, selection_.sorted());
    reasons_.find(part, [&](auto visit) {
      for_each_neighbour(history, [&](std::size_t h, std::uint32_t item, double similarity) {
        visit(history[h], item, [&] { return similarity * static_cast<double>(weights[h]); });
      });
    });
    mask_.unmark(history);
  }

 private:
  // visit(position in history, neighbour, similarity); an item is its own nearest neighbour.
  template <typename Visit>
  void for_each_neighbour(std::span<const std::uint32_t> history, Visit visit) const {
    for (std::size_t h = 0; h < history.size(); ++h) {
      visit(h, history[h], own_.empty() ? 1.0 : own_[history[h]]);
      for (std::uint64_t k = lists_.begin[history[h]]; k < lists_.begin[history[h] + 1]; ++k) {
        visit(h, lists_.rows[k], lists_.similarities[k]);
      }
    }
  }

  // Weights and similarities are > 0, so a score that is still 0 has not been touched.
  void add_up(std::span<const std::uint32_t> history, std::span<const float> weights) {
    std::size_t count = 0;
    for_each_neighbour(history, [&](std::size_t h, std::uint32_t item, double similarity) {
      double& score = score_[item];
      touched_[count] = item;
      count += score == 0 ? 1 : 0;
      score += static_cast<double>(weights[h]) * similarity;
    });
    for (std::size_t t = 0; t < count; ++t) {
      const std::uint32_t item = touched_[t];
      const double score = std::exchange(score_[item], 0.0);
      if (score >= selection_.floor() && mask_.allows(item)) selection_.offer(item, score);
    }
  }

  const NeighbourLists& lists_;
  std::span<const double> own_;
  const TopItems::Input& input_;
  CandidateMask mask_;
  FadedHistory history_;
  Selection selection_;
  std::vector<double> score_;
  std::vector<std::uint32_t> touched_;
  ReasonFinder reasons_;
};

}  // namespace

TopItems::Output answer_from_neighbours(const KeptNeighbours& kept, const TopItems::Input& input) {
  return answer_all<Scorer>(
      input, [&] { return Scorer(kept, input); },
      [](std::uint32_t customer, Scorer& scorer, TopItems::Output& part) {
        scorer.answer(customer, part);
      });
}

std::vector<ScoredItem> similar_items(const NeighbourLists& lists, std::uint32_t item,
                                      std::size_t n, std::span<const std::uint8_t> blocked,
                                      std::string_view model) {
  validate_similar(item, blocked, model, lists.size());
  std::vector<ScoredItem> found;
  const std::uint64_t end = lists.begin[item + 1];
  for (std::uint64_t k = lists.begin[item]; k < end && found.size() < n; ++k) {
    const std::uint32_t other = lists.rows[k];
    if (!blocked.empty() && blocked[other] != 0) continue;
    found.push_back({other, lists.similarities[k]});
  }
  return found;
}

void save_neighbours(const NeighbourLists& lists, ByteWriter& writer) {
  writer.array(lists.begin);
  writer.array(lists.rows);
  writer.array(lists.similarities);
}

NeighbourLists load_neighbours(std::string_view id, ByteReader& reader) {
  NeighbourLists lists;
  lists.begin = reader.array<std::uint64_t>();
  lists.rows = reader.array<std::uint32_t>();
  lists.similarities = reader.array<double>();
  const SparseView shape{lists.begin, lists.rows, {}, lists.begin.empty() ? 0 : lists.size()};
  const bool positive = std::all_of(lists.similarities.begin(), lists.similarities.end(),
                                    [](double s) { return s > 0 && std::isfinite(s); });
  if (!shape.is_consistent() || lists.similarities.size() != lists.rows.size() || !positive) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its parts do not fit together; run `perennial run` to make it anew", id);
  }
  return lists;
}

}  // namespace perennial::models
