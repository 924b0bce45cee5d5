// The importers on the real files that lie beside the project, where they do.
#include "perennial/store/import/import_testing.h"

namespace perennial::store {
namespace {

using RealDataSlow = ImportTest;
using RealData = ImportTest;

std::filesystem::path shared(std::string_view name) {
  return std::filesystem::path(PERENNIAL_SHARED_DATA) / name;
}

TEST_F(RealDataSlow, OnlineRetailHasItsKnownFigures) {
  const auto file = shared("online_retail.parquet");
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not here";
  const ImportReport report = import({file});
  EXPECT_EQ(report.format, "online_retail");
  EXPECT_EQ(report.rows_read, 531'282);
  EXPECT_EQ(rejects(report), "");
  EXPECT_EQ(row("SELECT count(*), sum(amount)::DECIMAL(18, 2), count(DISTINCT customer_id), "
                "count(*) FILTER "
                "(customer_id IS NULL), count(*) FILTER (unit_price = 0), count(DISTINCT "
                "order_id), count(DISTINCT item_id), min(currency) FROM order_lines"),
            "531282 10655622.48 4339 133358 1179 20725 3940 GBP");
  EXPECT_EQ(row("SELECT min(time), max(time) FROM order_lines"),
            "2010-12-01 08:26:00 2011-12-09 12:50:00");
  EXPECT_EQ(row("SELECT name, hidden FROM items WHERE item_id = '85123A'"),
            "WHITE HANGING HEART T-LIGHT HOLDER -");
  EXPECT_EQ(row("SELECT name, hidden FROM items WHERE item_id = 'POST'"), "POSTAGE true");
  EXPECT_EQ(facts(import({file})), "items 0/3940, order_lines 0/531282");
}

TEST_F(RealData, CdnowSampleHasItsKnownFigures) {
  const auto file = shared("CDNOW_sample.txt");
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not here";
  const ImportReport report = import({file});
  EXPECT_EQ(report.format, "cdnow");
  EXPECT_EQ(rejects(report), "");
  EXPECT_EQ(row("SELECT count(*), count(DISTINCT customer_id), count(DISTINCT order_id), "
                "min(time)::DATE, max(time)::DATE, min(currency) FROM order_lines"),
            "6919 2357 6919 1997-01-01 1998-06-30 USD");
  EXPECT_EQ(row("SELECT customer_id, time::DATE, quantity, amount FROM order_lines WHERE "
                "customer_id = '00004' ORDER BY time LIMIT 1"),
            "00004 1997-01-01 2.000 29.330000");
  EXPECT_EQ(facts(import({file})), "items 0/1, order_lines 0/6919");
}

}  // namespace
}  // namespace perennial::store
