#include "perennial/journey/return_matches.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "perennial/journey/net_returns.h"
#include "perennial/journey/sql.h"

namespace perennial::journey {
namespace {

struct Party {
  std::string id;
  bool guest = false;
};

// The trades of one party; the views in `trades` are set once all texts are there.
struct PartyTrades {
  std::vector<std::string> order_ids;
  std::vector<std::string> item_ids;
  std::vector<Day> days;
  std::vector<Trade> trades;

  void clear() {
    order_ids.clear();
    item_ids.clear();
    days.clear();
    trades.clear();
  }
};

class MatchWriter {
 public:
  explicit MatchWriter(store::Connection& connection)
      : appender_(connection.append_to("main", "journey_returns", "temp")) {}

  void write(const Party& party, PartyTrades& of) {
    for (std::size_t i = 0; i < of.trades.size(); ++i) {
      of.trades[i].order_id = of.order_ids[i];
      of.trades[i].item_id = of.item_ids[i];
    }
    for (const ReturnMatch& match : net_returns(of.trades)) {
      const std::size_t r = match.return_index;
      customers_.push_back(party.guest ? std::string() : party.id);
      guests_.push_back(party.guest);
      days_.push_back(of.days[r]);
      order_ids_.push_back(of.order_ids[r]);
      matched_.push_back(match.purchase_index.has_value());
      purchase_order_ids_.push_back(match.purchase_index ? of.order_ids[*match.purchase_index]
                                                         : std::string());
      purchase_days_.push_back(of.days[match.purchase_index.value_or(r)]);
      units_.push_back(match.units);
      amounts_.push_back(match.amount);
    }
    if (days_.size() >= 20'000) flush();
  }

  void close() {
    flush();
    appender_.close();
  }

 private:
  void flush() {
    std::vector<std::string_view> customers(days_.size());
    std::vector<std::string_view> purchase_orders(days_.size());
    for (std::size_t i = 0; i < days_.size(); ++i) {
      if (!guests_[i]) customers[i] = customers_[i];
      if (matched_[i]) purchase_orders[i] = purchase_order_ids_[i];
    }
    const store::ColumnData columns[] = {std::span<const std::string_view>(customers),
                                         std::span<const Day>(days_),
                                         std::span<const std::string>(order_ids_),
                                         std::span<const std::string_view>(purchase_orders),
                                         std::span<const Day>(purchase_days_),
                                         std::span<const std::int64_t>(units_),
                                         std::span<const std::int64_t>(amounts_)};
    appender_.append(columns);
    customers_.clear();
    guests_.clear();
    days_.clear();
    order_ids_.clear();
    matched_.clear();
    purchase_order_ids_.clear();
    purchase_days_.clear();
    units_.clear();
    amounts_.clear();
  }

  store::Appender appender_;
  std::vector<std::string> customers_;
  std::vector<bool> guests_;
  std::vector<Day> days_;
  std::vector<std::string> order_ids_;
  std::vector<bool> matched_;
  std::vector<std::string> purchase_order_ids_;
  std::vector<Day> purchase_days_;
  std::vector<std::int64_t> units_;
  std::vector<std::int64_t> amounts_;
};

}  // namespace

void write_return_matches(store::Connection& connection, const SqlValues& values) {
  connection.run(
      "CREATE OR REPLACE TEMP TABLE journey_returns (customer_id VARCHAR, day DATE, order_id "
      "VARCHAR,"
      " purchase_order_id VARCHAR, purchase_day DATE, units DECIMAL(18, 3), amount DECIMAL(18, "
      "6))");
  store::Result rows = connection.query(fill_sql(kTradesSql, values));
  MatchWriter writer(connection);
  Party party;
  PartyTrades trades;
  while (rows.next()) {
    const auto guests = rows.column<bool>(1);
    const auto days = rows.column<std::int32_t>(4);
    const auto is_return = rows.column<bool>(5);
    const auto units = rows.column<std::int64_t>(6);
    const auto amounts = rows.column<std::int64_t>(7);
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      if (guests[row] != party.guest || rows.text(0, row) != party.id) {
        writer.write(party, trades);
        trades.clear();
        party = {std::string(rows.text(0, row)), guests[row]};
      }
      trades.order_ids.emplace_back(rows.text(2, row));
      trades.item_ids.emplace_back(rows.text(3, row));
      trades.days.push_back(Day{days[row]});
      trades.trades.push_back({is_return[row], {}, {}, units[row], amounts[row]});
    }
  }
  writer.write(party, trades);
  writer.close();
}

}  // namespace perennial::journey
