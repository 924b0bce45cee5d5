// The whole report as one HTML file: styles, scripts and ECharts inside it, nothing fetched from anywhere.
//
// Shows    light or dark as the reader's system asks, with a switch; prints in light; works without a network, and
//          without scripts too, then with tables in place of charts
// Safe     every text of the shop's is escaped, and the page forbids itself all requests (Content-Security-Policy)
// Signals  when drawn, <html> carries data-charts-total, data-charts-drawn and data-charts-failed, for tests
// Same     equal data gives equal bytes
// Cost     a little over 1.1 MB, nearly all of it ECharts; O(n log n) in the number of customer values
#pragma once

#include <string>

#include "perennial/report/data.h"
#include "perennial/report/language.h"

namespace perennial::report {

std::string render(const ReportData& data, Language language);

}  // namespace perennial::report
