#include "perennial/report/chart.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace perennial::report {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(ChartKind kind) {
  switch (kind) {
    case ChartKind::kColumns:
      return "columns";
    case ChartKind::kBars:
      return "bars";
    case ChartKind::kLines:
      return "lines";
    case ChartKind::kIntervals:
      return "intervals";
  }
  return "";
}

const char* name_of(Unit unit) {
  switch (unit) {
    case Unit::kCount:
      return "count";
    case Unit::kMoney:
      return "money";
    case Unit::kPercent:
      return "percent";
    case Unit::kDecimal:
      return "decimal";
  }
  return "";
}

const char* name_of(Tone tone) {
  switch (tone) {
    case Tone::kMain:
      return "main";
    case Tone::kSoft:
      return "soft";
    case Tone::kSecond:
      return "second";
    case Tone::kLoss:
      return "loss";
    case Tone::kLossSoft:
      return "loss-soft";
    case Tone::kQuiet:
      return "quiet";
  }
  return "";
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json series_json(const Series& series) {
  Json values = Json::array();
  for (const double value : series.values) values.push_back(number(value));
  Json out = {{"name", series.name}, {"tone", name_of(series.tone)}, {"values", values}};
  if (series.dashed) out["dashed"] = true;
  if (series.intervals.empty()) return out;
  Json intervals = Json::array();
  for (const std::optional<Interval>& range : series.intervals) {
    intervals.push_back(range && std::isfinite(range->low) && std::isfinite(range->high)
                            ? Json::array({range->low, range->high})
                            : Json(nullptr));
  }
  out["intervals"] = intervals;
  return out;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const Chart& chart) {
  Json out = {{"kind", name_of(chart.kind)},           {"unit", name_of(chart.unit)},
              {"categoryTitle", chart.category_title}, {"valueTitle", chart.value_title},
              {"categories", chart.categories},        {"series", Json::array()}};
  for (const Series& series : chart.series) out["series"].push_back(series_json(series));
  if (chart.stacked) out["stacked"] = true;
  if (chart.dated) out["dated"] = true;
  if (chart.label_every > 0) out["labelEvery"] = chart.label_every;
  if (chart.accent) out["accent"] = *chart.accent;
  if (chart.unfinished) out["unfinished"] = *chart.unfinished;
  if (chart.mark_at) {
    out["markAt"] = *chart.mark_at;
    out["markLabel"] = chart.mark_label;
  }
  if (!chart.end_labels.empty()) out["endLabels"] = chart.end_labels;
  return dump(out);
}

std::string number_rules_json(const NumberFormat& numbers) {
  const bool chinese = numbers.language() == Language::kChinese;
  return dump(Json{{"locale", chinese ? "zh-CN" : "en-GB"},
                   {"symbol", numbers.currency_symbol()},
                   {"digits", numbers.currency() == Currency() ? 2 : numbers.currency().digits()},
                   {"percent", chinese ? "%" : "\u00A0%"}});
}

std::string safe_in_script(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace perennial::report
