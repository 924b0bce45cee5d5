#include "perennial/models/recommend/neighbours/entry_weights.h"

#include <gtest/gtest.h>

#include <cmath>

namespace perennial::models {
namespace {

// Rows: {0: 4, 1: 1}, {0: 1}, {2: 2}, {}.
const std::vector<std::uint64_t> kBegin{0, 2, 3, 4, 4};
const std::vector<std::uint32_t> kIds{0, 1, 0, 2};
const std::vector<float> kValues{4, 1, 1, 2};
const SparseView kRows{kBegin, kIds, kValues, 3};

TEST(EntryWeights, OfTfIdfAreRootOfTheValueTimesLogOfRarity) {
  const SparseRows weighted = EntryWeights(kRows, {Weighting::kTfIdf}).weigh(kRows);
  EXPECT_EQ(weighted.ids, kIds);
  EXPECT_EQ(weighted.begin, kBegin);
  EXPECT_FLOAT_EQ(weighted.values[0], static_cast<float>(2 * std::log(4.0 / 3)));
  EXPECT_FLOAT_EQ(weighted.values[1], static_cast<float>(std::log(4.0 / 2)));
  EXPECT_FLOAT_EQ(weighted.values[3], static_cast<float>(std::sqrt(2.0) * std::log(4.0 / 2)));
}

TEST(EntryWeights, OfBm25SaturateAndHoldLengthAgainstARow) {
  const SparseRows weighted = EntryWeights(kRows, {Weighting::kBm25, 1.2, 0.75}).weigh(kRows);
  const double half = 1.2 * (0.25 + 0.75 * 5 / 2);  // row 0 is 5 long, 2 on average
  EXPECT_FLOAT_EQ(weighted.values[0], static_cast<float>(4 * 2.2 / (half + 4) * std::log(4.0 / 3)));
  EXPECT_FLOAT_EQ(weighted.values[1], static_cast<float>(1 * 2.2 / (half + 1) * std::log(4.0 / 2)));
}

TEST(EntryWeights, DropWhatEveryRowHas) {
  const std::vector<std::uint64_t> begin{0, 1, 3};
  const std::vector<std::uint32_t> ids{0, 0, 1};
  const std::vector<float> values{1, 1, 1};
  const SparseView rows{begin, ids, values, 2};
  const SparseRows weighted = EntryWeights(rows, {Weighting::kTfIdf}).weigh(rows);
  EXPECT_TRUE(weighted.ids.empty());  // log(2 / 3) < 0, log(2 / 2) = 0
  EXPECT_EQ(weighted.begin, (std::vector<std::uint64_t>{0, 0, 0}));
}

TEST(EntryWeights, WeighARowNeverSeenLikeOneThatWas) {
  const EntryWeights weights(kRows, {Weighting::kBm25});
  EntryWeights::Row row;
  weights.weigh(kRows.row_ids(0), kRows.row_values(0), row);
  const SparseRows all = weights.weigh(kRows);
  EXPECT_EQ(row.values, std::vector<float>(all.values.begin(), all.values.begin() + 2));
}

}  // namespace
}  // namespace perennial::models
