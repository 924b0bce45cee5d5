#include "perennial/simulate/ids.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "perennial/base/error.h"

namespace perennial::simulate {
namespace {

TEST(SimulateIds, HoldLetterPersonAndNumber) {
  TextArena texts;
  EXPECT_EQ(make_id(texts, 'e', 0, 0, 5), "e00000000000");
  EXPECT_EQ(make_id(texts, 'e', 33, 31, 2), "e0000110z");
  EXPECT_EQ(customer_id(texts, 41), "C00000042");
  EXPECT_EQ(iso_date(texts, to_day(CivilDate{1987, 3, 2})), "1987-03-02");
}

TEST(SimulateIds, RefuseWhatDoesNotFit) {
  TextArena texts;
  EXPECT_THROW(make_id(texts, 'e', 1ULL << 30, 0, 5), Bug);
  EXPECT_THROW(make_id(texts, 'e', 0, 32, 1), Bug);
  EXPECT_THROW(anonymous_id(texts, 0, 16), Bug);
}

TEST(SimulateIds, NeverRepeatAnAnonymousId) {
  TextArena texts;
  std::set<std::string_view> seen;
  for (std::uint64_t person = 0; person < 3000; ++person) {
    for (std::uint64_t device = 0; device < 2; ++device) {
      const std::string_view id = anonymous_id(texts, person, device);
      EXPECT_EQ(id.size(), 9U);
      EXPECT_TRUE(seen.insert(id).second) << id;
    }
  }
}

TEST(TextArena, KeepsViewsWhenItGrowsAndMoves) {
  TextArena texts;
  std::vector<std::string_view> views;
  for (int i = 0; i < 50'000; ++i)
    views.push_back(texts.keep(std::to_string(i) + " of many texts"));
  const std::string_view wide = texts.keep(std::string(1 << 20, 'x'));
  const TextArena moved = std::move(texts);
  for (int i = 0; i < 50'000; ++i)
    ASSERT_EQ(views[static_cast<std::size_t>(i)], std::to_string(i) + " of many texts");
  EXPECT_EQ(wide, std::string(1 << 20, 'x'));
}

}  // namespace
}  // namespace perennial::simulate
