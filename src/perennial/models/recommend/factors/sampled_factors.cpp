#include "perennial/models/recommend/factors/sampled_factors.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/factors/vector_kernels.h"

namespace perennial::models {
namespace {

constexpr std::size_t kNegatives = 8;
constexpr std::size_t kMostTerms = 512;

double logistic(double r) { return 1 / (1 + std::exp(-r)); }

std::uint64_t hash_of(std::span<const std::uint32_t> items, std::span<const float> weights) {
  std::uint64_t hash = 0x9E3779B97F4A7C15U;
  const auto mix = [&](std::uint64_t value) {
    hash = (hash ^ value) * 0xBF58476D1CE4E5B9U;
    hash ^= hash >> 29;
  };
  for (std::size_t j = 0; j < items.size(); ++j)
    mix(items[j] * 4096 + static_cast<std::uint64_t>(std::lround(weights[j] * 16)));
  return hash;
}

// An item that is not in the history; nothing when there is hardly one.
std::optional<std::uint32_t> draw_other(RandomStream& stream, std::size_t items,
                                        std::span<const std::uint32_t> history) {
  constexpr int kTries = 20;
  for (int t = 0; t < kTries; ++t) {
    const auto item = static_cast<std::uint32_t>(stream.below(items));
    if (!std::binary_search(history.begin(), history.end(), item)) return item;
  }
  return std::nullopt;
}

class Descent {
 public:
  Descent(const Interactions& shop, SampledLoss loss, const SampledOptions& options)
      : shop_(shop),
        loss_(loss),
        options_(options),
        items_(shop.items(), options.factors + 1),
        customers_(shop.customers(), options.factors + 1) {
    start(items_, 0);
    start(customers_, 1);
    for (std::size_t i = 0; i < items_.rows(); ++i) items_.row(i)[0] = 0;
    for (std::size_t c = 0; c < customers_.rows(); ++c) customers_.row(c)[0] = 1;
  }

  Factors run() {
    std::vector<std::uint32_t> order = by_history();
    for (int epoch = 0; epoch < options_.epochs; ++epoch) {
      RandomStream stream(options_.seed, 2 + static_cast<std::uint64_t>(epoch));
      std::vector<std::uint32_t> places(order.size());
      std::iota(places.begin(), places.end(), 0U);
      for (std::size_t p = places.size(); p > 1; --p)
        std::swap(places[p - 1], places[stream.below(p)]);
      for (const std::uint32_t place : places) visit(order[place], customers_.row(place), stream);
    }
    return std::move(items_);
  }

 private:
  void start(Factors& factors, std::uint64_t which) const {
    RandomStream stream(options_.seed, which);
    const double deviation = 0.1 / std::sqrt(static_cast<double>(options_.factors));
    for (std::size_t r = 0; r < factors.rows(); ++r) {
      for (std::size_t k = 1; k <= options_.factors; ++k)
        factors.row(r)[k] = static_cast<float>(deviation * stream.normal());
    }
  }

  // Customers that bought the same are interchangeable, so their order does not matter.
  std::vector<std::uint32_t> by_history() const {
    std::vector<std::uint64_t> hashes(shop_.customers());
    for (std::size_t c = 0; c < hashes.size(); ++c)
      hashes[c] = hash_of(shop_.items_of(c), shop_.weights_of(c));
    std::vector<std::uint32_t> order(hashes.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return hashes[a] < hashes[b]; });
    return order;
  }

  void visit(std::uint32_t customer, float* x, RandomStream& stream) {
    const auto history = shop_.items_of(customer);
    for (std::size_t j = 0; j < history.size(); ++j) {
      if (loss_ == SampledLoss::kPairwise) {
        const auto other = draw_other(stream, shop_.items(), history);
        if (other) step_pair(x, items_.row(history[j]), items_.row(*other));
        continue;
      }
      const double weight = options_.alpha * static_cast<double>(shop_.weights_of(customer)[j]);
      step(x, items_.row(history[j]), 1, weight);
      for (std::size_t k = 0; k < options_.negatives; ++k) {
        const auto other = draw_other(stream, shop_.items(), history);
        if (other) step(x, items_.row(*other), 0, 1);
      }
    }
  }

  double product(const float* x, const float* y) const {
    return static_cast<double>(kernels_.dot(x, y, items_.width));
  }

  void step_pair(float* x, float* liked, float* other) const {
    const auto rate = static_cast<float>(options_.learning_rate);
    const auto push = static_cast<float>(options_.learning_rate *
                                         logistic(product(x, other) - product(x, liked)));
    const float keep = 1 - rate * static_cast<float>(options_.regularisation);
    for (std::size_t k = 0; k < items_.width; ++k) {
      const float along = push * x[k];
      x[k] = keep * x[k] + push * (liked[k] - other[k]);
      liked[k] = keep * liked[k] + along;
      other[k] = keep * other[k] - along;
    }
    x[0] = 1;
  }

  void step(float* x, float* y, double bought, double weight) const {
    const auto rate = static_cast<float>(options_.learning_rate);
    const auto push =
        static_cast<float>(options_.learning_rate * weight * (bought - logistic(product(x, y))));
    const float keep = 1 - rate * static_cast<float>(options_.regularisation);
    for (std::size_t k = 0; k < items_.width; ++k) {
      const float along = push * x[k];
      x[k] = keep * x[k] + push * y[k];
      y[k] = keep * y[k] + along;
    }
    x[0] = 1;
  }

  const Interactions& shop_;
  SampledLoss loss_;
  const SampledOptions& options_;
  const VectorKernels& kernels_ = vector_kernels();
  Factors items_;
  Factors customers_;  // row p belongs to the customer at place p of by_history
};

// The terms of one customer's loss: sum of weight -ln s(offset + x . row), with the sign of `not bought` in row and offset.
struct Terms {
  Eigen::MatrixXf rows;  // factors x terms
  Eigen::VectorXf offsets;
  Eigen::VectorXf weights;
  Eigen::Index count = 0;

  void add(Eigen::Ref<const Eigen::VectorXf> row, float offset, float weight) {
    rows.col(count) = row;
    offsets[count] = offset;
    weights[count] = weight;
    ++count;
  }
};

Eigen::VectorXf minimise(const Terms& all, double regularisation) {
  constexpr int kSteps = 100;
  constexpr float kTolerance = 1e-4F;  // of the length
  const auto rows = all.rows.leftCols(all.count);
  const auto weights = all.weights.head(all.count);
  const float ridge = static_cast<float>(regularisation * static_cast<double>(all.count));
  Eigen::MatrixXf bound = rows * (0.25F * weights).asDiagonal() * rows.transpose();
  bound.diagonal().array() += ridge;
  const Eigen::LLT<Eigen::MatrixXf> solver(bound);
  Eigen::VectorXf x = Eigen::VectorXf::Zero(rows.rows());
  for (int step = 0; step < kSteps; ++step) {
    const Eigen::VectorXf r = rows.transpose() * x + all.offsets.head(all.count);
    const Eigen::VectorXf pull = weights.array() / (1 + r.array().exp());
    const Eigen::VectorXf move = solver.solve(rows * pull - ridge * x);
    x += move;
    if (move.norm() <= kTolerance * x.norm()) break;
  }
  return x;
}

void validate(const SampledOptions& options, std::string_view model) {
  const auto refuse = [&](std::string_view what) {
    fail(ErrorKind::kInvalidArgument, "{}: {}", model, what);
  };
  const auto positive = [](double value) { return value > 0 && std::isfinite(value); };
  if (options.factors < 1 || options.factors > 1024) refuse("factors must lie in 1..1024");
  if (options.epochs < 1) refuse("epochs must be at least 1");
  if (!positive(options.learning_rate)) refuse("learning_rate must be above 0");
  if (!positive(options.regularisation)) refuse("regularisation must be above 0");
  if (options.negatives < 1) refuse("negatives must be at least 1");
  if (!positive(options.alpha)) refuse("alpha must be above 0");
}

}  // namespace

SampledFactors SampledFactors::fit(const TopItems::Input& input, SampledLoss loss,
                                   const SampledOptions& options, std::string_view model) {
  validate(options, model);
  validate_fit(input.interactions, model);
  SampledFactors fitted;
  fitted.loss_ = loss;
  fitted.options_ = options;
  fitted.items_ =
      ItemFactors(Descent(input.interactions, loss, options).run(), FirstColumn::kLevel);
  return fitted;
}

std::vector<float> SampledFactors::fold_in(std::span<const std::uint32_t> history,
                                           std::span<const float> weights) const {
  const Factors& items = items_.factors();
  const auto factors = static_cast<Eigen::Index>(items.width) - 1;
  const std::size_t each = std::max<std::size_t>(
      1, std::min(kNegatives, kMostTerms / std::max<std::size_t>(1, history.size())));
  const auto room = static_cast<Eigen::Index>(history.size() * (1 + each));
  Terms terms{Eigen::MatrixXf(factors, room), Eigen::VectorXf(room), Eigen::VectorXf(room)};
  const auto vector = [&](std::uint32_t item) {
    return Eigen::Map<const Eigen::VectorXf>(items.row(item) + 1, factors);
  };
  RandomStream stream(options_.seed, hash_of(history, weights));
  const bool pairs = loss_ == SampledLoss::kPairwise;
  const float share = static_cast<float>(options_.negatives) / static_cast<float>(each);
  for (std::size_t j = 0; j < history.size(); ++j) {
    const auto liked = vector(history[j]);
    const float level = items.row(history[j])[0];
    if (!pairs) terms.add(liked, level, static_cast<float>(options_.alpha) * weights[j]);
    for (std::size_t k = 0; k < each; ++k) {
      const auto other = draw_other(stream, items_.items(), history);
      if (!other) continue;
      const float other_level = items.row(*other)[0];
      if (pairs) {
        terms.add(liked - vector(*other), level - other_level, 1);
      } else {
        terms.add(-vector(*other), -other_level, share);
      }
    }
  }
  std::vector<float> x(items.width);
  x[0] = 1;
  if (terms.count == 0) return x;
  const Eigen::VectorXf found = minimise(terms, options_.regularisation);
  std::copy(found.begin(), found.end(), x.begin() + 1);
  return x;
}

TopItems::Output SampledFactors::predict(const TopItems::Input& input,
                                         std::string_view model) const {
  models::validate(input, model, items_.items());
  const Interactions& histories = input.interactions;
  TopItems::Output lists = items_.ranking().best(input, [&](std::uint32_t customer, float* vector) {
    const auto history = histories.items_of(customer);
    if (history.empty()) return false;
    const std::vector<float> x = fold_in(history, histories.weights_of(customer));
    std::copy(x.begin(), x.end(), vector);
    return true;
  });
  const Factors& items = items_.factors();
  const auto explain = [&](std::uint32_t customer, std::span<const std::uint32_t> chosen,
                           std::span<std::uint32_t> because) {
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      float largest = 0;
      for (const std::uint32_t item : histories.items_of(customer)) {
        const float* y = items.row(item);
        const float* own = items.row(chosen[i]);
        const float product = vector_kernels().dot(y, own, items.width) - y[0] * own[0];
        if (product <= largest) continue;
        largest = product;
        because[i] = item;
      }
    }
  };
  add_reasons(input, explain, lists);
  return lists;
}

void SampledFactors::save(ByteWriter& writer) const {
  items_.save(writer);
  writer.scalar(options_.regularisation);
  writer.scalar(options_.alpha);
  writer.scalar<std::uint64_t>(options_.negatives);
  writer.scalar(options_.seed);
}

SampledFactors SampledFactors::load(std::string_view id, SampledLoss loss, ByteReader& reader) {
  SampledFactors model;
  model.loss_ = loss;
  model.items_ = ItemFactors::load(id, FirstColumn::kLevel, reader);
  model.options_.regularisation = reader.scalar<double>();
  model.options_.alpha = reader.scalar<double>();
  model.options_.negatives = reader.scalar<std::uint64_t>();
  model.options_.seed = reader.scalar<std::uint64_t>();
  const auto positive = [](double value) { return value > 0 && std::isfinite(value); };
  if (!positive(model.options_.regularisation) || !positive(model.options_.alpha) ||
      model.options_.negatives < 1) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its loss is not one; run `perennial run` to make it anew", id);
  }
  return model;
}

}  // namespace perennial::models
