#include "perennial/models/recommend/selection.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace perennial::models {
namespace {

TEST(Selection, IsTheFrontOfTheSortedCandidates) {
  EXPECT_TRUE(rc::check("sort", [](const std::vector<std::uint8_t>& scores) {
    const auto limit = *rc::gen::inRange<std::size_t>(0, 9);
    Selection selection(limit);
    std::vector<Selection::Candidate> all;
    for (std::uint32_t id = 0; id < scores.size(); ++id) {
      const double score = scores[id] % 5;  // many ties
      selection.offer(id, score);
      all.push_back({score, id});
    }
    std::sort(all.begin(), all.end(), Selection::better);
    if (limit != 0 && all.size() > limit) all.resize(limit);
    const auto chosen = selection.sorted();
    RC_ASSERT(chosen.size() == all.size());
    for (std::size_t k = 0; k < all.size(); ++k) {
      RC_ASSERT(chosen[k].id == all[k].id);
      RC_ASSERT(chosen[k].score == all[k].score);
    }
  }));
}

TEST(Selection, StartsAnewAfterClear) {
  Selection selection(1);
  for (const std::uint32_t id : {0U, 1U, 2U}) selection.offer(id, 9);
  EXPECT_EQ(selection.sorted().size(), 1U);
  selection.clear();
  selection.offer(5, 1);
  ASSERT_EQ(selection.sorted().size(), 1U);
  EXPECT_EQ(selection.sorted()[0].id, 5U);
}

}  // namespace
}  // namespace perennial::models
