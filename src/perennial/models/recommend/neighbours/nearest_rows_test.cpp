#include "perennial/models/recommend/neighbours/nearest_rows.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "perennial/models/recommend/interactions.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

constexpr Similarity kAll[] = {
    Similarity::kCosine,  Similarity::kPearson,    Similarity::kJaccard, Similarity::kAsymmetric,
    Similarity::kProduct, Similarity::kConfidence, Similarity::kLift};

// More rows than a first round holds, many of them alike: ties decide.
SparseRows rows_of_a_shop(std::size_t items) {
  return transpose(Interactions::build(simulate_interactions(400, items, 8, 3).log()).view());
}

// The oracle: every row asked for alone.
NeighbourLists one_by_one(const SimilarityIndex& index, SparseView rows, std::size_t limit) {
  NeighbourLists out;
  SimilarityIndex::Scratch scratch(rows.rows());
  for (std::uint32_t r = 0; r < rows.rows(); ++r) {
    for (const auto& found :
         index.nearest(rows.row_ids(r), rows.row_values(r), r, limit, scratch)) {
      out.rows.push_back(found.id);
      out.similarities.push_back(found.score);
    }
    out.begin.push_back(out.rows.size());
  }
  return out;
}

void expect_oracle(SparseView rows, const SimilarityOptions& options) {
  const SparseRows columns = transpose(rows);
  const SimilarityIndex index(rows, columns.view(), options);
  for (const std::size_t limit :
       {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{60}}) {
    EXPECT_EQ(nearest_rows(index, limit, {2}), one_by_one(index, rows, limit))
        << "similarity " << static_cast<int>(options.similarity) << ", shrinkage "
        << options.shrinkage << ", limit " << limit;
  }
}

TEST(NearestRows, AreThoseThatEveryRowFindsAlone) {
  const SparseRows rows = rows_of_a_shop(900);
  for (const Similarity similarity : kAll) {
    expect_oracle(rows.view(), {.similarity = similarity});
    expect_oracle(rows.view(), {.similarity = similarity, .shrinkage = 3, .min_similarity = 0.05});
  }
  expect_oracle(rows.view(), {.similarity = Similarity::kAsymmetric, .alpha = 0.2});
}

TEST(NearestRows, AreThoseThatEveryRowFindsAloneWhateverItsValues) {
  SparseRows rows = rows_of_a_shop(500);
  expect_oracle(rows.view(), {.weights = {.weighting = Weighting::kTfIdf}});
  expect_oracle(rows.view(),
                {.similarity = Similarity::kProduct, .weights = {.weighting = Weighting::kBm25}});
  for (float& value : rows.values) value = value * 1e-20F + 1e-21F;  // their squares are no floats
  expect_oracle(rows.view(), {});
  for (float& value : rows.values) value *= 1e38F;
  expect_oracle(rows.view(), {.shrinkage = 1});
  for (float& value : rows.values) value = 4096;  // whole, and too large for sums in float
  expect_oracle(rows.view(), {});
}

TEST(NearestRows, OfEqualOnesTheLowerRowsAreKept) {
  // Every item was bought by the same two customers.
  SparseRows rows;
  rows.columns = 2;
  rows.begin = {0};
  for (std::size_t r = 0; r < 700; ++r) {
    rows.ids.insert(rows.ids.end(), {0, 1});
    rows.values.insert(rows.values.end(), {1, 1});
    rows.begin.push_back(rows.ids.size());
  }
  const SparseRows columns = transpose(rows.view());
  const SimilarityIndex index(rows.view(), columns.view(), {});
  const NeighbourLists nearest = nearest_rows(index, 3, {2});
  for (std::uint32_t r = 0; r < 700; ++r) {
    const auto* first = &nearest.rows[nearest.begin[r]];
    EXPECT_TRUE(std::is_sorted(first, first + 3));
    EXPECT_EQ(first[2], r < 3 ? 3U : 2U);
  }
}

TEST(NearestRows, OfNoRowsAndOfRowsWithoutEntriesAreNone) {
  SparseRows rows;
  rows.columns = 4;
  rows.begin = {0};
  EXPECT_EQ(
      nearest_rows(SimilarityIndex(rows.view(), transpose(rows.view()).view(), {}), 5, {}).size(),
      0U);
  rows.begin = {0, 0, 0};
  const SparseRows columns = transpose(rows.view());
  const SimilarityIndex index(rows.view(), columns.view(), {Similarity::kLift});
  EXPECT_EQ(nearest_rows(index, 5, {}).size(), 2U);
  EXPECT_TRUE(nearest_rows(index, 5, {}).rows.empty());
}

TEST(NearestRows, AreTheSameForAnyNumberOfThreads) {
  const SparseRows rows = rows_of_a_shop(900);
  const SparseRows columns = transpose(rows.view());
  const SimilarityIndex index(rows.view(), columns.view(), {Similarity::kPearson, 3});
  const NeighbourLists one = nearest_rows(index, 10, {1});
  EXPECT_GT(one.rows.size(), 900U);
  for (const int threads : {2, 8}) EXPECT_EQ(nearest_rows(index, 10, {threads}), one);
}

}  // namespace
}  // namespace perennial::models
