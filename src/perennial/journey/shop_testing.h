// A shop in memory for tests: the fact tables of the migrations, an empty `derived`, and short ways to put facts in.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/base/text.h"
#include "perennial/journey/build.h"
#include "perennial/store/database.h"

namespace perennial::journey {

inline Day day(std::string_view text) {
  const std::optional<Day> parsed = parse_day(text);
  if (!parsed) throw Bug(fmt::format("not a day: {}", text));
  return *parsed;
}

class TestShop {
 public:
  TestShop() : database_("", {.threads = 1}), connection(database_.connect()) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(
             PERENNIAL_SOURCE_DIR "/src/perennial/store/migrations")) {
      if (entry.path().extension() == ".sql") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      std::ostringstream text;
      text << std::ifstream(file).rdbuf();
      connection.run(text.str());
    }
    connection.run("ATTACH ':memory:' AS derived");
  }

  // Order lines of one item each: "kind,order,time,customer,item,quantity,price[,currency]". No customer: a guest;
  // the customer "anonymous:x": a guest on the browser x.
  void lines(const std::vector<std::string>& rows) {
    for (const std::string& row : rows) {
      std::vector<std::string_view> f = split(row, ',');
      if (f.size() < 7 || f.size() > 8) throw Bug("a test line has 7 or 8 fields: " + row);
      const std::string_view currency = f.size() == 8 ? f[7] : "EUR";
      const bool anonymous = f[3].starts_with("anonymous:");
      connection.run(
          fmt::format("INSERT INTO order_lines SELECT 'l{}', {}, {}, {}, {}, {}, {}, {}, {}, NULL, "
                      "{} * {}, {}, NULL, "
                      "NULL, NULL, NULL, 'test', 1",
                      ++facts_, quote_sql(f[0]), quote_sql(f[1]), quote_sql(f[2]),
                      anonymous || f[3].empty() ? "NULL" : quote_sql(f[3]),
                      anonymous ? quote_sql(f[3].substr(10)) : "NULL", quote_sql(f[4]), f[5], f[6],
                      f[5], f[6], quote_sql(currency)));
    }
  }

  // "event,time,customer,anonymous,session"; empty: NULL.
  void events(const std::vector<std::string>& rows) {
    for (const std::string& row : rows) {
      const std::vector<std::string_view> f = split(row, ',');
      if (f.size() != 5) throw Bug("a test event has 5 fields: " + row);
      connection.run(fmt::format(
          "INSERT INTO events (event_id, event, time, customer_id, anonymous_id, session_id, "
          "source, "
          "import_id) VALUES ('e{}', {}, {}, {}, {}, {}, 'test', 1)",
          ++facts_, quote_sql(f[0]), quote_sql(f[1]), or_null(f[2]), or_null(f[3]), or_null(f[4])));
    }
  }

  // "kind,anonymous,customer,time"
  void identities(const std::vector<std::string>& rows) {
    for (const std::string& row : rows) {
      const std::vector<std::string_view> f = split(row, ',');
      if (f.size() != 4) throw Bug("a test identity has 4 fields: " + row);
      connection.run(fmt::format("INSERT INTO identities VALUES ('i{}', {}, {}, {}, {}, 'test', 1)",
                                 ++facts_, quote_sql(f[1]), quote_sql(f[2]), quote_sql(f[3]),
                                 quote_sql(f[0])));
    }
  }

  // "customer,time,country,registered,email,opt_in"
  void customers(const std::vector<std::string>& rows) {
    for (const std::string& row : rows) {
      const std::vector<std::string_view> f = split(row, ',');
      if (f.size() != 6) throw Bug("a test customer has 6 fields: " + row);
      connection.run(
          fmt::format("INSERT INTO customers (event_id, customer_id, time, country, registered_at, "
                      "email, marketing_opt_in, "
                      "source, import_id) VALUES ('u{}', {}, {}, {}, {}, {}, {}, 'test', 1)",
                      ++facts_, quote_sql(f[0]), quote_sql(f[1]), or_null(f[2]), or_null(f[3]),
                      or_null(f[4]), or_null(f[5])));
    }
  }

  // "item,time,name,price,stock"
  void items(const std::vector<std::string>& rows) {
    for (const std::string& row : rows) {
      const std::vector<std::string_view> f = split(row, ',');
      if (f.size() != 5) throw Bug("a test item has 5 fields: " + row);
      connection.run(fmt::format(
          "INSERT INTO items (event_id, item_id, time, name, price, stock, source, import_id) "
          "VALUES ('p{}', {}, {}, {}, {}, {}, 'test', 1)",
          ++facts_, quote_sql(f[0]), quote_sql(f[1]), or_null(f[2]), or_null(f[3]), or_null(f[4])));
    }
  }

  void build(std::string_view as_of) { build({.as_of = day(as_of), .currency = "EUR"}); }
  void build(const BuildOptions& options) {
    const auto progress = make_quiet_progress();
    journey::build(connection, options, *progress);
  }

  // The rows of a query as text, columns by "|", rows by a line feed, NULL as "-".
  std::string rows(std::string_view sql) {
    store::Result result =
        connection.query(fmt::format("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({}) q", sql));
    std::string out;
    while (result.next()) {
      for (std::size_t row = 0; row < result.rows(); ++row) {
        if (!out.empty()) out += '\n';
        for (std::size_t c = 0; c < result.column_count(); ++c) {
          if (c > 0) out += '|';
          out += result.is_null(c, row) ? std::string("-") : std::string(result.text(c, row));
        }
      }
    }
    return out;
  }

 private:
  static std::string or_null(std::string_view text) {
    return text.empty() ? std::string("NULL") : quote_sql(text);
  }

  store::Database database_;
  int facts_ = 0;

 public:
  store::Connection connection;
};

}  // namespace perennial::journey
