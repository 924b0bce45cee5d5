// The sections of the report, one file each, in the order of the page. The overview takes the others' highlights.
#pragma once

#include <span>
#include <string>

#include "perennial/report/page.h"

namespace perennial::report {

Section overview_section(Page& page, std::span<const Section> others);
Section next_steps_section(Page& page);
Section journey_section(Page& page);
Section segments_section(Page& page);
Section cohorts_section(Page& page);
Section value_section(Page& page);
Section accuracy_section(Page& page);
Section recommend_section(Page& page);
Section data_section(Page& page);
Section definitions_section(Page& page);

// The pieces of sections that have a file of their own.
std::string at_risk_html(Page& page);
std::string flows_html(Page& page, const Journey& journey);
std::string model_table_html(Page& page, const Accuracy& accuracy);
std::string backtest_html(Page& page, const Backtest& backtest);
std::string tracking_html(Page& page);
std::string tracking_finding(
    const Page& page);  // forecast against fact over the holdout; "" without one

}  // namespace perennial::report
