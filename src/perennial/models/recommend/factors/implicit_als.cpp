#include "perennial/models/recommend/factors/implicit_als.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/factors/vector_kernels.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "implicit ALS";

std::vector<double> squares_by_column(const Factors& factors) {
  std::vector<double> sums(factors.width);
  for (std::size_t i = 0; i < factors.rows(); ++i) {
    for (std::size_t k = 0; k < factors.width; ++k) {
      const auto value = static_cast<double>(factors.row(i)[k]);
      sums[k] += value * value;
    }
  }
  return sums;
}

}  // namespace

ImplicitAls::ImplicitAls(ItemFactors factors, const AlsOptions& options)
    : factors_(std::move(factors)), loss_(options), sizes_(squares_by_column(factors_.factors())) {}

ImplicitAls ImplicitAls::fit(const TopItems::Input& input, const Options& options) {
  models::validate(options, kName);
  validate_fit(input.interactions, kName);
  return {ItemFactors(factorise(input.interactions, options, input.threads).items,
                      FirstColumn::kFactor),
          options};
}

std::vector<float> ImplicitAls::diagonal(std::size_t history) const {
  const double lambda = als_regularisation(loss_, history, items());
  std::vector<float> diagonal;
  for (const double size : sizes_)
    diagonal.push_back(static_cast<float>(loss_.unobserved_weight * size + lambda));
  return diagonal;
}

std::vector<float> ImplicitAls::fold_in(std::span<const std::uint32_t> items,
                                        std::span<const float> weights) const {
  constexpr int kSteps = 50;            // far more than are needed
  constexpr float kTolerance = 1e-12F;  // of the squared residual: what float can tell
  const Factors& others = factors_.factors();
  std::vector<float> x(others.width);
  if (items.empty()) return x;
  const std::vector<float> axes = diagonal(items.size());
  std::vector<float> extra;
  for (const float weight : weights) extra.push_back(static_cast<float>(loss_.alpha) * weight);
  std::vector<float> scratch(4 * others.width);
  vector_kernels().conjugate_gradients(
      {others.values.data(), others.width, items.data(), extra.data(), items.size(),
       static_cast<float>(loss_.unobserved_weight), axes.data()},
      kSteps, kTolerance, x.data(), scratch.data());
  return x;
}

// A = D + Y^T a Y with D diagonal, Y the history's vectors and a = alpha w. For histories shorter than vectors,
// c A^-1 y_i over the history is (c / a) (1/a + Y D^-1 Y^T)^-1 Y D^-1 y_i, a small system.
class ImplicitAls::Explainer {
 public:
  Explainer(const ImplicitAls& model, std::span<const std::uint32_t> history,
            std::span<const float> weights)
      : factors_(model.factors()),
        history_(history),
        diagonal_(model.diagonal(history.size())),
        extra_(static_cast<Eigen::Index>(history.size())) {
    for (std::size_t j = 0; j < history.size(); ++j)
      extra_[index(j)] = model.loss_.alpha * static_cast<double>(weights[j]);
    confidence_ = extra_.array() + model.loss_.unobserved_weight;
    is_short() ? prepare_short() : prepare_long();
  }

  void name_reasons(std::span<const std::uint32_t> items, std::span<std::uint32_t> because) const {
    const Eigen::MatrixXd shares = is_short() ? short_shares(items) : long_shares(items);
    for (std::size_t i = 0; i < items.size(); ++i) {
      Eigen::Index largest = 0;
      const double share = shares.col(index(i)).maxCoeff(&largest);
      because[i] = share > 0 ? history_[static_cast<std::size_t>(largest)] : kNoItem;
    }
  }

 private:
  static Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }
  bool is_short() const { return history_.size() <= factors_.width; }

  double product(std::size_t scaled, std::uint32_t item) const {
    return static_cast<double>(
        kernels_.dot(scaled_.row(scaled), factors_.row(item), factors_.width));
  }

  void prepare_short() {
    scaled_ = Factors(history_.size(), factors_.width);
    Eigen::MatrixXd system = extra_.cwiseInverse().asDiagonal();
    for (std::size_t j = 0; j < history_.size(); ++j) {
      for (std::size_t k = 0; k < factors_.width; ++k)
        scaled_.row(j)[k] = factors_.row(history_[j])[k] / diagonal_[k];
      for (std::size_t h = 0; h <= j; ++h) system(index(j), index(h)) += product(j, history_[h]);
    }
    solver_.compute(system);  // reads the lower triangle
  }
  Eigen::MatrixXd short_shares(std::span<const std::uint32_t> items) const {
    Eigen::MatrixXd shares(extra_.size(), index(items.size()));
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (std::size_t j = 0; j < history_.size(); ++j)
        shares(index(j), index(i)) = product(j, items[i]);
    }
    solver_.solveInPlace(shares);
    return confidence_.cwiseQuotient(extra_).asDiagonal() * shares;
  }

  Eigen::MatrixXd columns(std::span<const std::uint32_t> items) const {
    Eigen::MatrixXd all(index(factors_.width), index(items.size()));
    for (std::size_t i = 0; i < items.size(); ++i) {
      all.col(index(i)) =
          Eigen::Map<const Eigen::VectorXf>(factors_.row(items[i]), all.rows()).cast<double>();
    }
    return all;
  }
  void prepare_long() {
    rows_ = columns(history_);
    Eigen::MatrixXd system = rows_ * extra_.asDiagonal() * rows_.transpose();
    system.diagonal() +=
        Eigen::Map<const Eigen::VectorXf>(diagonal_.data(), rows_.rows()).cast<double>();
    solver_.compute(system);
  }
  Eigen::MatrixXd long_shares(std::span<const std::uint32_t> items) const {
    return confidence_.asDiagonal() * (rows_.transpose() * solver_.solve(columns(items)));
  }

  const Factors& factors_;
  const VectorKernels& kernels_ = vector_kernels();
  std::span<const std::uint32_t> history_;
  std::vector<float> diagonal_;  // D
  Eigen::VectorXd extra_;        // a
  Eigen::VectorXd confidence_;   // c
  Factors scaled_;               // Y D^-1, in the short form
  Eigen::MatrixXd rows_;         // Y^T, in the long form
  Eigen::LLT<Eigen::MatrixXd> solver_;
};

TopItems::Output ImplicitAls::predict(const TopItems::Input& input) const {
  models::validate(input, kName, items());
  const Interactions& histories = input.interactions;
  TopItems::Output lists = ranking().best(input, [&](std::uint32_t customer, float* vector) {
    const auto history = histories.items_of(customer);
    const std::vector<float> x = fold_in(history, histories.weights_of(customer));
    std::copy(x.begin(), x.end(), vector);
    return !history.empty();
  });
  add_reasons(
      input,
      [&](std::uint32_t customer, std::span<const std::uint32_t> chosen,
          std::span<std::uint32_t> because) {
        Explainer(*this, histories.items_of(customer), histories.weights_of(customer))
            .name_reasons(chosen, because);
      },
      lists);
  return lists;
}

std::vector<ScoredItem> ImplicitAls::similar(std::uint32_t item, std::size_t n,
                                             std::span<const std::uint8_t> blocked) const {
  return factors_.similar(kName, item, n, blocked);
}

void ImplicitAls::save(ByteWriter& writer) const {
  factors_.save(writer);
  for (const double value :
       {loss_.regularisation, loss_.exponent, loss_.alpha, loss_.unobserved_weight}) {
    writer.scalar(value);
  }
}

ImplicitAls ImplicitAls::load(ByteReader& reader) {
  ItemFactors factors = ItemFactors::load(kId, FirstColumn::kFactor, reader);
  AlsOptions loss;
  for (double* value :
       {&loss.regularisation, &loss.exponent, &loss.alpha, &loss.unobserved_weight}) {
    *value = reader.scalar<double>();
  }
  const bool sound = loss.regularisation > 0 && std::isfinite(loss.regularisation) &&
                     std::isfinite(loss.exponent) && loss.alpha > 0 && std::isfinite(loss.alpha) &&
                     loss.unobserved_weight > 0 && std::isfinite(loss.unobserved_weight);
  if (!sound) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its loss is not one; run `perennial run` to make it anew", kId);
  }
  return {std::move(factors), loss};
}

}  // namespace perennial::models
