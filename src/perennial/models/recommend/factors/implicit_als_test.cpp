#include "perennial/models/recommend/factors/implicit_als.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

Interactions shop_of(std::size_t customers, std::size_t items) {
  return Interactions::build(simulate_interactions(customers, items, 6, 1).log());
}

Eigen::VectorXd column(const float* row, std::size_t width) {
  return Eigen::Map<const Eigen::VectorXf>(row, static_cast<Eigen::Index>(width)).cast<double>();
}

// The matrix and the right side of one customer's least squares, entry by entry over all items.
struct Slow {
  Eigen::MatrixXd matrix;
  Eigen::VectorXd right;
};
Slow slow_problem(const Interactions& shop, std::size_t customer, const Factors& items,
                  const AlsOptions& options) {
  const auto width = static_cast<Eigen::Index>(items.width);
  const auto history = shop.items_of(customer);
  Slow slow{als_regularisation(options, history.size(), items.rows()) *
                Eigen::MatrixXd::Identity(width, width),
            Eigen::VectorXd::Zero(width)};
  for (std::uint32_t i = 0; i < items.rows(); ++i) {
    const Eigen::VectorXd y = column(items.row(i), items.width);
    const auto found = std::find(history.begin(), history.end(), i);
    double confidence = options.unobserved_weight;
    if (found != history.end()) {
      const auto place = static_cast<std::size_t>(found - history.begin());
      confidence += options.alpha * static_cast<double>(shop.weights_of(customer)[place]);
      slow.right += confidence * y;
    }
    slow.matrix += confidence * y * y.transpose();
  }
  return slow;
}

double slow_loss(const Interactions& shop, const FactorPair& pair, const AlsOptions& options) {
  double loss = 0;
  std::vector<std::size_t> entries(shop.items());
  for (std::size_t c = 0; c < shop.customers(); ++c) {
    const Slow slow = slow_problem(shop, c, pair.items, options);
    const Eigen::VectorXd x = column(pair.customers.row(c), pair.customers.width);
    loss += x.dot(slow.matrix * x) - 2 * x.dot(slow.right);
    for (const float weight : shop.weights_of(c))
      loss += options.unobserved_weight + options.alpha * static_cast<double>(weight);
    for (const std::uint32_t item : shop.items_of(c)) ++entries[item];
  }
  for (std::size_t i = 0; i < shop.items(); ++i) {
    loss += als_regularisation(options, entries[i], shop.customers()) *
            column(pair.items.row(i), pair.items.width).squaredNorm();
  }
  return loss;
}

TEST(AlsFactorisation, ComputesTheLossAsItIsWritten) {
  const Interactions shop = shop_of(60, 40);
  const AlsOptions options{.factors = 5, .epochs = 2, .exponent = 0.5};
  const FactorPair pair = factorise(shop, options);
  const double expected = slow_loss(shop, pair, options);
  EXPECT_NEAR(als_loss(shop, pair, options), expected, 1e-6 * expected);
}

TEST(AlsFactorisation, LowersTheLossWithEveryEpochUnderBothSolvers) {
  const Interactions shop = shop_of(300, 80);
  for (const AlsSolver solver : {AlsSolver::kConjugateGradient, AlsSolver::kBlocks}) {
    AlsOptions options{.factors = 20, .solver = solver, .block = 16};
    double before = 1e300;
    for (options.epochs = 1; options.epochs <= 6; ++options.epochs) {
      const double loss = als_loss(shop, factorise(shop, options), options);
      EXPECT_LT(loss, before) << options.epochs;
      before = loss;
    }
  }
}

TEST(AlsFactorisation, ComesNearTheLossOfExactSolutionsUnderBothSolvers) {
  const Interactions shop = shop_of(300, 80);
  AlsOptions options{.factors = 32, .epochs = 30, .unobserved_weight = 0.1, .cg_steps = 40};
  const double exact = als_loss(shop, factorise(shop, options), options);
  options.cg_steps = 3;
  EXPECT_NEAR(als_loss(shop, factorise(shop, options), options), exact, 2e-2 * exact);
  options.solver = AlsSolver::kBlocks;
  for (options.block = 16; options.block <= 32; options.block += 16)
    EXPECT_NEAR(als_loss(shop, factorise(shop, options), options), exact, 2e-2 * exact);
}

TEST(ImplicitAls, FoldsInTheExactSolution) {
  const Interactions shop = shop_of(300, 80);
  const AlsOptions options{.factors = 24};
  const auto model = ImplicitAls::fit({shop}, options);
  for (std::size_t c = 0; c < 20; ++c) {
    const Slow slow = slow_problem(shop, c, model.factors(), options);
    const Eigen::VectorXd exact = slow.matrix.llt().solve(slow.right);
    const auto x = model.fold_in(shop.items_of(c), shop.weights_of(c));
    EXPECT_LT((column(x.data(), x.size()) - exact).norm(), 1e-4 * exact.norm());
  }
}

TEST(ImplicitAls, NamesTheItemWithTheLargestShareOfTheScore) {
  const Interactions shop = shop_of(300, 80);
  // A history shorter than the vectors, and one that is longer.
  for (const std::size_t factors : {48U, 3U}) {
    const AlsOptions options{.factors = factors};
    const auto model = ImplicitAls::fit({shop}, options);
    const auto lists = model.predict({shop});
    for (std::size_t c = 0; c < 30; ++c) {
      const Slow slow = slow_problem(shop, c, model.factors(), options);
      const auto share = [&](std::uint32_t item, std::size_t j) {
        const auto width = model.factors().width;
        const Eigen::VectorXd y = column(model.factors().row(shop.items_of(c)[j]), width);
        const double confidence =
            options.unobserved_weight + options.alpha * static_cast<double>(shop.weights_of(c)[j]);
        return column(model.factors().row(item), width).dot(slow.matrix.llt().solve(y)) *
               confidence;
      };
      for (std::size_t k = 0; k < lists.items_of(c).size(); ++k) {
        const std::uint32_t because = lists.because_of(c)[k];
        double sum = 0;
        double largest = 0;
        double named = 0;
        for (std::size_t j = 0; j < shop.items_of(c).size(); ++j) {
          const double part = share(lists.items_of(c)[k], j);
          sum += part;
          largest = std::max(largest, part);
          if (shop.items_of(c)[j] == because) named = part;
        }
        EXPECT_NEAR(sum, lists.scores_of(c)[k], 1e-4);
        EXPECT_NEAR(named, largest, 1e-5);
      }
    }
  }
}

TEST(ImplicitAls, OffersWhatItsGroupBuys) {
  const Interactions shop = shop_of(2000, 200);
  const auto lists = ImplicitAls::fit({shop}, {.factors = 32}).predict({shop});
  std::size_t own = 0;
  for (std::size_t c = 0; c < 2000; ++c) {
    for (const std::uint32_t item : lists.items_of(c)) own += item % 20 == c % 20 ? 1 : 0;
  }
  EXPECT_GT(own, lists.items.size() / 4);  // by chance one in twenty
}

TEST(ImplicitAls, FindsItemsOfTheSameGroupSimilar) {
  const auto model = ImplicitAls::fit({shop_of(2000, 200)}, {.factors = 32});
  std::size_t same = 0;
  for (std::uint32_t item = 0; item < 100; ++item) {
    const auto similar = model.similar(item, 3);
    ASSERT_EQ(similar.size(), 3U);
    for (const ScoredItem& other : similar) {
      EXPECT_NE(other.item, item);
      EXPECT_LE(other.score, 1 + 1e-9);
      same += other.item % 20 == item % 20 ? 1 : 0;
    }
  }
  EXPECT_GT(same, 100U);  // by chance 15
  EXPECT_THAT(message_of([&] { model.similar(200, 3); }), HasSubstr("item 200 was asked for"));
}

TEST(ImplicitAls, RefusesOptionsOutOfRangeByName) {
  const Interactions shop = shop_of(30, 20);
  const auto refusal = [&](AlsOptions options) {
    return message_of([&] { ImplicitAls::fit({shop}, options); });
  };
  EXPECT_THAT(refusal({.factors = 0}), HasSubstr("factors must lie in 1..1024"));
  EXPECT_THAT(refusal({.epochs = 0}), HasSubstr("epochs must be at least 1"));
  EXPECT_THAT(refusal({.regularisation = 0}), HasSubstr("regularisation must be above 0"));
  EXPECT_THAT(refusal({.exponent = NAN}), HasSubstr("exponent must be finite"));
  EXPECT_THAT(refusal({.alpha = -1}), HasSubstr("alpha must be above 0"));
  EXPECT_THAT(refusal({.unobserved_weight = 0}), HasSubstr("unobserved_weight must be above 0"));
  EXPECT_THAT(refusal({.cg_steps = 0}), HasSubstr("cg_steps must be at least 1"));
  EXPECT_THAT(refusal({.block = 8}), HasSubstr("block must be a multiple of 16"));
}

}  // namespace
}  // namespace perennial::models
