#include "perennial/journey/features.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/journey/sql.h"
#include "perennial/journey/sql_text.h"

namespace perennial::journey {
namespace {

using enum FeatureUnit;

// In the order of sql/features.sql.
constexpr std::array kFeatures = {
    Feature{"purchases", kCount, "purchase days so far"},
    Feature{"days_since_last_purchase", kDays, "days since the last purchase"},
    Feature{"days_since_first_purchase", kDays, "days since the first purchase"},
    Feature{"purchases_a_year", kRatio, "purchase days a year so far"},
    Feature{"purchases_91", kCount, "purchase days in the last 91 days"},
    Feature{"purchases_365", kCount, "purchase days in the last year"},
    Feature{"purchases_trend", kCount,
            "purchase days in the last 91 days less those in the 91 before"},
    Feature{"mean_gap_days", kDays, "days between purchases, on average"},
    Feature{"gap_variation", kRatio, "variation of the gaps between purchases"},
    Feature{"overdue", kRatio, "silence in usual gaps"},
    Feature{"spend", kMoney, "spend so far"},
    Feature{"mean_spend", kMoney, "spend per purchase day"},
    Feature{"first_spend", kMoney, "spend on the first purchase day"},
    Feature{"last_spend", kMoney, "spend on the last purchase day"},
    Feature{"spend_91", kMoney, "spend in the last 91 days"},
    Feature{"spend_365", kMoney, "spend in the last year"},
    Feature{"items", kCount, "different items bought"},
    Feature{"departments", kCount, "departments bought from"},
    Feature{"categories", kCount, "categories bought from"},
    Feature{"units_per_item", kRatio, "units per item and day"},
    Feature{"repeat_item_share", kRatio,
            "share of item purchases that were of an item bought before"},
    Feature{"items_per_order", kRatio, "items per order"},
    Feature{"coupon_share", kRatio, "share of orders with a coupon"},
    Feature{"returned_share", kRatio, "share of the amount bought that was returned"},
    Feature{"sessions_28", kCount, "visits in the last 28 days"},
    Feature{"sessions_91", kCount, "visits in the last 91 days"},
    Feature{"sessions", kCount, "visits so far"},
    Feature{"days_since_browse", kDays, "days since the last visit"},
    Feature{"days_to_first_purchase", kDays, "days from registration to the first purchase"},
    Feature{"channel_came_back", kRatio, "share of the channel's buyers who came back"},
    Feature{"country_came_back", kRatio, "share of the country's buyers who came back"},
};

std::string columns() {
  std::string text = "customer_id";
  for (const Feature& feature : kFeatures)
    text += fmt::format(", CAST({0} AS DOUBLE) AS {0}", feature.name);
  return text;
}

std::string net_days(Day as_of) {
  return fill_sql(kNetPurchaseDaysSql,
                  {{"start", sql_date(kFirstDay)}, {"as_of", sql_date(as_of)}});
}

std::string features_sql(Day as_of) {
  return fmt::format(
      "SELECT {} FROM ({}) features ORDER BY customer_id", columns(),
      fill_sql(kFeaturesSql, {{"as_of", sql_date(as_of)}, {"net_purchase_days", net_days(as_of)}}));
}

FeatureTable read(store::Result rows) {
  FeatureTable table;
  constexpr std::size_t kColumns = kFeatures.size();
  while (rows.next()) {
    const std::size_t begin = table.values.size();
    table.values.resize(begin + rows.rows() * kColumns);
    for (std::size_t row = 0; row < rows.rows(); ++row)
      table.customer_ids.emplace_back(rows.text(0, row));
    for (std::size_t j = 0; j < kColumns; ++j) {
      const auto column = rows.column<double>(j + 1);
      for (std::size_t row = 0; row < rows.rows(); ++row)
        table.values[begin + row * kColumns + j] = rows.is_null(j + 1, row)
                                                       ? std::numeric_limits<float>::quiet_NaN()
                                                       : static_cast<float>(column[row]);
    }
  }
  return table;
}

}  // namespace

std::span<const Feature> features() { return kFeatures; }

FeatureTable feature_table(store::Connection& connection, Day as_of) {
  return read(connection.query(features_sql(as_of)));
}

void write_features(store::Connection& connection, Day as_of) {
  connection.run(
      fmt::format("CREATE OR REPLACE TABLE derived.features AS {}", features_sql(as_of)));
}

FeatureTable written_features(store::Connection& connection, std::string_view customer) {
  store::Statement statement =
      connection.prepare("SELECT * FROM derived.features WHERE customer_id = $1");
  return read(statement.bind(customer).query());
}

PurchaseSequences purchase_sequences(store::Connection& connection, Day as_of) {
  store::Result rows =
      connection.query(fmt::format("SELECT customer_id, day, CAST(amount AS DOUBLE) AS amount FROM "
                                   "({}) net ORDER BY customer_id, day",
                                   net_days(as_of)));
  PurchaseSequences out;
  std::string customer;
  while (rows.next()) {
    const auto days = rows.column<std::int32_t>(1);
    const auto amounts = rows.column<double>(2);
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      if (out.begin.size() == 1 || rows.text(0, row) != customer) {
        customer = rows.text(0, row);
        out.begin.push_back(out.days_before.size());
      }
      out.days_before.push_back(static_cast<float>(as_of - Day{days[row]}));
      out.amount.push_back(static_cast<float>(amounts[row]));
      out.begin.back() = out.days_before.size();
    }
  }
  return out;
}

}  // namespace perennial::journey
