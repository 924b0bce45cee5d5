#include "perennial/models/recommend/neighbours/user_neighbours.h"

#include <cmath>
#include <utility>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "user neighbours";
constexpr std::uint32_t kNobody = kNoItem;

bool is_in_range(const UserNeighbours::Options& options) {
  const SimilarityOptions& similarity = options.similarity;
  const WeightingOptions& weights = similarity.weights;
  return options.feedback <= Feedback::kExplicit && similarity.similarity <= Similarity::kLift &&
         similarity.shrinkage >= 0 && similarity.min_similarity > 0 && similarity.alpha >= 0 &&
         similarity.alpha <= 1 && weights.weighting <= Weighting::kBm25 && weights.k1 > 0 &&
         weights.b >= 0 && weights.b <= 1;
}

}  // namespace

struct UserNeighbours::Fitted {
  Fitted(SparseRows fitted_customers, const Options& fit_options)
      : options(fit_options),
        customers(std::move(fitted_customers)),
        buyers(transpose(customers.view())),
        index(customers.view(), buyers.view(), options.similarity) {
    if (options.feedback != Feedback::kExplicit) return;
    for (std::size_t c = 0; c < customers.view().rows(); ++c) {
      means.push_back(mean_of(customers.view().row_values(c)));
    }
  }
  Fitted(const Fitted&) = delete;  // index looks into customers and buyers

  Options options;
  SparseRows customers;
  SparseRows buyers;  // row i: who has item i
  SimilarityIndex index;
  std::vector<double> means;  // explicit: mean rating per customer
};

// Answers one customer after the other with working memory of its own.
class UserNeighbours::Scorer {
 public:
  Scorer(const Fitted& fitted, const TopItems::Input& input)
      : fitted_(fitted),
        input_(input),
        mask_(input),
        selection_(input.n),
        query_(fitted.index.rows()),
        sum_(fitted.customers.columns, 0.0),
        weight_(fitted.customers.columns, 0.0),
        voters_(fitted.customers.columns, 0) {}

  void answer(std::uint32_t customer, TopItems::Output& part) {
    const auto history = input_.interactions.items_of(customer);
    mask_.mark(history);
    selection_.clear();
    score(customer);
    for (const std::uint32_t item : touched_) {
      if (mask_.allows(item)) selection_.offer(item, value_of(item));
    }
    append_list(part, selection_.sorted());
    clear();
    mask_.unmark(history);
  }

  std::vector<std::optional<double>> rate(std::uint32_t customer,
                                          std::span<const std::uint32_t> items) {
    score(customer);
    std::vector<std::optional<double>> ratings;
    for (const std::uint32_t item : items) {
      ratings.push_back(voters_[item] > 0 ? std::optional(value_of(item)) : std::nullopt);
    }
    clear();
    return ratings;
  }

 private:
  bool explicit_feedback() const { return fitted_.options.feedback == Feedback::kExplicit; }

  void score(std::uint32_t customer) {
    const auto history = input_.interactions.items_of(customer);
    const auto weights = input_.interactions.weights_of(customer);
    const bool fitted = input_.rows == Rows::kFittedCustomers && customer < fitted_.index.rows();
    const auto nearest =
        fitted_.index.nearest(history, weights, fitted ? customer : kNobody,
                              explicit_feedback() ? 0 : fitted_.options.neighbours, query_);
    if (explicit_feedback()) {
      base_ = mean_of(weights);
      average(nearest);
    } else {
      base_ = 0;
      add_up(history, weights, nearest);
    }
  }

  void add_up(std::span<const std::uint32_t> history, std::span<const float> weights,
              std::span<const Selection::Candidate> neighbours) {
    double squares = 1;  // the customer's own similarity
    for (const Selection::Candidate& neighbour : neighbours) {
      squares += neighbour.score * neighbour.score;
    }
    const double norm = std::sqrt(squares);
    for (std::size_t h = 0; h < history.size(); ++h) {
      vote(history[h], static_cast<double>(weights[h]), norm);
    }
    for (const Selection::Candidate& neighbour : neighbours) {
      const auto items = fitted_.customers.view().row_ids(neighbour.id);
      const auto values = fitted_.customers.view().row_values(neighbour.id);
      for (std::size_t k = 0; k < items.size(); ++k) {
        vote(items[k], neighbour.score * static_cast<double>(values[k]), norm);
      }
    }
  }

  // Nearest first, so that the first voters of an item are its most similar ones.
  void average(std::span<const Selection::Candidate> neighbours) {
    const std::size_t limit = fitted_.options.neighbours;
    for (const Selection::Candidate& neighbour : neighbours) {
      const auto items = fitted_.customers.view().row_ids(neighbour.id);
      const auto values = fitted_.customers.view().row_values(neighbour.id);
      for (std::size_t k = 0; k < items.size(); ++k) {
        if (limit != 0 && voters_[items[k]] == limit) continue;
        const double deviation = static_cast<double>(values[k]) - fitted_.means[neighbour.id];
        const double so_far = weight_[items[k]];
        vote(items[k], neighbour.score * deviation, so_far + neighbour.score);
      }
    }
  }

  void vote(std::uint32_t item, double term, double weight) {
    if (voters_[item]++ == 0) touched_.push_back(item);
    sum_[item] += term;
    weight_[item] = weight;
  }

  double value_of(std::uint32_t item) const { return base_ + sum_[item] / weight_[item]; }

  void clear() {
    for (const std::uint32_t item : touched_) {
      sum_[item] = 0;
      weight_[item] = 0;
      voters_[item] = 0;
    }
    touched_.clear();
  }

  const Fitted& fitted_;
  const TopItems::Input& input_;
  CandidateMask mask_;
  Selection selection_;
  SimilarityIndex::Scratch query_;
  double base_ = 0;             // explicit: the customer's mean
  std::vector<double> sum_;     // per item: what its voters add up to
  std::vector<double> weight_;  // and what that is divided by
  std::vector<std::uint32_t> voters_;
  std::vector<std::uint32_t> touched_;
};

UserNeighbours UserNeighbours::fit(const TopItems::Input& input, const Options& options) {
  models::validate(options.similarity, kName);
  validate_fit(input.interactions, kName);
  const SparseView view = input.interactions.view();
  SparseRows rows;
  rows.begin.assign(view.begin.begin(), view.begin.end());
  rows.ids.assign(view.ids.begin(), view.ids.end());
  rows.values.assign(view.values.begin(), view.values.end());
  rows.columns = view.columns;
  return UserNeighbours(std::make_shared<const Fitted>(std::move(rows), options));
}

std::size_t UserNeighbours::items() const { return fitted_->customers.columns; }

TopItems::Output UserNeighbours::predict(const TopItems::Input& input) const {
  models::validate(input, kName, items());
  return answer_all<Scorer>(
      input, [&] { return Scorer(*fitted_, input); },
      [](std::uint32_t customer, Scorer& scorer, TopItems::Output& part) {
        scorer.answer(customer, part);
      });
}

std::vector<std::optional<double>> UserNeighbours::rate(
    const TopItems::Input& input, std::uint32_t customer,
    std::span<const std::uint32_t> items) const {
  models::validate(input, kName, this->items());
  CHECK(fitted_->options.feedback == Feedback::kExplicit);
  CHECK(customer < input.interactions.customers());
  return Scorer(*fitted_, input).rate(customer, items);
}

void UserNeighbours::save(ByteWriter& writer) const {
  const Options& options = fitted_->options;
  writer.scalar(options.similarity.similarity);
  writer.scalar(options.similarity.shrinkage);
  writer.scalar(options.similarity.min_similarity);
  writer.scalar(options.feedback);
  writer.scalar<std::uint64_t>(options.neighbours);
  save_rows(fitted_->customers.view(), writer);
  writer.scalar(options.similarity.alpha);
  writer.scalar(options.similarity.weights.weighting);
  writer.scalar(options.similarity.weights.k1);
  writer.scalar(options.similarity.weights.b);
}

UserNeighbours UserNeighbours::load(ByteReader& reader) {
  Options options;
  options.similarity.similarity = reader.scalar<Similarity>();
  options.similarity.shrinkage = reader.scalar<double>();
  options.similarity.min_similarity = reader.scalar<double>();
  options.feedback = reader.scalar<Feedback>();
  options.neighbours = reader.scalar<std::uint64_t>();
  SparseRows customers = load_rows(kId, reader);
  if (!reader.done()) {  // absent in files of the time before there were others
    options.similarity.alpha = reader.scalar<double>();
    options.similarity.weights.weighting = reader.scalar<Weighting>();
    options.similarity.weights.k1 = reader.scalar<double>();
    options.similarity.weights.b = reader.scalar<double>();
  }
  if (!is_in_range(options)) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: an option is out of range; run `perennial run` to make it anew", kId);
  }
  return UserNeighbours(std::make_shared<const Fitted>(std::move(customers), options));
}

}  // namespace perennial::models
