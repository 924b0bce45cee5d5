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

using Retailrocket = ImportTest;

TEST_F(Retailrocket, ReadsMillisecondsAndFindsTheWayToACategory) {
  const ImportReport report = import({fixture("retailrocket")});
  EXPECT_EQ(report.format, "retailrocket");
  EXPECT_EQ(facts(report), "order_lines 2/0, events 6/1, items 4/0");
  EXPECT_EQ(row("SELECT time, customer_id, item_id, unit_price FROM order_lines WHERE item_id = "
                "'15335'"),
            "2015-06-02 05:17:56.276 257597 15335 0.000000");
  EXPECT_EQ(row("SELECT count(*) FROM events WHERE event = 'Product Viewed' AND item_id = "
                "'355908'"),
            "1");
  EXPECT_THAT(
      rows("SELECT item_id, category_path, hidden FROM items ORDER BY time"),
      ElementsAre("15335 999 -", "355908 1490/1600/213 -", "355908 - false", "355908 - true"));
  EXPECT_THAT(reject_lines(report),
              ElementsAre("bad_time 10 timestamp", "missing_value 9 transactionid",
                          "unknown_kind 8 event"));
  EXPECT_TRUE(has_note(report, "hashed names, not taken: 1"));
}

using Rees46 = ImportTest;

TEST_F(Rees46, CountsRowsThatComeTwiceOnce) {
  const ImportReport report = import({fixture("rees46/2019-Oct.csv")});
  EXPECT_EQ(report.format, "rees46");
  EXPECT_EQ(facts(report), "items 4/0, order_lines 3/1, events 7/1");
  EXPECT_THAT(rows("SELECT time, customer_id, amount FROM order_lines ORDER BY time"),
              ElementsAre("2019-10-01 00:02:00 535871217 1081.980000",
                          "2019-10-01 00:02:30 535871217 1081.980000",
                          "2019-10-02 00:02:00 535871218 999.000000"));
  // One order per session; of one user and day where the session is empty.
  EXPECT_THAT(rows("SELECT DISTINCT order_id FROM order_lines ORDER BY ALL"),
              ElementsAre("535871218-20191002", "c6bd7419-2748-4c56-95b4-8cec9ff8b80d"));
  EXPECT_THAT(rows("SELECT category_path, brand, price FROM items WHERE item_id = '1004237' ORDER "
                   "BY time"),
              ElementsAre("electronics/smartphone apple 1081.980000",
                          "electronics/smartphone apple 999.000000"));
  EXPECT_THAT(reject_lines(report),
              ElementsAre("out_of_range 10 price", "unknown_kind 9 event_type"));
}

using Olist = ImportTest;

TEST_F(Olist, KnowsABuyerByTheUniqueId) {
  const ImportReport report = import({fixture("olist")});
  EXPECT_EQ(report.format, "olist");
  EXPECT_EQ(facts(report), "customers 3/0, items 3/0, order_lines 6/0, events 3/0");
  EXPECT_THAT(rows("SELECT customer_id, count(DISTINCT order_id), sum(amount) FROM order_lines "
                   "GROUP BY ALL ORDER BY ALL"),
              ElementsAre("u1 2 209.680000", "u2 1 0.000000"));
  EXPECT_TRUE(has_note(report, "customer_unique_id was taken"));
  EXPECT_TRUE(has_note(report, "olist_sellers_dataset.csv: not needed, not read"));
  EXPECT_EQ(row("SELECT state, city, postal_code FROM customers WHERE customer_id = 'u1'"),
            "SP sao paulo 03149");
}

TEST_F(Olist, KeepsLinesWithinTextAndWhereTheyStand) {
  const ImportReport report = import({fixture("olist")});
  EXPECT_EQ(row("SELECT item_id, properties->>'review_body' FROM events WHERE order_id = 'o1' AND "
                "event = 'Product Reviewed'"),
            "p1 Recebi bem antes do prazo.\n\"Recomendo\", nota 10\n\nParabéns");
  // The review of line 2 goes to line 5.
  EXPECT_THAT(reject_lines(report),
              ElementsAre("bad_time 7 review_creation_date", "unknown_order 7 order_id"));
}

TEST_F(Olist, TranslatesCategoriesAndUndoesCanceledOrders) {
  import({fixture("olist")});
  EXPECT_THAT(
      rows("SELECT item_id, category_path, attributes->>'weight_g' FROM items ORDER BY ALL"),
      ElementsAre("p1 bed bath table 225", "p2 utilidades 1000", "p3 - -"));
  EXPECT_THAT(rows("SELECT kind, quantity, amount FROM order_lines WHERE order_id = 'o3' ORDER BY "
                   "ALL"),
              ElementsAre("cancellation -1.000 -100.000000", "sale 1.000 100.000000"));
}

TEST_F(Olist, SaysWhichFileIsMissing) {
  EXPECT_EQ(refusal({fixture("olist/olist_orders_dataset.csv"),
                     fixture("olist/olist_order_items_dataset.csv")}),
            "Olist: olist_orders_dataset.csv cannot be read without olist_customers_dataset.csv; "
            "import them together");
}

using Instacart = ImportTest;

TEST_F(Instacart, MakesACalendarFromTheDaysBetweenOrders) {
  const ImportReport report = import({fixture("instacart")});
  EXPECT_EQ(report.format, "instacart");
  EXPECT_THAT(rows("SELECT DISTINCT order_id, customer_id, time FROM order_lines ORDER BY 2, 3"),
              ElementsAre("2539329 1 2016-01-05 08:00:00", "2398795 1 2016-01-20 07:00:00",
                          "473747 1 2016-02-10 12:00:00", "1187899 2 2016-01-07 23:00:00"));
  EXPECT_EQ(row("SELECT name, category_path FROM items WHERE item_id = '14084'"),
            "Organic Unsweetened \"Vanilla\" Almond Milk, 1 l dairy eggs/soy lactosefree");
  EXPECT_EQ(rejects(report), "unknown_order 1");
  EXPECT_TRUE(has_note(report, "there are no prices"));
}

using HAndM = ImportTest;

TEST_F(HAndM, KeepsTheZeroOfArticlesAndCountsRepeatedRows) {
  const ImportReport report = import({fixture("h_and_m")});
  EXPECT_EQ(report.format, "h_and_m");
  EXPECT_THAT(rows("SELECT item_id, quantity, unit_price, amount, channel FROM order_lines ORDER "
                   "BY ALL"),
              ElementsAre("0505221004 1.000 0.000085 0.000085 online",
                          "0663713001 1.000 0.050831 0.050831 store",
                          "0663713001 2.000 0.050831 0.101662 online"));
  EXPECT_EQ(row("SELECT item_id, description, image_path, time FROM items"),
            "0663713001 Lace push-up body with underwired, moulded, padded cups. "
            "066/0663713001.jpg 2018-09-20 00:00:00");
  EXPECT_THAT(rows("SELECT marketing_opt_in, traits->>'age' FROM customers ORDER BY ALL"),
              ElementsAre("false -", "true 49"));
}

using TaFeng = ImportTest;

TEST_F(TaFeng, DividesThePriceOfTheLine) {
  const ImportReport report = import({fixture("ta_feng/ta_feng_all_months_merged.csv")});
  EXPECT_EQ(report.format, "ta_feng");
  EXPECT_THAT(rows(kLines),
              ElementsAre("1104905-20001101 sale 2000-11-01 00:00:00 1104905 4710199010372 2.000 "
                          "15.000000 30.000000 TWD",
                          "1104905-20001101 sale 2000-11-01 00:00:00 1104905 4710199010372 2.000 "
                          "15.000000 30.000000 TWD",
                          "418683-20001113 sale 2000-11-13 00:00:00 418683 4710857472535 1.000 "
                          "46.000000 46.000000 TWD"));
  EXPECT_EQ(row("SELECT cost FROM items WHERE item_id = '4710199010372'"), "12.000000");
  EXPECT_THAT(reject_lines(report), ElementsAre("out_of_range 5 AMOUNT"));
}

TEST_F(TaFeng, OriginalFilesNameTheSamePeople) {
  import({fixture("ta_feng/ta_feng_all_months_merged.csv")});
  const ImportReport report = import({fixture("ta_feng/D11")});
  EXPECT_EQ(report.format, "ta_feng");
  EXPECT_EQ(report.rows_read, 2);
  EXPECT_EQ(row("SELECT count(*) FROM order_lines WHERE customer_id = '1104905'"), "2");
  EXPECT_EQ(row("SELECT amount, unit_price FROM order_lines WHERE customer_id = '45902'"),
            "75.000000 25.000000");
}

using Dunnhumby = ImportTest;

TEST_F(Dunnhumby, PutsDaysIntoACalendarAndDiscountsIntoLines) {
  const ImportReport report = import({fixture("dunnhumby")});
  EXPECT_EQ(report.format, "dunnhumby");
  EXPECT_EQ(facts(report),
            "customers 1/0, items 2/0, campaigns 1/0, exposures 1/0, order_lines 4/0, events 1/0");
  EXPECT_THAT(
      rows("SELECT item_id, time, quantity, unit_price, discount, amount, coupon FROM order_lines "
           "ORDER BY ALL"),
      ElementsAre("1004906 2017-01-01 16:31:00 1.000 1.990000 0.600000 1.390000 -",
                  "1033142 2017-01-01 00:40:00 2.000 0.820000 - 1.640000 -",
                  "842930 2017-02-20 15:20:00 1.000 2.940000 0.950000 1.990000 10000089061",
                  "897044 2017-02-20 15:20:00 1.000 3.390000 0.400000 2.990000 -"));
  EXPECT_EQ(row("SELECT campaign_id, customer_id, treated, time::DATE FROM exposures"),
            "26 1364 true 2017-02-13");
  EXPECT_THAT(reject_lines(report),
              ElementsAre("out_of_range 6 QUANTITY", "out_of_range 7 RETAIL_DISC",
                          "unknown_campaign 3 CAMPAIGN"));
}

using Yoochoose = ImportTest;

TEST_F(Yoochoose, KnowsSessionsWithoutAHeader) {
  const ImportReport report = import({fixture("yoochoose")});
  EXPECT_EQ(report.format, "yoochoose");
  EXPECT_EQ(facts(report), "order_lines 3/0, events 6/0");
  EXPECT_THAT(
      rows("SELECT item_id, customer_id, anonymous_id, quantity, amount FROM order_lines "
           "ORDER BY time DESC"),
      ElementsAre("214537850 - 420374 2.000 20942.000000", "214537888 - 420374 1.000 12462.000000",
                  "214535653 - 281626 1.000 0.000000"));
  EXPECT_EQ(row("SELECT properties FROM events WHERE item_id = '214536500'"),
            R"({"special_offer":true})");
  EXPECT_THAT(reject_lines(report), ElementsAre("missing_value 4 item_id", "out_of_range 4 price"));
}

using Ga4 = ImportTest;

TEST_F(Ga4, ReadsParametersItemsAndPurchases) {
  const ImportReport report = import({fixture("ga4/events.jsonl")});
  EXPECT_EQ(report.format, "ga4");
  EXPECT_THAT(rows("SELECT event, time, session_id, item_id, unit_price FROM events WHERE "
                   "anonymous_id <> '77.1' ORDER BY time"),
              ElementsAre("Page Viewed 2021-01-31 05:05:10.766593 661084800 - -",
                          "Product Viewed 2021-01-31 05:05:20 661084800 9195591 42.000000",
                          "Order Completed 2021-01-31 05:05:30 661084800 - -",
                          "Order Refunded 2021-02-02 12:38:50 - - -"));
  EXPECT_THAT(rows("SELECT kind, order_id, item_id, customer_id, quantity, amount, currency FROM "
                   "order_lines ORDER BY ALL"),
              ElementsAre("return 741471 9184663 u7 -1.000 -12.500000 USD",
                          "return 741471 9195591 u7 -2.000 -84.000000 USD",
                          "sale 741471 9184663 u7 1.000 12.500000 USD",
                          "sale 741471 9195591 u7 2.000 84.000000 USD"));
  EXPECT_EQ(row("SELECT name, category_path, brand FROM items WHERE item_id = '9195591'"),
            "Google Blue Kids Hoodie Apparel/Kids Google");
  EXPECT_EQ(row("SELECT anonymous_id, customer_id, kind FROM identities"),
            "1026454.4271112504 u7 identify");
  EXPECT_THAT(reject_lines(report), ElementsAre("bad_time 6 event_timestamp", "nobody 7 userId"));
}

TEST_F(ImportTest, StoresNothingNewWhenAnyFixtureComesAgain) {
  for (const char* name :
       {"online_retail/online_retail.csv", "cdnow/CDNOW_master.txt", "retailrocket", "rees46",
        "olist", "instacart", "h_and_m", "dunnhumby", "yoochoose", "ga4", "segment", "ta_feng"}) {
    import({fixture(name)});
    for (const FactCount& fact : import({fixture(name)}).facts)
      EXPECT_EQ(fact.stored, 0) << name << " " << fact.table;
  }
}

}  // namespace
}  // namespace perennial::store
