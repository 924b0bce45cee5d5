// What every section of the report is made with: the data, the words, the number format, the charts collected so far,
// and the few shapes a page consists of (figure, table, sentence for what is absent).
//
// Strings named *html are markup; every other string is plain text and is escaped here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/report/chart.h"
#include "perennial/report/data.h"
#include "perennial/report/numbers.h"
#include "perennial/report/texts.h"

namespace perennial::report {

struct Page {
  Page(const ReportData& shown, Language language)
      : data(shown), texts(texts_of(language)), numbers(language, shown.currency) {}

  const ReportData& data;
  const Texts& texts;
  NumberFormat numbers;
  std::vector<std::pair<std::string, Chart>> charts;  // by element id, in order of appearance
};

struct Section {
  std::string id;
  std::string html;       // figures, without the section's own heading
  std::string highlight;  // the one finding worth telling on the first screen; "" for none
};

// Plain text made safe for HTML: valid UTF-8, no control characters, entities escaped.
std::string safe(std::string_view text);
// A text of the shop's (a name, an id, a reason), cut to 160 characters: it is still plain text.
std::string brief(std::string_view text);

class Table {
 public:
  enum class Kind { kNumber, kBar, kText, kProse };  // kBar: bar_cell; kProse: wide enough to read
  struct Column {
    std::string title;
    Kind kind = Kind::kNumber;
  };
  Table(std::string caption, std::vector<Column> columns);
  // Cells are markup, one per column; the first is the row's heading. `row_class` marks a row ("chosen").
  void row(const std::vector<std::string>& cells_html, std::string_view row_class = "");
  bool empty() const { return rows_ == 0; }
  std::string html() const;

 private:
  std::string caption_;
  std::vector<Column> columns_;
  std::string body_html_;
  int rows_ = 0;
};

// A finding with what shows it: the headline states it, the subtitle says what is drawn and in which unit.
struct Figure {
  std::string id;
  std::string headline;
  std::string subtitle;
  std::optional<Chart> chart{};
  std::string body_html{};  // a table or grid, below the chart if there is one
  std::string note{};       // how to read it, where that is not obvious
};
std::string figure(Page& page, Figure figure);

// Sentences one after the other, as the language joins them.
std::string join(const Page& page, const std::string& first, const std::string& second);
// "Cohorts not shown: nobody has bought yet." `what` is the end of a text key, "what.<what>".
std::string absence_text(const Page& page, std::string_view what, Absence reason);
std::string absent(const Page& page, std::string_view what,
                   Absence reason);  // the same as a paragraph

std::string two_columns(const std::string& left_html, const std::string& right_html);

// A table cell: the value, its interval in small print below ("900 to 1,600"); `note_on_intervals` says once per table
// what the small print is, given one of its intervals, and nothing for a table without any.
std::string with_range(const std::string& value, const std::string& range);
std::string note_on_intervals(const Page& page, const std::optional<Interval>& shown);
// A number with a bar beside it, `share` of the longest possible.
std::string bar_cell(const std::string& value, double share, const std::string& range = "");

std::string unit_text(const Page& page, Unit unit, double value);
std::string horizon(const Page& page);     // "the next 12 months"
std::string money_unit(const Page& page);  // "GBP", or "amount" without a currency

}  // namespace perennial::report
