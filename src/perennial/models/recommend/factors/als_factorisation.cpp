#include "perennial/models/recommend/factors/als_factorisation.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/models/recommend/factors/vector_kernels.h"
#include "perennial/models/recommend/scratch_pool.h"

namespace perennial::models {
namespace {

constexpr std::size_t kRowsPerSum = 1024;  // summed in float, then in double
constexpr std::size_t kRowsPerSolve = 128;

struct Axes {
  AlignedFloats matrix;       // columns are the axes
  std::vector<double> sizes;  // the Gram matrix along each, >= 0
};

Axes axes_of(const std::vector<double>& gram, std::size_t width) {
  const auto n = static_cast<Eigen::Index>(width);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
      Eigen::Map<const Eigen::MatrixXd>(gram.data(), n, n));
  Axes axes{AlignedFloats(width * width), std::vector<double>(width)};
  for (Eigen::Index k = 0; k < n; ++k) {
    axes.sizes[static_cast<std::size_t>(k)] = std::max(0.0, solver.eigenvalues()[k]);
    for (Eigen::Index i = 0; i < n; ++i) {
      axes.matrix[static_cast<std::size_t>(i * n + k)] =
          static_cast<float>(solver.eigenvectors()(i, k));
    }
  }
  return axes;
}

void rotate(Factors& factors, const Axes& axes, Threads threads) {
  parallel_chunks(factors.rows(), kRowsPerSum, threads, [&](std::size_t first, std::size_t last) {
    AlignedFloats scratch(8 * factors.width);
    vector_kernels().rotate(factors.row(first), last - first, factors.width, axes.matrix.data(),
                            scratch.data());
  });
}

// One side of the loss: its rows of entries, and what every row's problem has in common.
class Side {
 public:
  Side(SparseView entries, const AlsOptions& options, Threads threads)
      : entries_(entries), options_(options), threads_(threads) {}

  // Minimises the loss over `rows` with `others` held. Both are on the axes of the others, of these sizes.
  void solve(Factors& rows, const Factors& others, const std::vector<double>& sizes) const {
    ScratchPool<AlignedFloats> pool;
    parallel_chunks(rows.rows(), kRowsPerSolve, threads_, [&](std::size_t first, std::size_t last) {
      pool.lend([] { return AlignedFloats(); },
                [&](AlignedFloats& scratch) {
                  for (std::size_t r = first; r < last; ++r) {
                    solve_row(r, others, sizes, rows.row(r), scratch);
                  }
                });
    });
  }

 private:
  void solve_row(std::size_t row, const Factors& others, const std::vector<double>& sizes, float* x,
                 AlignedFloats& scratch) const {
    const std::size_t width = others.width;
    const std::size_t n = entries_.row_size(row);
    if (n == 0) {
      std::fill_n(x, width, 0.0F);
      return;
    }
    const std::size_t block = std::min(options_.block, width);
    const std::size_t room = std::max(4 * width, whole_vectors(n) + block * (block + 2));
    scratch.resize(std::max(scratch.size(), width + whole_vectors(n) + room));
    float* diagonal = scratch.data();
    float* extra = diagonal + width;
    float* rest = extra + whole_vectors(n);
    const double lambda = als_regularisation(options_, n, others.rows());
    for (std::size_t k = 0; k < width; ++k) {
      diagonal[k] = static_cast<float>(options_.unobserved_weight * sizes[k] + lambda);
    }
    const auto alpha = static_cast<float>(options_.alpha);
    for (std::size_t j = 0; j < n; ++j) extra[j] = alpha * entries_.row_values(row)[j];
    const RowProblem problem{others.values.data(),
                             width,
                             entries_.row_ids(row).data(),
                             extra,
                             n,
                             static_cast<float>(options_.unobserved_weight),
                             diagonal};
    if (options_.solver == AlsSolver::kBlocks) {
      vector_kernels().block_steps(problem, block, x, rest);
    } else {
      vector_kernels().conjugate_gradients(problem, options_.cg_steps, 1e-12F, x, rest);
    }
  }

  SparseView entries_;
  const AlsOptions& options_;
  Threads threads_;
};

Factors first_items(std::size_t items, const AlsOptions& options) {
  Factors factors(items, options.factors);
  const double deviation = 0.1 / std::sqrt(static_cast<double>(options.factors));
  for (std::size_t i = 0; i < items; ++i) {
    RandomStream stream(options.seed, i);
    for (std::size_t k = 0; k < options.factors; ++k) {
      factors.row(i)[k] = static_cast<float>(deviation * stream.normal());
    }
  }
  return factors;
}

double squares(const float* row, std::size_t width) {
  double sum = 0;
  for (std::size_t k = 0; k < width; ++k)
    sum += static_cast<double>(row[k]) * static_cast<double>(row[k]);
  return sum;
}

}  // namespace

void validate(const AlsOptions& options, std::string_view model) {
  const auto refuse = [&](std::string_view what) {
    fail(ErrorKind::kInvalidArgument, "{}: {}", model, what);
  };
  const auto positive = [](double value) { return value > 0 && std::isfinite(value); };
  if (options.factors < 1 || options.factors > 1024) refuse("factors must lie in 1..1024");
  if (options.epochs < 1) refuse("epochs must be at least 1");
  if (!positive(options.regularisation)) refuse("regularisation must be above 0");
  if (!std::isfinite(options.exponent)) refuse("exponent must be finite");
  if (!positive(options.alpha)) refuse("alpha must be above 0");
  if (!positive(options.unobserved_weight)) refuse("unobserved_weight must be above 0");
  if (options.cg_steps < 1) refuse("cg_steps must be at least 1");
  if (options.block == 0 || options.block % kLanes != 0) refuse("block must be a multiple of 16");
}

double als_regularisation(const AlsOptions& options, std::size_t n, std::size_t m) {
  return options.regularisation *
         std::pow(static_cast<double>(n) + options.unobserved_weight * static_cast<double>(m),
                  options.exponent);
}

std::vector<double> gram_of(const Factors& factors, Threads threads) {
  const std::size_t width = factors.width;
  std::vector<double> gram(width * width);
  // A few chunks at a time: their sums in float must not fill memory, and are added in their order.
  constexpr std::size_t kAtOnce = 64;
  AlignedFloats parts(kAtOnce * width * width);
  for (std::size_t from = 0; from < factors.rows(); from += kAtOnce * kRowsPerSum) {
    const std::size_t count = std::min(kAtOnce * kRowsPerSum, factors.rows() - from);
    parallel_chunks(count, kRowsPerSum, threads, [&](std::size_t first, std::size_t last) {
      vector_kernels().gram(factors.row(from + first), last - first, width,
                            parts.data() + first / kRowsPerSum * width * width);
    });
    for (std::size_t part = 0; part * kRowsPerSum < count; ++part) {
      const float* sums = parts.data() + part * width * width;
      for (std::size_t i = 0; i < width; ++i) {
        for (std::size_t j = i; j < width; ++j)
          gram[i * width + j] += static_cast<double>(sums[i * width + j]);
      }
    }
  }
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j < i; ++j) gram[i * width + j] = gram[j * width + i];
  }
  return gram;
}

FactorPair factorise(const Interactions& interactions, const AlsOptions& options, Threads threads) {
  const SparseRows by_item = transpose(interactions.view());
  const Side customers(interactions.view(), options, threads);
  const Side items(by_item.view(), options, threads);
  FactorPair pair{Factors(interactions.customers(), options.factors),
                  first_items(interactions.items(), options)};
  const auto turn = [&](const Factors& onto) {
    Axes axes = axes_of(gram_of(onto, threads), onto.width);
    rotate(pair.customers, axes, threads);
    rotate(pair.items, axes, threads);
    return std::move(axes.sizes);
  };
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    customers.solve(pair.customers, pair.items, turn(pair.items));
    items.solve(pair.items, pair.customers, turn(pair.customers));
  }
  turn(pair.items);
  return pair;
}

double als_loss(const Interactions& interactions, const FactorPair& factors,
                const AlsOptions& options, Threads threads) {
  const auto& [customers, items] = factors;
  CHECK(customers.rows() == interactions.customers() && items.rows() == interactions.items());
  const double base = options.unobserved_weight;
  const auto of_rows = [&](std::size_t first, std::size_t last) {
    double sum = 0;
    for (std::size_t c = first; c < last; ++c) {
      const auto ids = interactions.items_of(c);
      const float* x = customers.row(c);
      for (std::size_t j = 0; j < ids.size(); ++j) {
        double score = 0;
        for (std::size_t k = 0; k < items.width; ++k)
          score += static_cast<double>(x[k]) * static_cast<double>(items.row(ids[j])[k]);
        const double confidence =
            base + options.alpha * static_cast<double>(interactions.weights_of(c)[j]);
        sum += confidence * (1 - score) * (1 - score) - base * score * score;
      }
      sum += als_regularisation(options, ids.size(), items.rows()) * squares(x, items.width);
    }
    return sum;
  };
  double loss = ordered_reduce(interactions.customers(), kRowsPerSum, threads, 0.0, of_rows,
                               [](double a, double b) { return a + b; });
  std::vector<std::size_t> entries(items.rows());
  for (const std::uint32_t item : interactions.view().ids) ++entries[item];
  for (std::size_t i = 0; i < items.rows(); ++i) {
    loss += als_regularisation(options, entries[i], customers.rows()) *
            squares(items.row(i), items.width);
  }
  const std::vector<double> x = gram_of(customers, threads);
  const std::vector<double> y = gram_of(items, threads);
  for (std::size_t k = 0; k < x.size(); ++k) loss += base * x[k] * y[k];
  return loss;
}

}  // namespace perennial::models
