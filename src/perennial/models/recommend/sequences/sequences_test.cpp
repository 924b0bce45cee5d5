#include "perennial/models/recommend/sequences/sequences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace perennial::models {
namespace {

using ::testing::ElementsAre;

TEST(Sequences, PutACustomersItemsInTheOrderOfTheirLastDays) {
  const std::vector<std::uint32_t> customer{0, 0, 0, 0, 2}, item{4, 1, 3, 4, 2};
  const std::vector<double> weight(5, 1.0);
  const std::vector<Day> day{{10}, {30}, {20}, {30}, {5}};
  const Interactions shop = Interactions::build({.customers = 3,
                                                 .items = 5,
                                                 .customer = customer,
                                                 .item = item,
                                                 .weight = weight,
                                                 .day = day});
  const SessionRows all = sequences_of(shop);
  EXPECT_THAT(all.view().items_of(0), ElementsAre(3, 1, 4));  // 1 and 4 on the same day
  EXPECT_TRUE(all.view().items_of(1).empty());
  EXPECT_EQ(all.times[2], to_time(Day{5}));
  const std::vector<std::uint32_t> asked{2, 0};
  const SessionRows some = sequences_of(shop, asked);
  EXPECT_THAT(some.items, ElementsAre(2, 3, 1, 4));
  EXPECT_EQ(some.times[1], to_time(Day{30}));
}

}  // namespace
}  // namespace perennial::models
