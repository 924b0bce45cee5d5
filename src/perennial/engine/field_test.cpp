#include "perennial/engine/field.h"

#include <gtest/gtest.h>

namespace perennial::engine {
namespace {

struct Input {
  std::filesystem::path shop;
  std::int64_t customers = 1000;
  std::optional<Day> split;
  std::vector<std::string> tags;
  bool dry_run = false;
  std::string format = "csv";
};

std::vector<Field<Input>> fields() {
  return {
      field("shop", &Input::shop, "folder of the shop").as_positional(),
      field("customers", &Input::customers, "how many").between(1, 10),
      field("split", &Input::split, "first day of the holdout"),
      field("tag", &Input::tags, "a tag"),
      field("dry_run", &Input::dry_run, "write nothing"),
      field("format", &Input::format, "of the file").one_of({"csv", "parquet"}),
  };
}

TEST(Field, DescribesTypeAndDefault) {
  const auto all = fields();
  EXPECT_TRUE(all[0].positional && all[0].required);
  EXPECT_EQ(all[0].type, FieldType::kPath);
  EXPECT_EQ(all[1].default_value, "1000");
  EXPECT_EQ(all[2].type, FieldType::kDay);
  EXPECT_TRUE(all[3].repeated);
  EXPECT_EQ(all[4].type, FieldType::kFlag);
}

TEST(Field, AssignsByType) {
  const auto all = fields();
  Input input;
  all[1].assign(input, "7");
  all[2].assign(input, "2011-09-01");
  all[3].assign(input, "a");
  all[3].assign(input, "b");
  all[4].assign(input, "true");
  EXPECT_EQ(input.customers, 7);
  EXPECT_EQ(input.split, parse_day("2011-09-01"));
  EXPECT_EQ(input.tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(input.dry_run);
}

TEST(Field, RefusesByNameAndSaysWhatItNeeds) {
  const auto all = fields();
  Input input;
  const auto message = [&](std::size_t index, std::string_view text) {
    try {
      all[index].assign(input, text);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message(1, "11"), "customers is \"11\", needs a value from 1 to 10");
  EXPECT_EQ(message(1, "x"), "customers is \"x\", needs a whole number");
  EXPECT_EQ(message(2, "yesterday"), "split is \"yesterday\", needs a date such as 2011-09-01");
  EXPECT_EQ(message(5, "xls"), "format is \"xls\", needs one of csv, parquet");
}

}  // namespace
}  // namespace perennial::engine
