// One fixture per format (tests/data), and the facts that it must become.
#include <gmock/gmock.h>

#include "perennial/store/import/import_testing.h"

namespace perennial::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// What the lines of a shop come to, one row per line.
constexpr std::string_view kLines =
    "SELECT order_id, kind, time, customer_id, item_id, quantity, unit_price, amount, currency "
    "FROM order_lines ORDER BY ALL";

std::vector<std::string> reject_lines(const ImportReport& report) {
  std::vector<std::string> lines;
  for (const RejectCount& reject : report.rejects) {
    for (const RejectExample& example : reject.examples)
      lines.push_back(fmt::format("{} {} {}", reject.reason, example.line, example.field));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

using OnlineRetail = ImportTest;

TEST_F(OnlineRetail, KeepsGuestsFreeLinesAndIdenticalLines) {
  const ImportReport report = import({fixture("online_retail/online_retail.csv")});
  EXPECT_EQ(report.format, "online_retail");
  EXPECT_EQ(facts(report), "items 6/0, order_lines 9/0, events 1/0");
  EXPECT_THAT(
      rows(kLines),
      ElementsAre("536365 sale 2010-12-01 08:26:00 17850 71053 6.000 3.390000 20.340000 GBP",
                  "536365 sale 2010-12-01 08:26:00 17850 85123A 6.000 2.550000 15.300000 GBP",
                  "536365 sale 2010-12-01 08:26:00 17850 85123A 6.000 2.550000 15.300000 GBP",
                  "536370 sale 2010-12-01 08:45:00 12583 POST 3.000 18.000000 54.000000 GBP",
                  "536403 sale 2010-12-02 10:24:00 17548 85123A 1.000 0.000000 0.000000 GBP",
                  "536414 sale 2010-12-01 11:52:00 - 22139 56.000 0.000000 0.000000 GBP",
                  "536544 sale 2010-12-01 14:32:00 - 22139 2.000 4.950000 9.900000 GBP",
                  "A563186 return 2011-08-12 14:51:00 - B -1.000 11062.060000 -11062.060000 GBP",
                  "C536379 return 2010-12-01 09:41:00 14527 D -1.000 27.500000 -27.500000 GBP"));
  EXPECT_EQ(row("SELECT event, item_id, quantity, properties FROM events"),
            R"(Stock Adjusted 21777 -10.000 {"description":"damaged"})");
  EXPECT_THAT(reject_lines(report),
              ElementsAre("bad_number 14 Quantity", "bad_time 13 InvoiceDate",
                          "out_of_range 12 Quantity", "wrong_sign 11 Quantity"));
  EXPECT_TRUE(has_note(report, "lines without a customer, stored as guests: 3"));
}

TEST_F(OnlineRetail, NamesItemsByTheirUsualDescriptionAndHidesFees) {
  import({fixture("online_retail/online_retail.csv")});
  EXPECT_THAT(rows("SELECT item_id, name, hidden FROM items ORDER BY ALL"),
              ElementsAre("22139 RETROSPOT TEA SET CERAMIC 11 PC -",
                          "71053 WHITE \"METAL\" LANTERN, LARGE -",
                          "85123A WHITE HANGING HEART T-LIGHT HOLDER -", "B Adjust bad debt true",
                          "D Discount true", "POST POSTAGE true"));
  EXPECT_EQ(row("SELECT properties FROM order_lines WHERE order_id = '536403'"),
            R"({"description":"CREAM HANGING HEART T-LIGHT HOLDER"})");
}

TEST_F(OnlineRetail, SecondEditionCountsTheOverlapOfItsSheetsOnce) {
  const ImportReport report = import({fixture("online_retail/online_retail_ii.csv")});
  EXPECT_EQ(report.format, "online_retail_ii");
  EXPECT_EQ(facts(report), "items 4/0, order_lines 5/2");
  EXPECT_EQ(row("SELECT count(*), sum(amount) FROM order_lines WHERE order_id = '536365'"),
            "2 40.680000");
  EXPECT_EQ(row("SELECT customer_id FROM order_lines WHERE order_id = '489435'"), "-");
  EXPECT_EQ(row("SELECT name FROM items WHERE item_id = '22350'"), "CAT BOWL");
}

TEST_F(OnlineRetail, BothEditionsAgreeOnAnIdOfTheSameLine) {
  const auto first = write("one.csv",
                           "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,"
                           "CustomerID,Country\n1,22350,BOWL,12,12/1/2009 7:46,2.55,17850,UK\n");
  const auto second = write("two.csv",
                            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer "
                            "ID,Country\n1,22350,BOWL,12,2009-12-01 07:46:00,2.55,17850.0,UK\n");
  EXPECT_EQ(facts(import({first})), "items 1/0, order_lines 1/0");
  EXPECT_EQ(facts(import({second})), "items 0/1, order_lines 0/1");
}

using Cdnow = ImportTest;

TEST_F(Cdnow, ReadsTheMasterFile) {
  const ImportReport report = import({fixture("cdnow/CDNOW_master.txt")});
  EXPECT_EQ(report.format, "cdnow");
  EXPECT_THAT(rows("SELECT customer_id, time::DATE, quantity, unit_price, amount, currency FROM "
                   "order_lines ORDER BY ALL"),
              ElementsAre("00001 1997-01-01 1.000 11.770000 11.770000 USD",
                          "00002 1997-01-12 1.000 12.000000 12.000000 USD",
                          "00002 1997-01-12 5.000 15.400000 77.000000 USD",
                          "00003 1997-01-02 2.000 10.380000 20.760000 USD",
                          "00003 1997-01-02 2.000 10.380000 20.760000 USD",
                          "00006 1998-06-30 1.000 0.000000 0.000000 USD"));
  EXPECT_EQ(row("SELECT count(DISTINCT order_id) FROM order_lines"), "6");
  EXPECT_EQ(row("SELECT item_id, hidden FROM items"), "cd true");
  EXPECT_THAT(reject_lines(report), ElementsAre("bad_time 7 time", "out_of_range 6 cds"));
}

TEST_F(Cdnow, TheSampleIsPartOfTheMasterFile) {
  write("CDNOW_master.txt", " 00004 19970101  2   29.33\n 00005 19970101  2   29.33\n");
  EXPECT_EQ(facts(import({folder_ / "CDNOW_master.txt"})), "items 1/0, order_lines 2/0");
  EXPECT_EQ(facts(import({fixture("cdnow/CDNOW_sample.txt")})), "items 0/1, order_lines 2/1");
}

using Segment = ImportTest;

TEST_F(Segment, TurnsMessagesIntoEvents) {
  const ImportReport report = import({fixture("segment/messages.jsonl")});
  EXPECT_EQ(report.format, "segment");
  EXPECT_EQ(facts(report),
            "customers 3/0, identities 2/0, items 4/0, order_lines 6/0, events 13/1");
  EXPECT_THAT(rows("SELECT event, customer_id, anonymous_id, item_id, unit_price FROM events WHERE "
                   "time < '2024-03-01 09:02' ORDER BY time"),
              ElementsAre("Page Viewed - a1 - -", "Product Viewed - a1 P1 12.500000"));
  EXPECT_EQ(row("SELECT properties FROM events WHERE event_id = 'm02'"),
            R"({"sku":"SKU-1","position":3})");
  // Other names of an event, and an item known by its sku.
  EXPECT_EQ(row("SELECT event, item_id FROM events WHERE anonymous_id = 'a3'"),
            "Product Viewed SKU-9");
  EXPECT_EQ(row("SELECT value, currency, order_id FROM events WHERE event_id = 'm05'"),
            "30.000000 EUR O1");
  EXPECT_THAT(
      reject_lines(report),
      ElementsAre("bad_json 20 ", "bad_time 19 timestamp", "missing_value 16 timestamp",
                  "missing_value 17 event", "missing_value 21 price", "missing_value 21 product_id",
                  "nobody 15 userId", "unknown_kind 18 type"));
  EXPECT_EQ(facts(import({fixture("segment/messages.jsonl")})),
            "customers 0/3, identities 0/2, items 0/4, order_lines 0/6, events 0/14");
}

TEST_F(Segment, CorrectsTheClockOfTheSender) {
  import({fixture("segment/messages.jsonl")});
  // Received 180 s after it was sent by the sender's clock, ten seconds after it happened.
  EXPECT_EQ(row("SELECT time FROM events WHERE event_id = 'm03'"), "2024-03-01 09:05:10");
}

TEST_F(Segment, SpreadsTheDiscountOfAnOrderToTheLastMillionth) {
  import({fixture("segment/messages.jsonl")});
  EXPECT_THAT(rows("SELECT item_id, quantity, unit_price, discount, amount, coupon FROM "
                   "order_lines WHERE order_id = 'O1' AND kind = 'sale' ORDER BY ALL"),
              ElementsAre("P1 2.000 12.500000 3.571429 21.428571 SPRING",
                          "P2 1.000 10.000000 1.428571 8.571429 SPRING"));
  EXPECT_EQ(row("SELECT sum(amount) FROM order_lines WHERE order_id = 'O1' AND kind = 'sale'"),
            "30.000000");
}

TEST_F(Segment, RefundsAtThePriceOfTheOrderAndCancelsWholeOrders) {
  import({fixture("segment/messages.jsonl")});
  EXPECT_THAT(rows("SELECT order_id, kind, item_id, quantity, amount, currency FROM order_lines "
                   "WHERE kind <> 'sale' ORDER BY ALL"),
              ElementsAre("O1 return P1 -1.000 -10.714286 EUR",
                          "O2 cancellation (unknown) -1.000 -50.000000 USD"));
  EXPECT_EQ(row("SELECT sum(amount) FROM order_lines WHERE order_id = 'O2'"), "0.000000");
}

TEST_F(Segment, RefundsAnOrderOfAnEarlierImport) {
  import({fixture("segment/messages.jsonl")});
  import(
      {write("later.jsonl",
             R"({"type":"track","messageId":"x1","userId":"u1","timestamp":"2024-04-01T00:00:00Z",)"
             R"("event":"Order Refunded","properties":{"order_id":"O1","products":)"
             R"([{"product_id":"P2","quantity":1}]}})")});
  EXPECT_EQ(row("SELECT quantity, unit_price, discount, amount FROM order_lines WHERE event_id = "
                "'x1/1'"),
            "-1.000 10.000000 1.428571 -8.571429");
}

TEST_F(Segment, KnowsCustomersAndWhoTheyWere) {
  import({fixture("segment/messages.jsonl")});
  EXPECT_EQ(row("SELECT email, first_name, last_name, country, city, registered_at, traits FROM "
                "customers WHERE customer_id = 'u1'"),
            "ann@example.org Ann Müller DE Köln 2024-03-01 09:03:00 {\"plan\":\"gold\"}");
  EXPECT_EQ(row("SELECT registered_at FROM customers WHERE customer_id = 'u3'"),
            "2024-03-04 11:00:00");
  EXPECT_THAT(rows("SELECT anonymous_id, customer_id, kind FROM identities ORDER BY ALL"),
              ElementsAre("a0 u1 alias", "a1 u1 identify"));
}

}  // namespace
}  // namespace perennial::store
