#include "perennial/models/recommend/linear/item_weights.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"

namespace perennial::models {

// Answers one customer after the other with working memory of its own.
class ItemWeights::Scorer {
 public:
  Scorer(const ItemWeights& weights, const TopItems::Input& input)
      : rows_(weights.rows()),
        input_(input),
        mask_(input),
        history_(weights.decay_),
        selection_(input.n),
        score_(rows_.columns, 0.0),
        touched_(rows_.columns, 0),
        place_(rows_.columns, kNoPlace) {}

  void answer(std::uint32_t customer, TopItems::Output& part) {
    const auto history = input_.interactions.items_of(customer);
    const auto weights = history_.weights(input_.interactions, customer);
    mask_.mark(history);
    add_up(history, weights);
    selection_.clear();
    for (const std::uint32_t item : found_) {
      const double score = std::exchange(score_[item], 0.0);
      touched_[item] = 0;
      if (score > 0 && mask_.allows(item)) selection_.offer(item, score);
    }
    found_.clear();
    append_list(part, selection_.sorted());
    find_reasons(history, weights, part);
    mask_.unmark(history);
  }

 private:
  static constexpr std::uint32_t kNoPlace = kNoItem;

  void add_up(std::span<const std::uint32_t> history, std::span<const float> weights) {
    for (std::size_t h = 0; h < history.size(); ++h) {
      const auto weight = static_cast<double>(weights[h]);
      const auto items = rows_.row_ids(history[h]);
      const auto values = rows_.row_values(history[h]);
      for (std::size_t k = 0; k < items.size(); ++k) {
        if (touched_[items[k]] == 0) found_.push_back(items[k]);
        touched_[items[k]] = 1;
        score_[items[k]] += weight * static_cast<double>(values[k]);
      }
    }
  }

  // Second pass over the same rows, for the few items that were chosen.
  void find_reasons(std::span<const std::uint32_t> history, std::span<const float> weights,
                    TopItems::Output& part) {
    const std::uint64_t first = part.begin[part.begin.size() - 2];
    const auto chosen = std::span<const std::uint32_t>(part.items).subspan(first);
    for (std::uint32_t p = 0; p < chosen.size(); ++p) place_[chosen[p]] = p;
    largest_.assign(chosen.size(), 0.0);
    for (std::size_t h = 0; h < history.size(); ++h) {
      const auto items = rows_.row_ids(history[h]);
      const auto values = rows_.row_values(history[h]);
      for (std::size_t k = 0; k < items.size(); ++k) {
        const std::uint32_t place = place_[items[k]];
        if (place == kNoPlace) continue;
        const double term = static_cast<double>(weights[h]) * static_cast<double>(values[k]);
        if (term <= largest_[place]) continue;
        largest_[place] = term;
        part.because[first + place] = history[h];
      }
    }
    for (const std::uint32_t item : chosen) place_[item] = kNoPlace;
  }

  SparseView rows_;
  const TopItems::Input& input_;
  CandidateMask mask_;
  FadedHistory history_;
  Selection selection_;
  std::vector<double> score_;
  std::vector<std::uint8_t> touched_;
  std::vector<std::uint32_t> found_;  // those touched
  std::vector<std::uint32_t> place_;  // per item: in the list, or kNoPlace
  std::vector<double> largest_;
};

ItemWeights::ItemWeights(std::string_view model, SparseRows explains, const HistoryDecay& decay)
    : model_(model), rows_(transpose(explains.view())), decay_(decay) {
  CHECK(explains.view().rows() == explains.columns);
}

TopItems::Output ItemWeights::predict(const TopItems::Input& input) const {
  validate(input, model_, rows_.columns);
  return answer_all<Scorer>(
      input, [&] { return Scorer(*this, input); },
      [](std::uint32_t customer, Scorer& scorer, TopItems::Output& part) {
        scorer.answer(customer, part);
      });
}

std::vector<ScoredItem> ItemWeights::similar(std::uint32_t item, std::size_t n,
                                             std::span<const std::uint8_t> blocked) const {
  validate_similar(item, blocked, model_, rows_.columns);
  Selection best(n);
  const auto others = rows().row_ids(item);
  const auto values = rows().row_values(item);
  for (std::size_t k = 0; k < others.size(); ++k) {
    if (!blocked.empty() && blocked[others[k]] != 0) continue;
    if (values[k] > 0 && n > 0) best.offer(others[k], static_cast<double>(values[k]));
  }
  std::vector<ScoredItem> found;
  for (const Selection::Candidate& other : best.sorted()) found.push_back({other.id, other.score});
  return found;
}

void ItemWeights::save(ByteWriter& writer) const {
  save_decay(decay_, writer);
  save_rows(rows(), writer);
}

ItemWeights ItemWeights::load(std::string_view model, std::string_view id, ByteReader& reader) {
  ItemWeights weights;
  weights.model_ = model;
  weights.decay_ = load_decay(id, reader);
  weights.rows_ = load_rows(id, reader);
  const std::vector<float>& values = weights.rows_.values;
  if (weights.rows().rows() != weights.rows_.columns ||
      !std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its weights do not fit together; run `perennial run` to make it anew",
         id);
  }
  return weights;
}

}  // namespace perennial::models
