#include <algorithm>

#include "perennial/base/text.h"
#include "perennial/base/time.h"
#include "perennial/store/import/formats.h"
#include "perennial/store/import/formats_sql.h"

namespace perennial::store::formats {
namespace {

// Customer, [sample id,] yyyymmdd of 1997 or 1998, CDs, dollars.
bool is_purchase(const std::vector<std::string>& record, std::size_t fields) {
  if (record.size() != fields) return false;
  const std::string& date = record[fields - 3];
  return date.size() == 8 && (date.starts_with("1997") || date.starts_with("1998")) &&
         parse_day(date) && parse_int(record[0]) && parse_int(record[fields - 2]) &&
         parse_double(record[fields - 1]);
}

bool mostly_purchases(const SampleRecords& records, std::size_t fields) {
  const auto good = std::count_if(records.begin(), records.end(),
                                  [&](const auto& record) { return is_purchase(record, fields); });
  return good > 0 && static_cast<std::size_t>(good) * 2 > records.size();
}

Role purchases(std::string name, std::string files, bool sample) {
  Role role{std::move(name),
            std::move(files),
            {{"customer_id", FieldType::kText, Need::kValue},
             {"time", FieldType::kTime, Need::kValue},
             {"cds", FieldType::kInteger, Need::kValue},
             {"dollars", FieldType::kNumber, Need::kValue}}};
  if (sample) {
    role.fields.insert(role.fields.begin() + 1, {"sample_id"});
    role.looks_like = [](const SampleRecords& records) { return mostly_purchases(records, 5); };
  } else {
    role.looks_like = [](const SampleRecords& records) { return mostly_purchases(records, 4); };
  }
  return role;
}

}  // namespace

Format cdnow() {
  return {{"cdnow", "CDNOW",
           "CDNOW_master.txt (customer, yyyymmdd, CDs, dollars) or CDNOW_sample.txt (with the "
           "sample's id in second place), no header, blanks between"},
          {purchases("master", "CDNOW_master.txt", false),
           purchases("sample", "CDNOW_sample.txt", true)},
          std::string(formats_sql::kCdnowSql),
          "USD",
          {"CDNOW does not say what was bought: every purchase is a line of the one hidden item "
           "\"cd\""}};
}

}  // namespace perennial::store::formats
