#include "perennial/models/recommend/sessions/session_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace perennial::models {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SessionIndex indexed(const SessionRows& rows, SessionIndex::Limits limits) {
  return SessionIndex(limits).with(rows.view(), 4);
}

TEST(SessionIndex, NumbersSessionsByTimeAndListsTheMostRecentFirst) {
  SessionRows rows;
  rows.append(std::vector<std::uint32_t>{2, 0, 2}, {300});
  rows.append(std::vector<std::uint32_t>{0, 1}, {100});
  rows.append(std::vector<std::uint32_t>{0}, {200});
  rows.append({}, {400});
  const SessionIndex index = indexed(rows, {.most_recent = 5, .longest = 5});
  ASSERT_EQ(index.size(), 3U);
  EXPECT_THAT(index.items_of(0), ElementsAre(0, 1));
  EXPECT_THAT(index.items_of(2), ElementsAre(0, 2));
  EXPECT_THAT(index.sessions_of(0), ElementsAre(2, 1, 0));
  EXPECT_THAT(index.sessions_of(3), IsEmpty());
}

TEST(SessionIndex, DropsWhatCanNeverBeFoundAgainButKeepsItsCounts) {
  SessionRows rows;
  rows.append(std::vector<std::uint32_t>{0}, {1});
  rows.append(std::vector<std::uint32_t>{0, 1}, {2});
  rows.append(std::vector<std::uint32_t>{0}, {3});
  const SessionIndex index = indexed(rows, {.most_recent = 1, .longest = 5});
  EXPECT_EQ(index.size(), 2U);  // {0, 1} is out of the list of 0, but in that of 1
  EXPECT_THAT(index.sessions_of(0), ElementsAre(1));
  EXPECT_THAT(index.sessions_of(1), ElementsAre(0));
  EXPECT_THAT(index.counts(), ElementsAre(3, 1, 0, 0));
  EXPECT_EQ(index.clicks(), 4U);
}

TEST(SessionIndex, KeepsItemsWhereTheyWereLookedAtLastWhenAsked) {
  SessionRows rows;
  rows.append(std::vector<std::uint32_t>{2, 0, 2, 3, 0}, {1});
  const SessionIndex index =
      indexed(rows, {.most_recent = 5, .longest = 5, .order = ItemOrder::kLastLooks});
  EXPECT_THAT(index.items_of(0), ElementsAre(2, 3, 0));
}

TEST(SessionIndex, LeavesOutSessionsWithTooManyDifferentItems) {
  SessionRows rows;
  rows.append(std::vector<std::uint32_t>{0, 1, 2}, {1});
  rows.append(std::vector<std::uint32_t>{0, 1, 1, 1}, {2});
  const SessionIndex index = indexed(rows, {.most_recent = 5, .longest = 2});
  EXPECT_EQ(index.size(), 1U);
  EXPECT_THAT(index.counts(), ElementsAre(1, 1, 0, 0));
}

}  // namespace
}  // namespace perennial::models
