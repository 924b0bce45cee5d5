#include "perennial/models/recommend/interactions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>

#include "perennial/base/error.h"
#include "perennial/models/recommend/simulated_interactions.h"

namespace perennial::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Log {
  std::size_t customers = 3;
  std::size_t items = 4;
  std::vector<std::uint32_t> customer;
  std::vector<std::uint32_t> item;
  std::vector<double> weight;
  std::vector<Day> day;
  InteractionLog view() const { return {customers, items, customer, item, weight, day}; }
};

std::string message_of(const Log& log) {
  try {
    Interactions::build(log.view());
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Interactions, AddWeightsAndKeepTheLatestDayOfRepeatedPairs) {
  const Log log{.customer = {2, 0, 2, 2},
                .item = {1, 3, 1, 0},
                .weight = {1, 2, 4, 8},
                .day = {{20}, {1}, {10}, {5}}};
  const Interactions built = Interactions::build(log.view());
  EXPECT_EQ(built.customers(), 3U);
  EXPECT_EQ(built.items(), 4U);
  EXPECT_EQ(built.size(), 3U);
  EXPECT_THAT(built.items_of(0), ElementsAre(3));
  EXPECT_TRUE(built.items_of(1).empty());
  EXPECT_THAT(built.items_of(2), ElementsAre(0, 1));
  EXPECT_THAT(built.weights_of(2), ElementsAre(8, 5));
  EXPECT_THAT(built.last_days_of(2), ElementsAre(Day{5}, Day{20}));
}

TEST(Interactions, AgreeWithAMapOfAllRecords) {
  EXPECT_TRUE(rc::check("map", [](const std::vector<std::uint16_t>& raw) {
    Log log;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<double, Day>> expected;
    for (const std::uint16_t r : raw) {
      const Day day{r % 7};
      log.customer.push_back(r % 3);
      log.item.push_back(r / 3 % 4);
      log.weight.push_back(1 + r % 5);
      log.day.push_back(day);
      auto& [weight, last] = expected[{r % 3, r / 3 % 4}];
      weight += 1 + r % 5;
      last = std::max(last, day);
    }
    const Interactions built = Interactions::build(log.view());
    RC_ASSERT(built.size() == expected.size());
    auto next = expected.begin();
    for (std::uint32_t c = 0; c < 3; ++c) {
      for (std::size_t k = 0; k < built.items_of(c).size(); ++k, ++next) {
        RC_ASSERT(next->first == std::pair(c, built.items_of(c)[k]));
        RC_ASSERT(static_cast<double>(built.weights_of(c)[k]) == next->second.first);
        RC_ASSERT(built.last_days_of(c)[k] == next->second.second);
      }
    }
  }));
}

TEST(Interactions, DoNotDependOnTheOrderOfTheRecordsOrTheThreads) {
  SimulatedInteractions shop = simulate_interactions(200, 40, 8, 5);
  for (double& weight : shop.weight) weight *= 0.1;  // sums that round
  const Interactions built = Interactions::build(shop.log(), {1});
  for (const int threads : {2, 8}) EXPECT_EQ(Interactions::build(shop.log(), {threads}), built);
  std::reverse(shop.customer.begin(), shop.customer.end());
  std::reverse(shop.item.begin(), shop.item.end());
  std::reverse(shop.weight.begin(), shop.weight.end());
  std::reverse(shop.day.begin(), shop.day.end());
  EXPECT_EQ(Interactions::build(shop.log(), {2}), built);
}

TEST(Interactions, RefuseBadRecordsByName) {
  const Log good{.customer = {0}, .item = {0}, .weight = {1}, .day = {{0}}};
  EXPECT_EQ(message_of(good), "accepted");
  Log log = good;
  log.customer = {3};
  EXPECT_THAT(message_of(log), HasSubstr("record 0: customer is 3, needs to be below 3"));
  log = good;
  log.item = {4};
  EXPECT_THAT(message_of(log), HasSubstr("record 0: item is 4, needs to be below 4"));
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), 1e300,
                           std::numeric_limits<double>::infinity()}) {
    log = good;
    log.weight = {bad};
    EXPECT_THAT(message_of(log), HasSubstr("record 0: weight is")) << bad;
  }
  log = good;
  log.day.clear();
  EXPECT_THAT(message_of(log), HasSubstr("columns differ in length"));
}

TEST(Interactions, RefuseSumsBeyondTheirRange) {
  const Log log{.customer = {0, 0}, .item = {0, 0}, .weight = {3e38, 3e38}, .day = {{0}, {0}}};
  EXPECT_THAT(message_of(log), HasSubstr("customer 0, item 0: weights add up to 6e+38"));
}

TEST(Interactions, GiveTheRowsOfSomeCustomersAndItems) {
  const std::vector<std::uint32_t> customer = {0, 0, 1, 2}, item = {0, 2, 1, 2};
  const std::vector<double> weight = {1, 2, 3, 4};
  const std::vector<Day> day = {Day{5}, Day{6}, Day{7}, Day{8}};
  const Interactions all = Interactions::build({3, 3, customer, item, weight, day});
  const std::vector<std::uint32_t> rows = {2, 0};
  const Interactions both = rows_of(all, rows);
  ASSERT_EQ(both.customers(), 2U);
  EXPECT_EQ(both.last_days_of(0)[0], Day{8});
  EXPECT_EQ(both.items_of(1).size(), 2U);
  const std::vector<std::uint8_t> kept = {0, 1, 1};
  EXPECT_EQ(rows_of(all, rows, kept).items_of(1).size(), 1U);
  EXPECT_EQ(rows_of(all, rows, kept).weights_of(1)[0], 2);
}

TEST(Interactions, AreTheSameAfterSaveAndLoad) {
  const Interactions built = Interactions::build(simulate_interactions(50, 20, 5, 1).log());
  ByteWriter writer;
  built.save(writer);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(Interactions::load(reader), built);
  EXPECT_TRUE(reader.done());
}

TEST(SparseRows, TransposedTwiceAreTheSame) {
  const Interactions built = Interactions::build(simulate_interactions(50, 20, 5, 2).log());
  const SparseRows once = transpose(built.view());
  EXPECT_EQ(once.view().rows(), built.items());
  const SparseRows twice = transpose(once.view());
  EXPECT_TRUE(std::equal(twice.ids.begin(), twice.ids.end(), built.view().ids.begin()));
  EXPECT_TRUE(std::equal(twice.values.begin(), twice.values.end(), built.view().values.begin()));
  EXPECT_TRUE(std::equal(twice.begin.begin(), twice.begin.end(), built.view().begin.begin()));
}

}  // namespace
}  // namespace perennial::models
