#include "perennial/journey/stages.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/journey/sql.h"
#include "perennial/journey/sql_text.h"

namespace perennial::journey {
namespace {

void check_activity(store::Connection& connection, Day date) {
  const SqlValues values = {{"date", sql_date(date)}};
  const auto buyers = store::read_value<bool>(
      connection,
      fill_sql("SELECT count(*) > 0 FROM derived.purchase_days WHERE day <= {{date}}", values));
  const auto judged = store::read_value<bool>(
      connection,
      fill_sql("SELECT count(*) > 0 FROM derived.activity WHERE as_of = {{date}}", values));
  if (buyers && !judged) {
    throw Bug(
        fmt::format("stages: derived.activity holds nothing for {}; fill it for every date of "
                    "stage_dates() first",
                    format_day(date)));
  }
}

class StageWriter {
 public:
  StageWriter(store::Connection& connection, const StageOptions& options)
      : connection_(connection), options_(options) {
    work("journey_stages_0", kStageStartSql);
    work("journey_history", fmt::format("SELECT s.number, h.day, h.vanished FROM ({}) h JOIN "
                                        "journey_stages_0 s ON s.customer_id = h.customer_id",
                                        kHistorySql));
    work("journey_browse_days",
         "SELECT s.number, b.day FROM derived.browse_days b JOIN journey_stages_0 s ON "
         "s.customer_id = "
         "b.customer_id");
    work("journey_browse_gaps", kBrowseGapsSql);
    connection_.run(
        "CREATE OR REPLACE TABLE derived.stages (customer_id VARCHAR, as_of DATE, stage VARCHAR);"
        "CREATE OR REPLACE TABLE derived.stage_flows (month DATE, from_stage VARCHAR, to_stage "
        "VARCHAR, "
        "customers BIGINT);"
        "CREATE OR REPLACE TABLE derived.stage_counts (as_of DATE, stage VARCHAR, customers "
        "BIGINT);"
        "CREATE TABLE IF NOT EXISTS derived.activity (customer_id VARCHAR, as_of DATE, activity "
        "DOUBLE)");
  }

  void write(Day date) {
    check_activity(connection_, date);
    const SqlValues values = {
        {"date", sql_date(date)},
        {"previous_date", sql_date(previous_date_)},
        {"previous_stages", previous_},
        {"stages", current_},
        {"lapsed_below", fmt::format("CAST({} AS DOUBLE)", options_.lapsed_below)},
        {"at_risk_below", fmt::format("CAST({} AS DOUBLE)", options_.at_risk_below)},
        {"loyal_share", fmt::format("CAST({} AS DOUBLE)", options_.loyal_share)},
        {"loyal_at_least", std::to_string(options_.loyal_at_least)},
        {"browse_share", fmt::format("CAST({} AS DOUBLE)", options_.browse_share)},
    };
    run("CREATE OR REPLACE TEMP TABLE {{stages}} AS ", kStageStepSql, values);
    run("INSERT INTO derived.stages ", kStagesSql, values);
    run("INSERT INTO derived.stage_flows ", kStageFlowsSql, values);
    run("INSERT INTO derived.stage_counts ", kStageCountsSql, values);
    previous_date_ = date;
    std::swap(previous_, current_);
  }

  void drop_work_tables() {
    for (const std::string_view table :
         {"stages_0", "stages_1", "history", "browse_days", "browse_gaps"}) {
      connection_.run(fmt::format("DROP TABLE temp.main.journey_{}", table));
    }
  }

 private:
  void work(std::string_view table, std::string_view sql) {
    connection_.run(fmt::format("CREATE OR REPLACE TEMP TABLE {} AS {}", table, sql));
  }
  void run(std::string_view how, std::string_view sql, const SqlValues& values) {
    connection_.run(fill_sql(fmt::format("{}{}", how, sql), values));
  }

  store::Connection& connection_;
  StageOptions options_;
  Day previous_date_{kFirstDay};
  std::string previous_ = "journey_stages_0";
  std::string current_ = "journey_stages_1";
};

}  // namespace

std::vector<Day> stage_dates(store::Connection& connection, Day as_of) {
  const auto first = store::read_value<std::optional<Day>>(
      connection,
      "SELECT min(day) FROM (SELECT min(day) AS day FROM derived.purchase_days "
      "UNION ALL SELECT min(day) FROM derived.browse_days) acted");
  std::vector<Day> dates;
  if (first) {
    for (Day next = next_month_start(*first); next <= as_of; next = next_month_start(next)) {
      dates.push_back(next + -1);
    }
  }
  if (dates.empty() || dates.back() < as_of) dates.push_back(as_of);
  return dates;
}

void stages(store::Connection& connection, Day as_of, const StageOptions& options,
            Progress& progress) {
  CHECK(options.lapsed_below <= options.at_risk_below && options.loyal_at_least >= 2);
  const std::vector<Day> dates = stage_dates(connection, as_of);
  ProgressTask task(progress, "Finding stages", dates.size());
  store::Transaction transaction(connection);
  StageWriter writer(connection, options);
  for (const Day date : dates) {
    writer.write(date);
    task.advance();
  }
  writer.drop_work_tables();
  transaction.commit();
}

}  // namespace perennial::journey
