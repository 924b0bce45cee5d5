#include "perennial/base/error.h"

#include <gtest/gtest.h>

#include <set>

namespace perennial {
namespace {

TEST(Error, TableHasOneRowPerKindInOrder) {
  std::set<int> exits;
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < error_kinds().size(); ++i) {
    const ErrorKindInfo& row = error_kinds()[i];
    EXPECT_EQ(static_cast<std::size_t>(row.kind), i);
    EXPECT_EQ(info(row.kind).name, row.name);
    EXPECT_GE(row.http_status, 400);
    exits.insert(row.exit_status);
    names.insert(row.name);
  }
  EXPECT_EQ(exits.size(), error_kinds().size());
  EXPECT_EQ(names.size(), error_kinds().size());
}

TEST(Error, CarriesKindAndSentence) {
  try {
    fail(ErrorKind::kBadInput, "row {}: orders is {}, needs at least 1", 17, 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    EXPECT_STREQ(error.what(), "row 17: orders is 0, needs at least 1");
  }
}

TEST(Error, CheckThrowsBugInAllBuilds) { EXPECT_THROW(CHECK(1 + 1 == 3), Bug); }

}  // namespace
}  // namespace perennial
