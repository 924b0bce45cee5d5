#include "perennial/journey/rfm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "perennial/journey/shop_testing.h"

namespace perennial::journey {
namespace {

// The table in `derived.customers` that rfm reads, with buyers of all kinds and ties.
void put_customers(TestShop& shop, int n) {
  shop.connection.run(
      fmt::format("CREATE OR REPLACE TABLE derived.customers AS SELECT 'c' || i AS customer_id, "
                  "DATE '2024-01-01' + (hash(i) % "
                  "30)::INTEGER AS last_order, (1 + (hash(i, 1) % 100)::INTEGER // 40 * (hash(i, "
                  "2) % 9))::BIGINT AS "
                  "purchase_days, (1 + hash(i, 3) % 50)::DOUBLE AS revenue FROM range({}) t(i)",
                  n));
  rfm(shop.connection, day("2024-02-01"));
}

template <std::size_t N>
int rank_of(const std::array<std::string_view, N>& groups, const std::string& group) {
  const auto found = std::find(groups.begin(), groups.end(), group);
  if (found == groups.end()) throw Bug("no such group: " + group);
  return static_cast<int>(found - groups.begin());
}

TEST(Rfm, GivesEveryBuyerScoresAndGroupsAndEqualsTheSame) {
  TestShop shop;
  put_customers(shop, 5000);
  for (const std::string score : {"r", "f", "m", "r3", "f3", "m3"}) {
    const std::string most = score.size() == 1 ? "5" : "3";
    const std::string raw = score[0] == 'r'   ? "recency_days"
                            : score[0] == 'f' ? "frequency"
                                              : "monetary";
    EXPECT_EQ(shop.rows(fmt::format(
                  "SELECT count(*) FROM derived.rfm WHERE {0} IS NULL OR {0} NOT BETWEEN 1 AND {1}",
                  score, most)),
              "0");
    EXPECT_EQ(
        shop.rows(fmt::format(
            "SELECT {0} FROM derived.rfm GROUP BY {0} HAVING count(DISTINCT {1}) > 1", raw, score)),
        "");
  }
  EXPECT_EQ(
      shop.rows(
          "SELECT count(*) FROM derived.rfm WHERE klaviyo_group IS NULL OR shopify_group IS NULL"),
      "0");
  EXPECT_EQ(shop.rows("SELECT DISTINCT frequency FROM derived.rfm WHERE frequency = 1 AND "
                      "shopify_group IN ('loyal', "
                      "'champions', 'active', 'at_risk', 'previously_loyal')"),
            "");
  // Everything the names promise is there in a shop of all kinds.
  EXPECT_EQ(shop.rows("SELECT count(DISTINCT klaviyo_group) FROM derived.rfm"), "6");
  EXPECT_EQ(shop.rows("SELECT count(DISTINCT shopify_group) FROM derived.rfm"), "10");
}

TEST(Rfm, NeverPutsABetterScoreIntoAWorseGroup) {
  TestShop shop;
  put_customers(shop, 5000);
  const auto [r, f, m, one_time, shopify] =
      store::read_columns<std::int32_t, std::int32_t, std::int32_t, bool, std::string>(
          shop.connection,
          "SELECT DISTINCT r, f, m, frequency = 1, shopify_group FROM derived.rfm");
  const auto [r3, f3, m3, one_time3, klaviyo] =
      store::read_columns<std::int32_t, std::int32_t, std::int32_t, bool, std::string>(
          shop.connection,
          "SELECT DISTINCT r3, f3, m3, frequency = 1, klaviyo_group FROM derived.rfm");
  const auto check = [](const auto& a, const auto& b, const auto& c, const auto& once,
                        const auto& groups, const auto& order) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < a.size(); ++j) {
        if (a[i] > a[j] || b[i] > b[j] || c[i] > c[j] || once[i] < once[j]) continue;
        EXPECT_LE(rank_of(order, groups[i]), rank_of(order, groups[j]))
            << a[i] << b[i] << c[i] << " against " << a[j] << b[j] << c[j];
      }
    }
  };
  check(r, f, m, one_time, shopify, kShopifyGroups);
  check(r3, f3, m3, one_time3, klaviyo, kKlaviyoGroups);
}

}  // namespace
}  // namespace perennial::journey
