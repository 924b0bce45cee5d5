// One chart as plain values: the words are already in the reader's language, the drawing is done by the page's script
// (assets/*.js, one file per kind).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "perennial/report/data.h"
#include "perennial/report/numbers.h"

namespace perennial::report {

enum class ChartKind {
  kColumns,    // upright bars by category, side by side or stacked
  kBars,       // lying bars, one per category, with a text at the end of each
  kLines,      // lines over categories
  kIntervals,  // a dot with its interval per category
};
enum class Unit { kCount, kMoney, kPercent, kDecimal };

// What a colour says; the theme decides which it is.
enum class Tone { kMain, kSoft, kSecond, kLoss, kLossSoft, kQuiet };

struct Series {
  std::string name;
  Tone tone = Tone::kMain;
  std::vector<double> values;                        // one per category; not finite: nothing drawn
  std::vector<std::optional<Interval>> intervals{};  // empty, or one per category
  bool dashed = false;                               // lines only
};

struct Chart {
  ChartKind kind = ChartKind::kColumns;
  Unit unit = Unit::kCount;
  std::string category_title, value_title;
  std::vector<std::string> categories;
  std::vector<Series> series;
  bool stacked = false;
  bool dated = false;                     // the categories are dates: the axis needs no title
  std::size_t label_every = 0;            // write each n-th category on the axis; 0: as they fit
  std::optional<std::size_t> accent;      // category drawn in the colour of losses
  std::optional<std::size_t> unfinished;  // category that is not complete, drawn pale
  std::optional<std::size_t> mark_at;     // a vertical line before this category
  std::string mark_label;
  std::vector<std::string> end_labels;  // kBars: one per category
  int height = 300;                     // pixels
};

// The chart for the page's script, in JSON.
std::string to_json(const Chart& chart);
// How the script writes numbers on axes and in tooltips.
std::string number_rules_json(const NumberFormat& numbers);
// JSON that may stand inside a <script> element: no "<", and no invalid UTF-8.
std::string safe_in_script(std::string_view json);

}  // namespace perennial::report
