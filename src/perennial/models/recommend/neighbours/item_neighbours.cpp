#include "perennial/models/recommend/neighbours/item_neighbours.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/neighbours/neighbour_scoring.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "item neighbours";

struct Vote {
  double similarity;
  double deviation;    // the rating of `from`, less its mean
  std::uint32_t from;  // item of the history
  std::uint32_t about;
};

// Weighted mean of the `used` most similar votes; equal similarities by lower item. Reorders the votes.
double mean_deviation(std::span<Vote> votes, std::size_t used) {
  const auto nearer = [](const Vote& a, const Vote& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.from < b.from;
  };
  if (used != 0 && votes.size() > used) {
    std::nth_element(votes.begin(), votes.begin() + static_cast<std::ptrdiff_t>(used), votes.end(),
                     nearer);
    votes = votes.first(used);
  }
  std::sort(votes.begin(), votes.end(), nearer);
  double sum = 0;
  double weight = 0;
  for (const Vote& vote : votes) {
    sum += vote.similarity * vote.deviation;
    weight += vote.similarity;
  }
  return sum / weight;
}

}  // namespace

// Explicit answers, one customer after the other, with working memory of its own.
class ItemNeighbours::Scorer {
 public:
  Scorer(const ItemNeighbours& model, const TopItems::Input& input)
      : model_(model), input_(input), mask_(input), selection_(input.n), reasons_(model.items()) {}

  void answer(std::uint32_t customer, TopItems::Output& part) {
    const auto history = input_.interactions.items_of(customer);
    const auto ratings = input_.interactions.weights_of(customer);
    mask_.mark(history);
    selection_.clear();
    average(history, ratings);
    append_list(part, selection_.sorted());
    reasons_.find(part, [&](auto visit) {
      for_each_neighbour(history, [&](std::size_t h, std::uint32_t item, double similarity) {
        visit(history[h], item, [&] { return similarity * deviation(history[h], ratings[h]); });
      });
    });
    mask_.unmark(history);
  }

 private:
  double deviation(std::uint32_t item, float rating) const {
    return static_cast<double>(rating) - model_.means_[item];
  }

  // visit(position in history, neighbour, similarity)
  template <typename Visit>
  void for_each_neighbour(std::span<const std::uint32_t> history, Visit visit) const {
    const NeighbourLists& lists = model_.neighbours_;
    for (std::size_t h = 0; h < history.size(); ++h) {
      for (std::uint64_t k = lists.begin[history[h]]; k < lists.begin[history[h] + 1]; ++k) {
        visit(h, lists.rows[k], lists.similarities[k]);
      }
    }
  }

  void average(std::span<const std::uint32_t> history, std::span<const float> ratings) {
    votes_.clear();
    for_each_neighbour(history, [&](std::size_t h, std::uint32_t item, double similarity) {
      if (!mask_.allows(item)) return;
      votes_.push_back({similarity, deviation(history[h], ratings[h]), history[h], item});
    });
    std::sort(votes_.begin(), votes_.end(), [](const Vote& a, const Vote& b) {
      return a.about != b.about ? a.about < b.about : a.from < b.from;
    });
    for (std::size_t first = 0; first < votes_.size();) {
      std::size_t last = first;
      while (last < votes_.size() && votes_[last].about == votes_[first].about) ++last;
      const std::uint32_t item = votes_[first].about;
      const auto about = std::span(votes_).subspan(first, last - first);
      selection_.offer(item, model_.means_[item] + mean_deviation(about, model_.used_));
      first = last;
    }
  }

  const ItemNeighbours& model_;
  const TopItems::Input& input_;
  CandidateMask mask_;
  Selection selection_;
  ReasonFinder reasons_;
  std::vector<Vote> votes_;
};

ItemNeighbours ItemNeighbours::fit(const TopItems::Input& input, const Options& options) {
  models::validate(options.similarity, kName);
  models::validate(options.decay, kName);
  if (options.feedback == Feedback::kExplicit && options.decay != HistoryDecay{}) {
    fail(ErrorKind::kInvalidArgument,
         "{}: decay is for implicit feedback, a rating does not fade; leave it out", kName);
  }
  validate_fit(input.interactions, kName);

  const SparseView customers = input.interactions.view();
  const SparseRows items = transpose(customers);
  ItemNeighbours model;
  model.feedback_ = options.feedback;
  model.used_ = options.used;
  model.decay_ = options.decay;
  if (options.feedback == Feedback::kExplicit) {
    for (std::size_t i = 0; i < items.view().rows(); ++i) {
      model.means_.push_back(mean_of(items.view().row_values(i)));
    }
  }
  const SimilarityIndex index(items.view(), customers, options.similarity);
  model.neighbours_ = nearest_rows(index, options.neighbours, input.threads);
  const Similarity similarity = options.similarity.similarity;
  if (similarity == Similarity::kProduct || similarity == Similarity::kLift) {
    for (std::size_t i = 0; i < index.rows(); ++i) model.own_.push_back(index.own_similarity(i));
  }
  return model;
}

TopItems::Output ItemNeighbours::predict(const TopItems::Input& input) const {
  models::validate(input, kName, items());
  if (feedback_ == Feedback::kImplicit)
    return answer_from_neighbours({neighbours_, own_, decay_}, input);
  return answer_all<Scorer>(
      input, [&] { return Scorer(*this, input); },
      [](std::uint32_t customer, Scorer& scorer, TopItems::Output& part) {
        scorer.answer(customer, part);
      });
}

std::vector<ScoredItem> ItemNeighbours::similar(std::uint32_t item, std::size_t n,
                                                std::span<const std::uint8_t> blocked) const {
  return similar_items(neighbours_, item, n, blocked, kName);
}

std::optional<double> ItemNeighbours::rate(std::span<const std::uint32_t> history,
                                           std::span<const float> ratings,
                                           std::uint32_t item) const {
  CHECK(feedback_ == Feedback::kExplicit && history.size() == ratings.size() && item < items());
  std::vector<Vote> votes;
  for (std::size_t h = 0; h < history.size(); ++h) {
    const auto end = neighbours_.begin[history[h] + 1];
    for (std::uint64_t k = neighbours_.begin[history[h]]; k < end; ++k) {
      if (neighbours_.rows[k] != item) continue;
      votes.push_back({neighbours_.similarities[k],
                       static_cast<double>(ratings[h]) - means_[history[h]], history[h], item});
      break;
    }
  }
  if (votes.empty()) return std::nullopt;
  return means_[item] + mean_deviation(votes, used_);
}

void ItemNeighbours::save(ByteWriter& writer) const {
  writer.scalar(feedback_);
  writer.scalar<std::uint64_t>(used_);
  save_neighbours(neighbours_, writer);
  writer.array(means_);
  save_decay(decay_, writer);
  writer.array(own_);
}

ItemNeighbours ItemNeighbours::load(ByteReader& reader) {
  ItemNeighbours model;
  model.feedback_ = reader.scalar<Feedback>();
  model.used_ = reader.scalar<std::uint64_t>();
  model.neighbours_ = load_neighbours(kId, reader);
  model.means_ = reader.array<double>();
  if (!reader.done()) {  // absent in files of the time before there were others
    model.decay_ = load_decay(kId, reader);
    model.own_ = reader.array<double>();
  }
  if (model.feedback_ > Feedback::kExplicit ||
      model.means_.size() != (model.feedback_ == Feedback::kExplicit ? model.items() : 0) ||
      !(model.own_.empty() || model.own_.size() == model.items())) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its parts do not fit together; run `perennial run` to make it anew", kId);
  }
  return model;
}

}  // namespace perennial::models
