#include "perennial/report/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <regex>

#include "perennial/base/text.h"
#include "report_samples.h"

namespace perennial::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Language kLanguages[] = {Language::kEnglish, Language::kChinese};

// The page without ECharts itself, which is a megabyte of somebody else's text.
std::string own_part(const std::string& html) {
  const std::size_t begin = html.find("</script>\n<script>");
  const std::size_t end = html.find("\"use strict\";\n// Numbers on axes");
  if (begin == std::string::npos || end == std::string::npos || end - begin < 100'000) return html;
  return html.substr(0, begin) + "</script>\n<script>\n" + html.substr(end);
}

std::string page_of(const ReportData& data, Language language = Language::kEnglish) {
  return own_part(render(data, language));
}

nlohmann::json embedded_data(const std::string& html) {
  const std::string open = "id=\"report-data\">";
  const std::size_t begin = html.find(open) + open.size();
  return nlohmann::json::parse(html.substr(begin, html.find("</script>", begin) - begin));
}

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(Render, EverySampleInBothLanguagesIsAWholeValidPage) {
  for (const auto& [name, data] : all_samples()) {
    for (const Language language : kLanguages) {
      const std::string html = page_of(data, language);
      EXPECT_TRUE(is_valid_utf8(html)) << name;
      EXPECT_TRUE(html.starts_with("<!doctype html>")) << name;
      EXPECT_TRUE(html.ends_with("</html>\n")) << name;
      EXPECT_EQ(count(html, "<section "), 10) << name;
      EXPECT_EQ(count(html, "<figure "), count(html, "</figure>")) << name;
      EXPECT_EQ(count(html, "<table"), count(html, "</table>")) << name;
      EXPECT_EQ(count(html, "<table"), count(html, "<caption>")) << name;
    }
  }
}

TEST(Render, AsksNothingOfAnyoneOutsideTheFile) {
  for (const auto& [name, data] : all_samples()) {
    const std::string html = page_of(data);
    EXPECT_FALSE(
        std::regex_search(html, std::regex("(src|href|action)=\"(?!#)|url\\(|@import|https?://")))
        << name;
    EXPECT_THAT(html, HasSubstr("Content-Security-Policy\" content=\"default-src 'none'"));
  }
}

TEST(Render, EqualDataGivesEqualBytes) {
  EXPECT_EQ(render(full_shop(), Language::kEnglish), render(full_shop(), Language::kEnglish));
}

TEST(Render, NoTextOfTheShopBecomesMarkup) {
  ReportData data = full_shop();
  const std::string hostile = "</script><img src=x onerror=alert(1)>\"'&{day}\xFF\x01";
  data.shop = hostile;
  data.method.purchase_model = hostile;
  std::get<NextSteps>(data.next_steps).steps[0].action = hostile;
  std::get<NextSteps>(data.next_steps).steps[0].example_customer_id = hostile;
  std::get<NextSteps>(data.next_steps).steps[0].example_reason = hostile;
  std::get<std::vector<AtRiskCustomer>>(data.at_risk)[0].customer_id = hostile;
  std::get<Journey>(data.journey).stages[0].id = hostile;
  std::get<Journey>(data.journey).funnel[0].id = hostile;
  std::get<Rfm>(data.rfm).six_groups[0].id = hostile;
  std::get<Accuracy>(data.accuracy).models[1].id = hostile;
  std::get<Recommenders>(data.recommenders).rows[0].id = hostile;
  std::get<Items>(data.items).affinities[0].item = hostile;
  data.data_quality.rejects[0].reason = hostile;
  data.data_quality.other_currencies[0].code = hostile;
  const std::string html = page_of(data);
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, Not(HasSubstr("\x01")));
  EXPECT_TRUE(is_valid_utf8(html));
  EXPECT_EQ(count(html, "<script"), 2);  // the data and our own code; ECharts is cut out
  EXPECT_EQ(count(html, "</script>"), 2);
  EXPECT_FALSE(embedded_data(html)["charts"].empty());
}

TEST(Render, ItemsWithoutHistoryAreShownInBothLanguages) {
  ReportData data = full_shop();
  data.recommend_evaluation.emplace();
  const auto row = [](const char* id, double hits) {
    return NewItemsRow{id, {hits, Interval{hits - .05, hits + .05, .95}}, {hits / 4, std::nullopt}};
  };
  data.recommend_evaluation->new_items =
      NewItems{.items = 1234, .customers = 56, .rows = {row("chance", .1), row("words", .375)}};
  EXPECT_THAT(page_of(data), testing::AllOf(HasSubstr("Of items without history, words put one"),
                                            HasSubstr("1,234 items that nobody had bought")));
  EXPECT_THAT(render(data, Language::kChinese), HasSubstr("随机为"));
}

TEST(Render, ANameOfAMegabyteDoesNotFillThePage) {
  ReportData data = one_buyer_shop();
  const std::size_t before = page_of(data).size();
  data.shop = std::string(1 << 20, 'x');
  std::get<Items>(data.items).top[0].name = std::string(1 << 20, 'y');
  EXPECT_LT(page_of(data).size(), before + 5000);
}

TEST(Render, SaysWhyForEveryPartThatIsAbsent) {
  ReportData data = empty_shop();
  for (int reason = 0; reason <= static_cast<int>(Absence::kNoneFound); ++reason) {
    const auto why = static_cast<Absence>(reason);
    data.sales = why;
    data.next_steps = why;
    data.at_risk = why;
    data.journey = why;
    data.rfm = why;
    data.cohorts = why;
    data.values = why;
    data.tracking = why;
    data.accuracy = why;
    data.recommenders = why;
    data.items = why;
    for (const Language language : kLanguages) {
      const std::string html = page_of(data, language);
      EXPECT_GE(count(html, "class=\"absent\""), 9) << reason;
      EXPECT_EQ(count(html, "class=\"plot\""), 0) << reason;
    }
  }
  EXPECT_THAT(page_of(empty_shop()), HasSubstr("Cohorts not shown: nobody has bought yet."));
}

TEST(Render, APartThatIsThereButEmptyIsAbsentToo) {
  ReportData data = empty_shop();
  data.sales = std::vector<MonthSales>{};
  data.next_steps = NextSteps{};
  data.at_risk = std::vector<AtRiskCustomer>{};
  data.journey = Journey{};
  data.rfm = Rfm{};
  data.cohorts = std::vector<CohortMonth>{};
  data.values = CustomerValues{};
  data.tracking = Tracking{};
  data.accuracy = Accuracy{};
  data.recommenders = Recommenders{};
  data.items = Items{};
  const std::string html = page_of(data);
  EXPECT_EQ(count(html, "class=\"plot\""), 0);
  EXPECT_EQ(count(html, "nan"), 0);
}

TEST(Render, AnOrderLogSaysThatItHasNoBrowsingAndNoItems) {
  const std::string html = page_of(order_log_shop());
  EXPECT_THAT(html,
              HasSubstr("Browsing, carts and checkouts not shown: there are no browsing events"));
  EXPECT_THAT(html, HasSubstr("the orders of this shop do not say which items were bought"));
  EXPECT_THAT(html, HasSubstr("No buyer is at risk"));
}

TEST(Render, SaysWhenABaselineWonAndWhichModelLost) {
  const std::string html = page_of(order_log_shop());
  EXPECT_THAT(html, HasSubstr("No model beat the baseline"));
  EXPECT_THAT(html, HasSubstr("did worse than the best baseline"));
  EXPECT_THAT(page_of(full_shop()), HasSubstr("MBG/NBD is in use: best by holdout log-likelihood"));
}

TEST(Render, PutsIntervalsBesidePredictions) {
  EXPECT_THAT(page_of(full_shop()), HasSubstr("(80\u00A0%: £2,180,000 to £2,640,000)"));
  EXPECT_THAT(page_of(full_shop(), Language::kChinese),
              HasSubstr("（80% 区间：£2,180,000 至 £2,640,000）"));
}

TEST(Render, HeadlinesComeFromTheData) {
  ReportData data = empty_shop();
  CustomerValues values;
  values.values.assign(90, 1.0);
  values.values.insert(values.values.end(), 10, 11.0);  // the top tenth holds 110 of 200
  data.values = values;
  EXPECT_THAT(page_of(data),
              HasSubstr("The top 10\u00A0% of buyers hold 55\u00A0% of predicted value"));
}

TEST(Render, AnUnfinishedMonthIsMarkedInSalesFlowsAndCohorts) {
  const std::string html = page_of(full_shop());  // ends on 9 December
  EXPECT_EQ(embedded_data(html)["charts"]["sales-plot"]["unfinished"], 12);
  EXPECT_EQ(embedded_data(html)["charts"]["flows-plot"]["unfinished"], 12);
  EXPECT_THAT(html, HasSubstr("A month with a dashed frame is not over."));
  const std::string complete = page_of(order_log_shop());  // ends on 30 June
  EXPECT_FALSE(embedded_data(complete)["charts"]["sales-plot"].contains("unfinished"));
  EXPECT_THAT(complete, Not(HasSubstr("dashed frame")));
}

TEST(Render, CohortAveragesLeaveTheUnfinishedMonthOut) {
  ReportData data = empty_shop();
  data.as_of = to_day(CivilDate{2026, 3, 10});
  const Day january = to_day(CivilDate{2026, 1, 1});
  const Day february = to_day(CivilDate{2026, 2, 1});
  data.cohorts = std::vector<CohortMonth>{{january, 0, 100, 100, 1000},
                                          {january, 1, 100, 40, 1500},
                                          {january, 2, 100, 1, 1500},
                                          {february, 0, 300, 300, 3000},
                                          {february, 1, 300, 3, 3000}};
  EXPECT_THAT(page_of(data), HasSubstr("40\u00A0% of new buyers buy again in the month after"));
}

TEST(Render, NumbersThatAreNotFiniteNeverReachThePage) {
  ReportData data = full_shop();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  data.key_figures.predicted_value = Estimate{nan, Interval{nan, nan}};
  data.key_figures.repeat_rate = nan;
  std::get<std::vector<MonthSales>>(data.sales)[3].revenue = nan;
  std::get<Tracking>(data.tracking).expected[5] = nan;
  std::get<Accuracy>(data.accuracy).deciles[2].actual = std::numeric_limits<double>::infinity();
  std::get<CustomerValues>(data.values).values[7] = nan;
  std::get<Rfm>(data.rfm).cells[3].mean_revenue = nan;
  const std::string html = page_of(data);
  EXPECT_FALSE(
      std::regex_search(html.substr(0, html.find("<script")), std::regex("[> (]-?(nan|inf)\\b")));
  EXPECT_TRUE(embedded_data(html)["charts"]["sales-plot"]["series"][0]["values"][3].is_null());
}

TEST(Render, EveryChartHasALabelAndATableOfItsNumbers) {
  const std::string html = page_of(full_shop());
  const auto charts = static_cast<int>(embedded_data(html)["charts"].size());
  EXPECT_EQ(charts, 11);
  EXPECT_EQ(count(html, "role=\"img\" aria-label=\""), charts);
  EXPECT_EQ(count(html, "<details class=\"numbers\">"), charts);
}

TEST(Render, OneFileHoldsECharts) {
  const std::string html = render(full_shop(), Language::kEnglish);
  EXPECT_THAT(html, HasSubstr("Licensed to the Apache Software Foundation"));
  EXPECT_GT(html.size(), 1'000'000U);
  EXPECT_LT(html.size(), 1'400'000U);
}

}  // namespace
}  // namespace perennial::report
