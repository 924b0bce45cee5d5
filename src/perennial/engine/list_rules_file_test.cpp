#include "perennial/engine/list_rules_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "perennial/base/files.h"
#include "perennial/engine/small_shop_testing.h"

namespace perennial::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ListRulesFile : public SmallShop {
 protected:
  std::filesystem::path file(std::string_view text) {
    const std::filesystem::path path = folder_ / "rules.toml";
    write_file(path, text);
    return path;
  }
  std::string refusal(std::string_view text) {
    try {
      read_list_rules(file(text));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
      return error.what();
    }
    return "accepted";
  }
};

TEST_F(ListRulesFile, SaysEveryRule) {
  const NamedRules named = read_list_rules(
      file("least_price = 5\nmost_price = 9.5\nleast_margin = 0.1\nonly_categories = [\"Home\"]\n"
           "no_categories = [\"Home/Gifts\"]\nmost_per_brand = 2\nmost_per_category = 3\n"
           "relevance = 0.8\nexploration_slots = 1\ndue_share = 0.5\n[[pinned]]\nitem = \"a\"\n"
           "place = 2\n[[promoted]]\nitem = \"b\"\nfactor = 1.5\n"));
  EXPECT_EQ(named.rules.least_price, 5);
  EXPECT_EQ(named.rules.most_price, 9.5);
  EXPECT_EQ(named.rules.least_margin, 0.1);
  EXPECT_THAT(named.only_categories, ElementsAre("Home"));
  EXPECT_THAT(named.no_categories, ElementsAre("Home/Gifts"));
  EXPECT_EQ(named.rules.most_per_brand, 2U);
  EXPECT_EQ(named.rules.most_per_category, 3U);
  EXPECT_EQ(named.rules.relevance, 0.8);
  EXPECT_EQ(named.rules.exploration_slots, 1U);
  EXPECT_EQ(named.rules.due_share, 0.5);
  EXPECT_EQ(named.pinned.at(0).place, 2U);
  EXPECT_EQ(named.promoted.at(0).factor, 1.5);
}

TEST_F(ListRulesFile, OfNothingAreNoRules) {
  const NamedRules named = read_list_rules(file(""));
  EXPECT_FALSE(named.rules.least_price);
  EXPECT_EQ(named.rules.relevance, 1);
}

TEST_F(ListRulesFile, NamesTheLineAndTheWayOut) {
  EXPECT_THAT(refusal("a = = 1\n"), HasSubstr("rules.toml line 1: "));
  EXPECT_THAT(refusal("\nleast_prise = 1\n"),
              HasSubstr("line 2: \"least_prise\" is no rule; there"));
  EXPECT_THAT(refusal("relevance = 2\n"),
              HasSubstr("line 1: relevance must be a number from 0 to 1"));
  EXPECT_THAT(refusal("most_per_brand = 1.5\n"), HasSubstr("must be a whole number from 0 to 100"));
  EXPECT_THAT(refusal("only_categories = \"Home\"\n"), HasSubstr("must be a list of texts"));
  EXPECT_THAT(refusal("[[pinned]]\nitem = \"a\"\n"), HasSubstr("place is missing"));
  EXPECT_THAT(refusal("least_price = 3\nmost_price = 2\n"),
              HasSubstr("least_price is above most_price"));
  EXPECT_THAT(refusal("exploration = \"old\"\n"),
              HasSubstr("line 1: exploration must be \"any\" or \"new_items\""));
  EXPECT_THAT(refusal("exploration = 1\n"), HasSubstr("exploration must be"));
}

TEST_F(ListRulesFile, RulesOfTheFileHoldInTheListsOfTheShop) {
  order_for_a_year(120);
  import_orders();
  Run::Input input;
  input.rules = file("most_price = 0.01\n");
  EXPECT_THAT(run(input).notes, ::testing::Contains(HasSubstr("no item that may be recommended")));
  EXPECT_EQ(value<std::int64_t>("SELECT count(*) FROM derived.recommendations"), 0);
  input.rules = file(
      "exploration_slots = 1\n[[pinned]]\nitem = \"item2\"\nplace = 1\n"
      "[[pinned]]\nitem = \"no such item\"\nplace = 2\n");
  const Run::Output pinned = run(input);
  EXPECT_THAT(pinned.notes, ::testing::Contains(HasSubstr("item \"no such item\"")));
  EXPECT_GT(value<std::int64_t>("SELECT count(*) FROM derived.recommendations WHERE reason = "
                                "'pinned' AND item_id = 'item2' AND rank = 1"),
            0);
  EXPECT_EQ(value<std::int64_t>("SELECT count(*) FROM derived.recommendations WHERE propensity <= "
                                "0 OR propensity > 1"),
            0);
}

// Customers of tea are offered the new tea, customers of mugs the new mug, and never anything else that is new; what each draw's
// chance was is what the list says.
TEST_F(ListRulesFile, NewItemsAreExploredByTheirWords) {
  const Day start = *parse_day("2024-01-01");
  for (int c = 0; c < 60; ++c)
    for (int k = 0; k < 4; ++k)
      order(fmt::format("c{:02}", c), start + 60 * k + c, fmt::format("{}{}", c % 2, (c + k) % 5),
            5);
  import_orders();
  std::string items = "event_id,item_id,time,name\n";
  for (int k = 0; k < 7; ++k)
    items += fmt::format("t{0},0{0},2024-01-01,green tea\nm{0},1{0},2024-01-01,blue mug\n", k);
  import_csv("items.csv", items + "s,sock,2024-01-01,warm sock\n");
  Run::Input input;
  input.rules = file("exploration_slots = 1\nexploration = \"new_items\"\n");
  run(input);
  const auto count = [&](std::string_view where) {
    return value<std::int64_t>(
        fmt::format("SELECT count(*) FROM derived.recommendations WHERE {}", where));
  };
  EXPECT_EQ(count("reason = 'explored'"), 60);
  EXPECT_EQ(count("reason = 'explored' AND item_id IN ('05', '06', '15', '16')"), 60);
  EXPECT_EQ(
      count("reason = 'explored' AND substr(item_id, 1, 1) <> CAST(CAST(substr(customer_id, 2) "
            "AS INTEGER) % 2 AS VARCHAR)"),
      0);
  // Two may be drawn, the first with twice the chance of the second.
  EXPECT_EQ(
      count("reason = 'explored' AND abs(propensity - 2 / 3.0) > 1e-9 AND abs(propensity - 1 / "
            "3.0) > 1e-9"),
      0);
  EXPECT_GT(count("reason = 'explored' AND propensity > 0.5"), 25);
  EXPECT_GT(count("reason = 'explored' AND propensity < 0.5"), 5);
  EXPECT_EQ(count("reason = 'explored' AND because IS NULL"), 0);
}

TEST_F(ListRulesFile, AShopWithoutNewItemsExploresAnyAndSaysSo) {
  order_for_a_year(60);
  import_orders();
  Run::Input input;
  input.rules = file("exploration_slots = 1\nexploration = \"new_items\"\n");
  EXPECT_THAT(run(input).notes,
              ::testing::Contains(HasSubstr("every item that may be shown was bought already")));
  EXPECT_GT(value<std::int64_t>("SELECT count(*) FROM derived.recommendations WHERE reason = "
                                "'explored'"),
            0);
}

}  // namespace
}  // namespace perennial::engine
