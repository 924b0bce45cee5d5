#include "perennial/models/learn/boosted_trees.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

// Three columns: the first decides, the second is sometimes missing and matters when it is, the third is noise.
struct Data {
  std::vector<float> values;
  std::vector<double> rate;
  std::vector<float> acted, count, amount;

  FeatureMatrix features() const { return {rate.size(), 3, values}; }
};

Data simulated(std::size_t n, std::uint64_t seed) {
  RandomStream random(seed, 0);
  Data data;
  for (std::size_t i = 0; i < n; ++i) {
    const double decides = random.uniform();
    const bool missing = random.bernoulli(0.3);
    data.values.push_back(static_cast<float>(decides));
    data.values.push_back(missing ? std::nanf("") : static_cast<float>(random.uniform()));
    data.values.push_back(static_cast<float>(random.normal()));
    const double rate = (decides > 0.5 ? 2.0 : 0.3) * (missing ? 0.5 : 1);
    data.rate.push_back(rate);
    data.acted.push_back(random.bernoulli(1 - std::exp(-rate)) ? 1 : 0);
    data.count.push_back(static_cast<float>(random.poisson(rate)));
    data.amount.push_back(static_cast<float>(random.gamma(3, 3 / rate)));
  }
  return data;
}

class BoostedTreesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!boosted_trees_available()) GTEST_SKIP() << "this build has no XGBoost";
  }
};

std::string bytes_of(const BoostedTrees& trees) {
  ByteWriter writer;
  trees.save(writer);
  return writer.bytes();
}

TEST_F(BoostedTreesTest, FindWhatDecidesForEachGoal) {
  const Data learnt = simulated(12000, 1);
  const Data fresh = simulated(2000, 2);
  const auto error = [&](std::span<const float> target, BoostingGoal goal, auto truth) {
    const CrossFitted fitted = cross_fit(learnt.features(), target, goal, 4, {}, {});
    const std::vector<double> said = fitted.model.predict(fresh.features(), {});
    double off = 0;
    for (std::size_t i = 0; i < said.size(); ++i) off += std::fabs(said[i] - truth(fresh.rate[i]));
    return off / static_cast<double>(said.size());
  };
  EXPECT_LT(error(learnt.acted, BoostingGoal::kProbability,
                  [](double rate) { return 1 - std::exp(-rate); }),
            0.03);
  EXPECT_LT(error(learnt.count, BoostingGoal::kCount, [](double rate) { return rate; }), 0.08);
  EXPECT_LT(error(learnt.amount, BoostingGoal::kAmount, [](double rate) { return rate; }), 0.06);
}

TEST_F(BoostedTreesTest, LearnAnOrderInsideGroups) {
  // What is wanted is the row with the highest first column of its group, whatever the other groups' are.
  constexpr std::size_t kGroups = 300;
  constexpr std::size_t kRows = 8;
  RandomStream random(4, 0);
  std::vector<float> values, wanted;
  std::vector<std::uint64_t> begin{0};
  for (std::size_t g = 0; g < kGroups; ++g) {
    std::size_t best = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      values.push_back(static_cast<float>(random.uniform()));
      values.push_back(static_cast<float>(random.normal()));
      if (values[2 * (g * kRows + row)] > values[2 * (g * kRows + best)]) best = row;
    }
    for (std::size_t row = 0; row < kRows; ++row) wanted.push_back(row == best ? 1 : 0);
    begin.push_back(wanted.size());
  }
  const FeatureMatrix features{wanted.size(), 2, values};
  const BoostedTrees trees = BoostedTrees::train_ranking(features, wanted, begin, {}, Threads{1});
  const std::vector<double> said = trees.predict(features, {});
  std::size_t right = 0;
  for (std::size_t g = 0; g < kGroups; ++g) {
    const auto first = said.begin() + static_cast<std::ptrdiff_t>(begin[g]);
    const auto top = std::max_element(first, first + kRows) - said.begin();
    right += wanted[static_cast<std::size_t>(top)] > 0 ? 1U : 0U;
  }
  EXPECT_GT(right, kGroups * 4 / 5);  // by chance an eighth
  for (const int threads : {2, 8})
    EXPECT_EQ(bytes_of(BoostedTrees::train_ranking(features, wanted, begin, {}, Threads{threads})),
              bytes_of(trees));
}

TEST_F(BoostedTreesTest, OutOfFoldAnswersKeepTheMeanAndDoNotKnowTheRow) {
  Data data = simulated(3000, 3);
  RandomStream random(4, 0);
  for (float& acted : data.acted) acted = random.bernoulli(0.3) ? 1 : 0;  // nothing to learn
  const CrossFitted fitted =
      cross_fit(data.features(), data.acted, BoostingGoal::kProbability, 4, {}, {});
  const double mean = std::accumulate(data.acted.begin(), data.acted.end(), 0.0) / 3000;
  double with_outcome = 0, sum = 0;
  for (std::size_t i = 0; i < 3000; ++i) {
    sum += fitted.out_of_fold[i];
    with_outcome += (fitted.out_of_fold[i] - mean) * (data.acted[i] - mean);
  }
  EXPECT_NEAR(sum / 3000, mean, 0.01);
  EXPECT_LT(with_outcome / 3000, 0.002);
}

TEST_F(BoostedTreesTest, ContributionsAddUpToTheAnswerAndNameWhatDecides) {
  const Data data = simulated(2000, 5);
  const BoostedTrees trees =
      BoostedTrees::train(data.features(), data.acted, BoostingGoal::kProbability, 40, {});
  const std::vector<double> said = trees.predict(data.features(), {});
  const std::vector<float> parts = trees.contributions(data.features(), {});
  double first = 0, third = 0;
  for (std::size_t i = 0; i < said.size(); ++i) {
    double log_odds = 0;
    for (std::size_t j = 0; j < 4; ++j) log_odds += parts[4 * i + j];
    EXPECT_NEAR(1 / (1 + std::exp(-log_odds)), said[i], 1e-5);
    first += std::fabs(parts[4 * i]);
    third += std::fabs(parts[4 * i + 2]);
  }
  EXPECT_GT(first, 5 * third);
}

TEST_F(BoostedTreesTest, AreTheSameForEveryNumberOfThreadsAndAfterLoading) {
  const Data data = simulated(20000, 6);
  const CrossFitted one =
      cross_fit(data.features(), data.count, BoostingGoal::kCount, 4, {}, Threads{1});
  const auto said = one.model.predict(data.features(), Threads{1});
  for (const int threads : {2, 8}) {
    const CrossFitted many =
        cross_fit(data.features(), data.count, BoostingGoal::kCount, 4, {}, Threads{threads});
    EXPECT_EQ(bytes_of(many.model), bytes_of(one.model));
    EXPECT_EQ(many.out_of_fold, one.out_of_fold);
    EXPECT_EQ(many.model.predict(data.features(), Threads{threads}), said);
  }
  const std::string bytes = bytes_of(one.model);
  ByteReader reader(bytes);
  const BoostedTrees loaded = BoostedTrees::load(reader);
  EXPECT_EQ(loaded.predict(data.features(), {}), said);
  EXPECT_EQ(bytes_of(loaded), bytes);
}

TEST_F(BoostedTreesTest, TakeOneRowAndOneColumn) {
  const std::vector<float> value{2};
  const BoostedTrees trees =
      BoostedTrees::train({1, 1, value}, std::vector<float>{5}, BoostingGoal::kAmount, 3, {});
  EXPECT_NEAR(trees.predict({1, 1, value}, {})[0], 5, 1e-3);
}

TEST_F(BoostedTreesTest, NameWhatTheyCannotTake) {
  const Data data = simulated(50, 7);
  const BoostedTrees trees =
      BoostedTrees::train(data.features(), data.acted, BoostingGoal::kProbability, 2, {});
  EXPECT_THROW(trees.predict({75, 2, data.values}, {}), Error);
  EXPECT_THROW(
      BoostedTrees::train({50, 2, data.values}, data.acted, BoostingGoal::kProbability, 2, {}),
      Error);
  ByteWriter writer;
  writer.scalar<std::uint64_t>(3);
  writer.scalar<std::int32_t>(2);
  writer.text("not XGBoost's");
  ByteReader reader(writer.bytes());
  EXPECT_THROW(BoostedTrees::load(reader), Error);
}

}  // namespace
}  // namespace perennial::models
