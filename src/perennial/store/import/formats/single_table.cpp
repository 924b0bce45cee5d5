// The formats of one or two plain tables: REES46, Ta-Feng, Yoochoose, Retailrocket.
#include <algorithm>

#include "perennial/base/text.h"
#include "perennial/base/time.h"
#include "perennial/store/import/formats.h"
#include "perennial/store/import/formats_sql.h"

namespace perennial::store::formats {
namespace {

constexpr auto kText = FieldType::kText;
constexpr auto kId = FieldType::kId;
constexpr auto kNumber = FieldType::kNumber;
constexpr auto kTime = FieldType::kTime;

bool is_time(std::string_view text) { return parse_time(text).has_value(); }
bool is_count(std::string_view text) {
  const auto number = parse_int(text);
  return number && *number >= 0;
}

// More than half of the records satisfy a test.
bool mostly(const SampleRecords& records, bool (*test)(const std::vector<std::string>&)) {
  const auto good = std::count_if(records.begin(), records.end(), test);
  return good > 0 && static_cast<std::size_t>(good) * 2 > records.size();
}

bool is_click(const std::vector<std::string>& record) {
  return record.size() == 4 && is_count(record[0]) && record[1].find('T') == 10 &&
         is_time(record[1]) && is_count(record[2]);
}
bool is_buy(const std::vector<std::string>& record) {
  return record.size() == 5 && is_count(record[0]) && record[1].find('T') == 10 &&
         is_time(record[1]) && is_count(record[2]) && is_count(record[4]);
}
bool is_receipt_line(const std::vector<std::string>& record) {
  return record.size() == 9 && is_time(record[0]) && is_count(record[1]) && is_count(record[6]) &&
         is_count(record[7]) && is_count(record[8]);
}

}  // namespace

Format rees46() {
  Format format{{"rees46", "REES46 multi-category and cosmetics shops",
                 "2019-Oct.csv ...: event_time, event_type, product_id, category_id, "
                 "category_code, brand, price, user_id, user_session"},
                {{"events",
                  "2019-Oct.csv",
                  {{"time", kTime, Need::kValue, "event_time"},
                   {"event_type", kText, Need::kValue},
                   {"item_id", kId, Need::kValue, "product_id"},
                   {"category_id", kId, Need::kColumn},
                   {"category_code", kText, Need::kColumn},
                   {"brand", kText, Need::kColumn},
                   {"price", kNumber, Need::kColumn},
                   {"customer_id", kId, Need::kValue, "user_id"},
                   {"session_id", kText, Need::kColumn, "user_session"}}}},
                std::string(formats_sql::kRees46Sql)};
  format.sliced = true;
  format.notes = {"rows that come twice are errors of the export: they count once, as known",
                  "the purchases of one user_session are one order"};
  return format;
}

Format ta_feng() {
  const auto fields = [](FieldType date) -> std::vector<Field> {
    return {{"time", date, Need::kValue, "TRANSACTION_DT"},
            {"customer_id", kId, Need::kValue, "CUSTOMER_ID"},
            {"age_group", kText, Need::kColumn, "AGE_GROUP"},
            {"pin_code", kText, Need::kColumn, "PIN_CODE"},
            {"category", kId, Need::kColumn, "PRODUCT_SUBCLASS"},
            {"item_id", kId, Need::kValue, "PRODUCT_ID"},
            {"quantity", FieldType::kQuantity, Need::kValue, "AMOUNT"},
            {"cost", kNumber, Need::kColumn, "ASSET"},
            {"price", kNumber, Need::kValue, "SALES_PRICE"}};
  };
  Format format{{"ta_feng", "Ta-Feng grocery",
                 "ta_feng_all_months_merged.csv (TRANSACTION_DT, CUSTOMER_ID, ...), or the "
                 "original D01, D02, D11, D12"},
                {{"merged", "ta_feng_all_months_merged.csv", fields(FieldType::kMonthFirst)},
                 {"monthly", "D01, D02, D11, D12", fields(kTime)}},
                std::string(formats_sql::kTaFengSql),
                "TWD"};
  format.roles[1].looks_like = [](const SampleRecords& records) {
    return mostly(records, is_receipt_line);
  };
  format.roles[1].lines_before_data = 1;  // a header in Big5
  format.notes = {"SALES_PRICE and ASSET are of the whole line; they were divided by AMOUNT",
                  "what a customer bought on one day is one order"};
  return format;
}

Format yoochoose() {
  Format format{{"yoochoose", "Yoochoose (RecSys 2015)",
                 "yoochoose-clicks.dat, yoochoose-buys.dat, no header"},
                {{"clicks",
                  "yoochoose-clicks.dat",
                  {{"session_id", kText, Need::kValue},
                   {"time", kTime, Need::kValue},
                   {"item_id", kText, Need::kValue},
                   {"category"}}},
                 {"buys",
                  "yoochoose-buys.dat",
                  {{"session_id", kText, Need::kValue},
                   {"time", kTime, Need::kValue},
                   {"item_id", kText, Need::kValue},
                   {"price", kNumber, Need::kValue},
                   {"quantity", FieldType::kQuantity, Need::kValue}}}},
                std::string(formats_sql::kYoochooseSql)};
  format.roles[0].looks_like = [](const SampleRecords& records) {
    return mostly(records, is_click);
  };
  format.roles[1].looks_like = [](const SampleRecords& records) { return mostly(records, is_buy); };
  format.sliced = true;
  format.notes = {"there are sessions only, no customers: buys are lines of guests"};
  return format;
}

Format retailrocket() {
  Format format{
      {"retailrocket", "Retailrocket",
       "events.csv, item_properties_part1.csv, item_properties_part2.csv, category_tree.csv"},
      {{"events",
        "events.csv",
        {{"time", FieldType::kEpochMillis, Need::kValue, "timestamp"},
         {"customer_id", kId, Need::kValue, "visitorid"},
         {"event", kText, Need::kValue},
         {"item_id", kId, Need::kValue, "itemid"},
         {"order_id", kId, Need::kColumn, "transactionid"}}},
       {"properties",
        "item_properties_part1.csv",
        {{"time", FieldType::kEpochMillis, Need::kValue, "timestamp"},
         {"item_id", kId, Need::kValue, "itemid"},
         {"property", kText, Need::kValue},
         {"value", kText, Need::kColumn}}},
       {"categories",
        "category_tree.csv",
        {{"category_id", kId, Need::kValue, "categoryid"},
         {"parent_id", kId, Need::kColumn, "parentid"}}}},
      std::string(formats_sql::kRetailrocketSql)};
  format.roles[2].kept = true;
  format.sliced = true;
  format.notes = {"visitors are taken as customers: the data know no other people",
                  "there are no prices: order lines cost 0"};
  return format;
}

}  // namespace perennial::store::formats
