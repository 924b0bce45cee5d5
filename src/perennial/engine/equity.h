// equity: what the customers are still worth, by cohort or channel, where the change since an earlier date comes from, and
// when the cost of winning a customer has come back (models/value/equity.h).
//
// Model    the purchase process that the last run chose, else the default one, fitted as of `to` and used at both dates
// Interval 80 %, of what will really come within the horizon: parameters, customers and chance (models/value/predictive.h);
//          of groups larger than 2,000 customers measured on 2,000 of them, which errs on the wide side
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/engine/field.h"
#include "perennial/models/value/equity.h"
#include "perennial/report/data.h"

namespace perennial::engine {

struct Equity {
  static constexpr std::string_view kName = "equity";
  static constexpr std::string_view kSummary =
      "What the customers are worth, why that changed, and when acquisition pays back";
  struct Input {
    std::filesystem::path shop;
    Day from;
    std::optional<Day> to;
    std::string by = "month";
    int horizon_days = 1095;
    double annual_discount = 0.10;
    double margin = 1.0;
    std::vector<std::string> cost;
  };
  struct Group {
    std::string name;  // "2011-03", a channel, "" when not known
    std::int64_t customers = 0;
    models::EquityChange change;
    report::Estimate equity;  // at `to`
  };
  struct Payback {
    std::string channel;
    double cost = 0;             // of acquisition, per customer
    std::int64_t customers = 0;  // observed for at least one period
    std::optional<double> days;  // nothing: not within what was observed
    double observed_days = 0;    // of the longest period that someone was observed for
    double margin_so_far = 0;    // cumulated per customer, to the end of that
  };
  struct Output {
    Day from, to;
    std::string currency;
    std::string process;
    int horizon_days = 1095;
    Group total;
    std::vector<Group> groups;
    std::vector<Payback> payback;
    std::vector<std::string> notes;
  };
  static std::vector<Field<Input>> fields();
  static Output run(const Input& input, Context& context);
};
nlohmann::json to_json(const Equity::Output& output);

}  // namespace perennial::engine
