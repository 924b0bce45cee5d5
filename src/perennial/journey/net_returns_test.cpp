#include "perennial/journey/net_returns.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <ostream>
#include <string>

namespace perennial::journey {
namespace {

constexpr std::int64_t kUnit = 1000;
constexpr std::int64_t kEuro = 1'000'000;

Trade bought(std::string_view order, std::string_view item, std::int64_t units,
             std::int64_t price) {
  return {false, order, item, units * kUnit, units * price * kEuro};
}
Trade returned(std::string_view order, std::string_view item, std::int64_t units,
               std::int64_t price) {
  return {true, order, item, units * kUnit, units * price * kEuro};
}

struct Row {
  std::size_t of;
  int purchase;  // -1: unmatched
  std::int64_t units, euros;
  bool operator==(const Row&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.of << " from " << row.purchase << ": " << row.units << " for " << row.euros;
}

std::vector<Row> net(const std::vector<Trade>& trades) {
  std::vector<Row> rows;
  for (const ReturnMatch& m : net_returns(trades)) {
    rows.push_back({m.return_index, m.purchase_index ? static_cast<int>(*m.purchase_index) : -1,
                    m.units / kUnit, m.amount / kEuro});
  }
  return rows;
}

using Rows = std::vector<Row>;

TEST(NetReturns, TakesFromTheOrderItNames) {
  EXPECT_EQ(
      net({bought("o1", "mug", 2, 5), bought("o2", "mug", 2, 5), returned("o1", "mug", 1, 5)}),
      (Rows{{2, 0, 1, 5}}));
}

TEST(NetReturns, TakesFromTheLatestPurchasesOfTheItem) {
  EXPECT_EQ(net({bought("o1", "mug", 2, 5), bought("o2", "mug", 2, 6), bought("o3", "cup", 9, 1),
                 returned("credit", "mug", 3, 5)}),
            (Rows{{3, 1, 2, 10}, {3, 0, 1, 5}}));
}

TEST(NetReturns, KeepsWhatFindsNothing) {
  EXPECT_EQ(net({returned("credit", "mug", 1, 5), bought("o1", "mug", 1, 5)}),
            (Rows{{0, -1, 1, 5}}));
  EXPECT_EQ(net({bought("o1", "mug", 1, 5), returned("o1", "mug", 3, 5)}),
            (Rows{{1, 0, 1, 5}, {1, -1, 2, 10}}));
}

TEST(NetReturns, NeverTakesMoreThanWasPaid) {
  EXPECT_EQ(net({bought("o1", "mug", 2, 5), returned("credit", "mug", 1, 8),
                 returned("credit", "mug", 1, 8)}),
            (Rows{{1, 0, 1, 8}, {2, 0, 1, 2}, {2, -1, 0, 6}}));
}

TEST(NetReturns, TakesARefundOfAnUnlistedItemFromTheLinesOfItsOrder) {
  EXPECT_EQ(
      net({bought("o1", "mug", 1, 5), bought("o1", "cup", 1, 4), returned("o1", "refund", 1, 7)}),
      (Rows{{2, 0, 0, 5}, {2, 1, 0, 2}}));
}

TEST(NetReturns, TakesAPriceCutWithoutUnitsFromTheLatestPurchases) {
  EXPECT_EQ(net({bought("o1", "mug", 1, 5),
                 bought("o2", "mug", 1, 4),
                 {true, "credit", "mug", 0, 6 * kEuro}}),
            (Rows{{2, 1, 0, 4}, {2, 0, 0, 2}}));
}

// Trades with few orders, items and prices, so that they meet; amounts that do not divide by the units.
std::vector<Trade> any_trades() {
  static const std::string kNames[] = {"o1", "o2", "o3", "credit", "mug", "cup"};
  const auto size = *rc::gen::inRange<std::size_t>(0, 30);
  std::vector<Trade> trades;
  for (std::size_t i = 0; i < size; ++i) {
    const bool back = *rc::gen::inRange(0, 3) == 0;
    trades.push_back({back, kNames[*rc::gen::inRange<std::size_t>(0, back ? 4 : 3)],
                      kNames[*rc::gen::inRange<std::size_t>(4, 6)],
                      *rc::gen::inRange<std::int64_t>(back ? 0 : 1, 6) * 500,
                      *rc::gen::inRange<std::int64_t>(1, 5'000'000)});
  }
  return trades;
}

RC_GTEST_PROP(NetReturns, AddUpToTheReturnAndLeaveNoPurchaseBelowZero, ()) {
  const std::vector<Trade> trades = any_trades();
  std::map<std::size_t, std::int64_t> given_back;
  std::map<std::size_t, std::int64_t> taken;
  std::map<std::size_t, std::int64_t> taken_units;
  for (const ReturnMatch& m : net_returns(trades)) {
    RC_ASSERT(m.amount >= 0 && m.units >= 0);
    given_back[m.return_index] += m.amount;
    if (!m.purchase_index) continue;
    RC_ASSERT(*m.purchase_index < m.return_index);
    taken[*m.purchase_index] += m.amount;
    taken_units[*m.purchase_index] += m.units;
  }
  for (std::size_t i = 0; i < trades.size(); ++i) {
    if (trades[i].is_return) RC_ASSERT(given_back[i] == trades[i].amount);
    RC_ASSERT(taken[i] <= trades[i].amount);
    RC_ASSERT(taken_units[i] <= trades[i].units);
  }
}

RC_GTEST_PROP(NetReturns, AreNotChangedByWhatComesLater, ()) {
  const std::vector<Trade> trades = any_trades();
  const auto cut = *rc::gen::inRange<std::size_t>(0, trades.size() + 1);
  const std::vector<ReturnMatch> all = net_returns(trades);
  const std::vector<ReturnMatch> early = net_returns(std::span(trades).first(cut));
  RC_ASSERT(early.size() <= all.size());
  for (std::size_t i = 0; i < early.size(); ++i) {
    RC_ASSERT(early[i].return_index == all[i].return_index);
    RC_ASSERT(early[i].purchase_index == all[i].purchase_index);
    RC_ASSERT(early[i].amount == all[i].amount);
  }
  if (early.size() < all.size()) RC_ASSERT(all[early.size()].return_index >= cut);
}

}  // namespace
}  // namespace perennial::journey
