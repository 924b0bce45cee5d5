#include "perennial/models/recommend/neighbours/similarity.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "perennial/base/error.h"
#include "perennial/models/recommend/interactions.h"
#include "perennial/models/recommend/neighbours/nearest_rows.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

constexpr Similarity kAll[] = {
    Similarity::kCosine,  Similarity::kPearson,    Similarity::kJaccard, Similarity::kAsymmetric,
    Similarity::kProduct, Similarity::kConfidence, Similarity::kLift};

using Dense = std::vector<std::vector<double>>;  // 0: no entry

Dense dense(SparseView rows) {
  Dense out(rows.rows(), std::vector<double>(rows.columns, 0.0));
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    for (std::size_t k = 0; k < rows.row_size(r); ++k) {
      out[r][rows.row_ids(r)[k]] = static_cast<double>(rows.row_values(r)[k]);
    }
  }
  return out;
}

// The slow obvious version: the definitions in the header, over dense rows.
double similarity_of(const std::vector<double>& a, const std::vector<double>& b,
                     const SimilarityOptions& options) {
  const auto mean = [&](const std::vector<double>& row) {
    if (options.similarity != Similarity::kPearson) return 0.0;
    double sum = 0;
    int n = 0;
    for (const double x : row) {
      sum += x;
      if (x != 0) ++n;
    }
    return n == 0 ? 0.0 : sum / n;
  };
  double product = 0;
  double squares_a = 0;
  double squares_b = 0;
  double shared = 0;
  double either = 0;
  double size_a = 0;
  double size_b = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double x = a[k] == 0 ? 0 : a[k] - mean(a);
    const double y = b[k] == 0 ? 0 : b[k] - mean(b);
    product += x * y;
    squares_a += x * x;
    squares_b += y * y;
    if (a[k] != 0 && b[k] != 0) ++shared;
    if (a[k] != 0 || b[k] != 0) ++either;
    if (a[k] != 0) ++size_a;
    if (b[k] != 0) ++size_b;
  }
  double found = 0;
  if (options.similarity == Similarity::kJaccard) {
    found = either > 0 ? shared / either : 0;
  } else if (options.similarity == Similarity::kConfidence) {
    found = shared / size_a;
  } else if (options.similarity == Similarity::kLift) {
    found = (shared / size_a) / (size_b / static_cast<double>(a.size()));
  } else if (options.similarity == Similarity::kProduct) {
    found = product;
  } else if (options.similarity == Similarity::kAsymmetric) {
    found = product / std::pow(squares_a, options.alpha) / std::pow(squares_b, 1 - options.alpha);
  } else if (squares_a * squares_b > 1e-20) {
    found = product / std::sqrt(squares_a * squares_b);
  }
  return shared > 0 ? found * shared / (shared + options.shrinkage) : 0;
}

Interactions matrix(const Dense& values) {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> columns;
  std::vector<double> weights;
  for (std::size_t r = 0; r < values.size(); ++r) {
    for (std::size_t c = 0; c < values[r].size(); ++c) {
      if (values[r][c] == 0) continue;
      rows.push_back(static_cast<std::uint32_t>(r));
      columns.push_back(static_cast<std::uint32_t>(c));
      weights.push_back(values[r][c]);
    }
  }
  const std::vector<Day> days(rows.size());
  return Interactions::build({values.size(), values[0].size(), rows, columns, weights, days});
}

// All similarities of a matrix by the index; absent below min_similarity.
std::vector<std::vector<std::optional<double>>> all_pairs(SparseView rows,
                                                          const SimilarityOptions& options) {
  const SparseRows columns = transpose(rows);
  const SimilarityIndex index(rows, columns.view(), options);
  SimilarityIndex::Scratch scratch(rows.rows());
  std::vector<std::vector<std::optional<double>>> out(rows.rows());
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    out[r].resize(rows.rows());
    const auto self = static_cast<std::uint32_t>(r);
    for (const auto& found : index.nearest(rows.row_ids(r), rows.row_values(r), self, 0, scratch)) {
      out[r][found.id] = found.score;
    }
  }
  return out;
}

TEST(Similarity, CosineOfFiveThreeAndFourFourIs09701) {
  const Interactions users = matrix({{5, 3}, {4, 4}});
  const double found = *all_pairs(users.view(), {})[0][1];
  EXPECT_NEAR(found, 32 / std::sqrt(34.0 * 32.0), 1e-15);
  EXPECT_NEAR(found, 0.9701, 5e-5);
}

TEST(Similarity, PearsonCentresOnAllEntriesOfARow) {
  // Means 4 and 3; the shared columns are the first two, the norms run over three entries.
  const Interactions users = matrix({{5, 3, 4, 0}, {4, 1, 0, 4}});
  const double expected = (1.0 * 1.0 + -1.0 * -2.0) / (std::sqrt(2.0) * std::sqrt(6.0));
  EXPECT_NEAR(*all_pairs(users.view(), {Similarity::kPearson})[0][1], expected, 1e-15);
}

TEST(Similarity, JaccardCountsColumnsAndShrinkageCountsEvidence) {
  const Interactions users = matrix({{5, 3, 4, 0}, {4, 1, 0, 4}});
  EXPECT_EQ(*all_pairs(users.view(), {Similarity::kJaccard})[0][1], 0.5);
  EXPECT_EQ(*all_pairs(users.view(), {Similarity::kJaccard, 6})[0][1], 0.5 * 2 / 8);
}

TEST(Similarity, OfARowWithoutVariationIsUnknownToPearson) {
  const Interactions users = matrix({{3, 3, 0}, {3, 1, 2}});
  EXPECT_FALSE(all_pairs(users.view(), {Similarity::kPearson})[0][1]);
}

TEST(Similarity, AgreesWithTheDefinitionsOnAnyMatrix) {
  EXPECT_TRUE(rc::check("oracle", [] {
    const auto rows = *rc::gen::inRange<std::size_t>(1, 7);
    const auto columns = *rc::gen::inRange<std::size_t>(1, 7);
    Dense values(rows);
    for (auto& row : values) {
      for (std::size_t c = 0; c < columns; ++c) row.push_back(*rc::gen::inRange(0, 5));
    }
    const Interactions built = matrix(values);
    for (const Similarity similarity : kAll) {
      const SimilarityOptions options{similarity, *rc::gen::element(0.0, 2.5), 1e-6,
                                      *rc::gen::element(0.0, 0.3, 1.0)};
      const bool mutual =
          similarity != Similarity::kAsymmetric && similarity != Similarity::kConfidence;
      const auto found = all_pairs(built.view(), options);
      for (std::size_t a = 0; a < rows; ++a) {
        RC_ASSERT(!found[a][a]);
        for (std::size_t b = 0; b < rows; ++b) {
          if (a == b) continue;
          const double expected = similarity_of(values[a], values[b], options);
          if (std::abs(expected - options.min_similarity) < 1e-9) continue;
          RC_ASSERT(found[a][b].has_value() == (expected > options.min_similarity));
          if (mutual) RC_ASSERT(found[a][b] == found[b][a]);
          if (found[a][b]) RC_ASSERT(std::abs(*found[a][b] - expected) < 1e-12);
        }
      }
    }
  }));
}

TEST(Similarity, OfWeightedEntriesIsThatOfAMatrixOfTheWeights) {
  const Interactions shop = Interactions::build(simulate_interactions(60, 30, 6, 4).log());
  for (const Weighting weighting : {Weighting::kTfIdf, Weighting::kBm25}) {
    const WeightingOptions weights{.weighting = weighting};
    const SparseRows weighted = EntryWeights(shop.view(), weights).weigh(shop.view());
    for (const Similarity similarity : {Similarity::kCosine, Similarity::kProduct}) {
      SimilarityOptions options{similarity};
      const auto expected = all_pairs(weighted.view(), options);
      options.weights = weights;
      EXPECT_EQ(all_pairs(shop.view(), options), expected);
    }
  }
}

TEST(Similarity, OfHalfAndHalfIsTheCosine) {
  const Interactions users = matrix({{5, 3, 0}, {4, 4, 2}});
  const double cosine = *all_pairs(users.view(), {})[0][1];
  EXPECT_NEAR(*all_pairs(users.view(), {Similarity::kAsymmetric})[0][1], cosine, 1e-15);
}

TEST(Similarity, OfRulesIsConfidenceOneWayAndLiftBothWays) {
  // Row 0 has 2 of 4 columns, row 1 has 1 of them: having row 1's column means having row 0.
  const Interactions rules = matrix({{1, 1, 0, 0}, {0, 1, 0, 0}});
  const auto confidence = all_pairs(rules.view(), {Similarity::kConfidence});
  EXPECT_EQ(confidence[0][1], 0.5);
  EXPECT_EQ(confidence[1][0], 1);
  const auto lift = all_pairs(rules.view(), {Similarity::kLift});
  EXPECT_EQ(lift[0][1], 2);
  EXPECT_EQ(lift[1][0], 2);
}

TEST(Similarity, WithItselfIsOneButForProductAndLift) {
  const Interactions shop = matrix({{2, 1, 0, 0}, {0, 1, 0, 0}});
  const SparseRows columns = transpose(shop.view());
  const auto own = [&](Similarity similarity) {
    return SimilarityIndex(shop.view(), columns.view(), {similarity}).own_similarity(0);
  };
  EXPECT_EQ(own(Similarity::kCosine), 1);
  EXPECT_EQ(own(Similarity::kConfidence), 1);
  EXPECT_EQ(own(Similarity::kProduct), 5);
  EXPECT_EQ(own(Similarity::kLift), 2);
}

TEST(NearestRows, AreTheMostSimilarOnesBestFirstWithTiesByLowerRow) {
  const Interactions shop = Interactions::build(simulate_interactions(60, 30, 6, 3).log());
  const Dense values = dense(shop.view());
  const SparseRows columns = transpose(shop.view());
  for (const Similarity similarity : kAll) {
    const SimilarityOptions options{similarity};
    const SimilarityIndex index(shop.view(), columns.view(), options);
    const NeighbourLists nearest = nearest_rows(index, 7, {2});
    for (std::size_t r = 0; r < 60; ++r) {
      std::vector<std::pair<double, std::uint32_t>> expected;
      for (std::uint32_t other = 0; other < 60; ++other) {
        const double found = similarity_of(values[r], values[other], options);
        if (other != r && found > options.min_similarity) {
          expected.emplace_back(-std::round(found * 1e9), other);
        }
      }
      std::sort(expected.begin(), expected.end());
      const std::uint64_t first = nearest.begin[r];
      const std::size_t size = nearest.begin[r + 1] - first;
      ASSERT_EQ(size, std::min<std::size_t>(7, expected.size()));
      for (std::size_t k = 0; k < size; ++k) {
        EXPECT_NEAR(nearest.similarities[first + k], -expected[k].first * 1e-9, 1e-9);
        if (similarity == Similarity::kJaccard || similarity == Similarity::kConfidence) {
          EXPECT_EQ(nearest.rows[first + k], expected[k].second);
        }
      }
    }
  }
}

TEST(Similarity, RefusesOptionsOutOfRangeByName) {
  const auto message = [](const SimilarityOptions& options) -> std::string {
    try {
      validate(options, "test");
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message({}), "accepted");
  EXPECT_EQ(message({.shrinkage = -1}), "test: shrinkage is -1, needs to be 0 or more");
  EXPECT_EQ(message({.min_similarity = 0}),
            "test: min_similarity is 0, needs to be above 0, at most 1");
  EXPECT_EQ(message({.alpha = 1.5}), "test: alpha is 1.5, needs to be from 0 to 1");
  EXPECT_EQ(message({.weights = {.k1 = 0}}), "test: k1 is 0, needs to be above 0");
  EXPECT_EQ(message({.weights = {.b = -1}}), "test: b is -1, needs to be from 0 to 1");
  EXPECT_EQ(message({.min_similarity = std::nan("")}),
            "test: min_similarity is nan, needs to be above 0, at most 1");
}

}  // namespace
}  // namespace perennial::models
