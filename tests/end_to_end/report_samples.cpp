#include "report_samples.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/random.h"

namespace perennial::report {
namespace {

constexpr const char* kHostileName = "</script><script>alert('x')</script>\"&<b>O'Brien";

Day day_of(int year, int month, int day) { return to_day(CivilDate{year, month, day}); }

Estimate within(double value, double low, double high, double level = 0.8) {
  return {value, Interval{low, high, level}};
}

Estimate measured(double value, double half) {
  return within(value, std::max(value - half, 0.0), value + half, 0.95);
}

std::vector<Day> months(Day first, int n) {
  std::vector<Day> out = {month_start(first)};
  while (static_cast<int>(out.size()) < n) out.push_back(next_month_start(out.back()));
  return out;
}

ReportData basics(const std::string& shop, const char* currency, Day first, Day last) {
  ReportData data;
  data.shop = shop;
  data.version = "0.1.0";
  data.currency = Currency(currency);
  data.first_day = first;
  data.last_day = data.as_of = last;
  data.generated_at = to_time(day_of(2026, 11, 24));
  return data;
}

std::vector<CohortMonth> cohort_rows(const std::vector<Day>& starts, double keep, double spend) {
  RandomStream random(11, 1);
  std::vector<CohortMonth> rows;
  const int n = static_cast<int>(starts.size());
  for (int c = 0; c < n; ++c) {
    const auto size = static_cast<std::int64_t>(900.0 / (1 + 0.22 * c) + 60 * random.uniform());
    double revenue = 0;
    for (int p = 0; c + p < n; ++p) {
      const double unfinished = c + p == n - 1 ? 0.35 : 1.0;
      const double share =
          p == 0 ? 1
                 : unfinished * keep * (0.72 + 0.28 * std::exp(-0.3 * p) + 0.1 * random.uniform());
      const auto active = static_cast<std::int64_t>(share * static_cast<double>(size));
      revenue += static_cast<double>(active) * spend * (0.9 + 0.3 * random.uniform());
      rows.push_back({starts[static_cast<std::size_t>(c)], p, size, active, revenue});
    }
  }
  return rows;
}

CustomerValues spread_values(int n, double scale) {
  RandomStream random(5, 2);
  CustomerValues values;
  for (int i = 0; i < n; ++i) {
    const double rate = random.gamma(0.6, 1.0);
    values.values.push_back(scale * rate * std::exp(0.7 * random.normal()) + 0.4);
  }
  return values;
}

Tracking weekly(Day first, int periods, int holdout_from, double level, double under) {
  RandomStream random(3, 7);
  Tracking tracking;
  tracking.first_day = first;
  tracking.holdout_start = first + 7 * holdout_from;
  for (int w = 0; w < periods; ++w) {
    const double base = level * (1 - std::exp(-w / 6.0)) * (1 + 0.004 * w);
    const double season = 1 + 0.18 * std::sin(w / 52.0 * 6.283 - 1.2);
    tracking.expected.push_back(base * (w >= holdout_from ? under : 1.0));
    tracking.actual.push_back(static_cast<double>(random.poisson(base * season)));
  }
  return tracking;
}

std::vector<DecileRow> deciles(double top, std::int64_t each) {
  std::vector<DecileRow> rows;
  for (int d = 1; d <= 10; ++d) {
    const double expected = top * std::exp(-0.42 * (d - 1));
    rows.push_back({d, each, expected, expected * (1.12 - 0.03 * d) + 0.05,
                    std::clamp(0.93 - 0.085 * (d - 1), 0.06, 1.0)});
  }
  return rows;
}

Rfm rfm_of(double scale) {
  Rfm rfm;
  for (int r = 1; r <= 5; ++r) {
    for (int f = 1; f <= 5; ++f) {
      const double close = std::exp(-std::fabs(r - f) * 0.55);
      rfm.cells.push_back(
          {r, f, static_cast<std::int64_t>(330 * scale * close), 90.0 * f * f + 60.0 * r});
    }
  }
  const auto n = [&](double customers) { return static_cast<std::int64_t>(customers * scale); };
  rfm.six_groups = {{"champions", n(611), 4.2e6 * scale, 14.2, 12.0, 1.4e6 * scale},
                    {"loyal", n(742), 1.9e6 * scale, 6.4, 44.0, 5.2e5 * scale},
                    {"recent", n(640), 4.1e5 * scale, 1.8, 21.0, 2.0e5 * scale},
                    {"needs_attention", n(702), 6.0e5 * scale, 3.1, 80.0, 1.3e5 * scale},
                    {"at_risk", n(480), 7.4e5 * scale, 4.9, 151.0, 6.1e4 * scale},
                    {"inactive", n(1164), 3.3e5 * scale, 1.2, 238.0, 2.2e4 * scale}};
  rfm.eleven_groups = {{"champions", n(402), 3.9e6 * scale, 16.8, 9.0, 1.2e6 * scale},
                       {"loyal", n(511), 1.7e6 * scale, 7.9, 26.0, 4.9e5 * scale},
                       {"active", n(460), 5.2e5 * scale, 3.6, 33.0, 2.1e5 * scale},
                       {"new", n(301), 1.1e5 * scale, 1.0, 12.0, 8.8e4 * scale},
                       {"promising", n(377), 1.6e5 * scale, 1.4, 41.0, 7.1e4 * scale},
                       {"needs_attention", n(390), 3.4e5 * scale, 3.0, 74.0, 6.0e4 * scale},
                       {"almost_lost", n(402), 2.7e5 * scale, 2.6, 128.0, 3.1e4 * scale},
                       {"previously_loyal", n(118), 5.4e5 * scale, 9.7, 171.0, 3.4e4 * scale},
                       {"at_risk", n(333), 3.6e5 * scale, 4.8, 160.0, 2.8e4 * scale},
                       {"dormant", n(1045), 2.9e5 * scale, 1.2, 245.0, 1.1e4 * scale}};
  return rfm;
}

void add_actions(ReportData& data) {
  NextSteps next;
  next.steps = {
      {"second_order_nudge", 1204, within(12310, 8900, 16200), "17850",
       "Bought once 41 days ago; buyers like this one order again after 45 days on average."},
      {"care_at_risk", 212, within(18940, 9400, 30100), "12346",
       "Silent for 96 days, usually orders every 21 days; worth £2,410 over the next 12 months."},
      {"replenishment", 804, within(9020, 7100, 11300), "14646",
       "Buys candles about every 60 days; the last ones were 57 days ago."},
      {"cross_sell", 933, within(7480, 4300, 10800), "13089",
       "Customers with this basket also buy cake stands."},
      {"win_back", 640, within(2110, -300, 4900), "15823", "Lapsed after 9 orders."},
      {"browse_reminder", 118, within(640, 410, 910), "16029",
       "Looked at the same lamp three times this week."},
      {"first_order_nudge", 2034, within(3310, 2100, 4700), "u-9921",
       "Registered 12 days ago from search."},
      {"welcome", 96, within(210, 120, 330), "u-9990", "Registered yesterday."},
      {"leave_alone", 1880, {}, "", "Nothing is expected to pay for itself."}};
  next.opted_out = 311;
  next.frequency_capped = 87;
  data.next_steps = next;
  std::vector<AtRiskCustomer> risk;
  const char* names[] = {kHostileName, "Ana Márquez", "王小明", "", "Søren Ødegård"};
  for (int i = 0; i < 10; ++i) {
    const double stake = 5200 * std::exp(-0.22 * i);
    risk.push_back({std::to_string(12346 + 137 * i), names[i % 5], data.as_of + -(60 + 9 * i),
                    31 - 2 * i, stake * 3.1, 0.62 - 0.03 * i,
                    within(stake, stake * 0.35, stake * 1.8),
                    i % 3 == 0 ? "win_back" : "care_at_risk"});
  }
  data.at_risk = risk;
}

void add_recommendations(ReportData& data) {
  Recommenders judged;
  judged.split = day_of(2011, 9, 1);
  judged.customers = 1932;
  const auto row = [](const char* id, double level, bool baseline, bool chosen, bool lost) {
    return RecommenderRow{.id = id,
                          .is_baseline = baseline,
                          .chosen = chosen,
                          .lost_to_baseline = lost,
                          .precision = measured(0.062 * level, 0.004),
                          .recall = measured(0.081 * level, 0.006),
                          .ndcg = measured(0.094 * level, 0.007),
                          .mrr = measured(0.171 * level, 0.011),
                          .hit_rate = measured(0.372 * level, 0.021),
                          .coverage = Estimate{0.41 * level * level, std::nullopt}};
  };
  judged.rows = {row("recommend.item_neighbours/1", 1.0, false, true, false),
                 row("recommend.user_neighbours/1", 0.88, false, false, false),
                 row("baseline.recent_popularity", 0.71, true, false, false),
                 row("baseline.popularity", 0.58, true, false, false),
                 row("recommend.jaccard_sketch/1", 0.49, false, false, true)};
  data.recommenders = judged;
  Items items;
  items.items_sold = 3684;
  items.top = {{"22423", "REGENCY CAKESTAND 3 TIER", 12980, 881, 142264.75},
               {"85123A", "WHITE HANGING HEART T-LIGHT HOLDER", 36706, 856, 100392.10},
               {"85099B", "JUMBO BAG RED RETROSPOT", 46078, 635, 85040.54},
               {"84879", "ASSORTED COLOUR BIRD ORNAMENT", 35262, 678, 56413.03},
               {"47566", "PARTY BUNTING", 15291, 708, 68785.23},
               {"22086", kHostileName, 17006, 613, 41423.78},
               {"79321", "CHILLI LIGHTS", 9650, 192, 46265.11}};
  std::stable_sort(items.top.begin(), items.top.end(),
                   [](const TopItem& a, const TopItem& b) { return a.revenue > b.revenue; });
  items.affinities = {
      {"GREEN REGENCY TEACUP AND SAUCER", "ROSES REGENCY TEACUP AND SAUCER", 281, 0.74, 9.4},
      {"PINK REGENCY TEACUP AND SAUCER", "GREEN REGENCY TEACUP AND SAUCER", 240, 0.81, 9.2},
      {"JUMBO BAG PINK POLKADOT", "JUMBO BAG RED RETROSPOT", 322, 0.68, 4.6},
      {"WOODEN STAR CHRISTMAS SCANDINAVIAN", "WOODEN HEART CHRISTMAS SCANDINAVIAN", 190, 0.72,
       11.8},
      {"ALARM CLOCK BAKELIKE GREEN", "ALARM CLOCK BAKELIKE RED", 260, 0.61, 7.9}};
  data.items = items;
}

void add_journey(ReportData& data, const std::vector<Day>& calendar) {
  Journey journey;
  journey.funnel = {{"registration", 8120, std::nullopt},
                    {"browse", 7405, 0.4},
                    {"cart", 5610, 1.2},
                    {"checkout", 4870, 0.0},
                    {"purchase", 4339, 0.0},
                    {"repurchase", 2845, 45.0}};
  journey.stages = {
      {"visitor", 1204, std::nullopt},  {"registered", 2110, 4100.0}, {"browsing", 467, 2300.0},
      {"first_purchase", 902, 96100.0}, {"repeat", 1122, 512000.0},   {"loyal", 803, 1490000.0},
      {"at_risk", 512, 188000.0},       {"lapsed", 888, 31000.0},     {"won_back", 112, 74000.0}};
  RandomStream random(4, 4);
  for (std::size_t m = 0; m < calendar.size(); ++m) {
    const double grown = 1 - std::exp(-static_cast<double>(m) / 4.0);
    const auto about = [&](double mean) { return static_cast<std::int64_t>(random.poisson(mean)); };
    journey.flows.push_back({calendar[m], about(420 - 16.0 * static_cast<double>(m)),
                             about(900 * grown), about(110 * grown * grown), about(230 * grown),
                             about(190 * grown * grown)});
  }
  data.journey = journey;
}

void add_accuracy(ReportData& data) {
  Accuracy accuracy;
  accuracy.holdout_start = day_of(2011, 9, 1);
  accuracy.holdout_end = data.as_of;
  accuracy.customers = 3370;
  accuracy.models = {{.id = "value.bg_nbd/1",
                      .log_likelihood = -19203.4,
                      .holdout_log_likelihood = -5210.8,
                      .mae = measured(0.842, 0.03),
                      .rmse = measured(1.71, 0.12),
                      .bias = within(-0.09, -0.14, -0.04, 0.95),
                      .auc_active = measured(0.741, 0.014)},
                     {.id = "value.mbg_nbd/1",
                      .chosen = true,
                      .log_likelihood = -19188.1,
                      .holdout_log_likelihood = -5188.2,
                      .mae = measured(0.811, 0.03),
                      .rmse = measured(1.69, 0.12),
                      .bias = within(-0.05, -0.10, 0.01, 0.95),
                      .auc_active = measured(0.752, 0.014)},
                     {.id = "value.pareto_nbd/1",
                      .log_likelihood = -19190.7,
                      .holdout_log_likelihood = -5190.0,
                      .mae = measured(0.815, 0.03),
                      .rmse = measured(1.69, 0.12),
                      .bias = within(-0.06, -0.11, 0.0, 0.95),
                      .auc_active = measured(0.754, 0.014)},
                     {.id = "baseline.status_quo",
                      .is_baseline = true,
                      .mae = measured(1.12, 0.04),
                      .rmse = measured(2.31, 0.2),
                      .bias = within(0.48, 0.41, 0.55, 0.95),
                      .auc_active = measured(0.738, 0.015)}};
  const double expected[] = {0.31, 0.72, 1.18, 1.61, 2.12, 2.49, 3.12, 5.88};
  const double actual[] = {0.36, 0.75, 1.24, 1.52, 2.21, 2.58, 3.35, 6.31};
  for (int f = 0; f < 8; ++f) {
    accuracy.by_frequency.push_back(
        {f, f == 7, 1200 / (f + 1), expected[f], actual[f],
         Interval{actual[f] * 0.9 - 0.02, actual[f] * 1.1 + 0.02, 0.95}});
  }
  accuracy.deciles = deciles(4.4, 337);
  data.accuracy = accuracy;
}

}  // namespace

ReportData full_shop() {
  const Day first = day_of(2010, 12, 1);
  ReportData data = basics("Lantern & Thread", "GBP", first, day_of(2011, 12, 9));
  data.method = {.purchase_model = "value.mbg_nbd/1", .spend_model = "value.gamma_gamma/1"};
  data.key_figures = {.customers = 8120,
                      .buyers = 4339,
                      .orders = 20136,
                      .revenue = 8'278'519.42,
                      .returns_share = 0.0243,
                      .repeat_rate = 0.656,
                      .average_order_value = 411.13,
                      .median_days_between_orders = 31,
                      .predicted_value = within(2'397'500, 2'180'000, 2'640'000),
                      .predicted_orders = within(8120, 7640, 8610),
                      .active_customers = within(2210, 2102, 2321)};
  const std::vector<Day> calendar = months(first, 13);
  std::vector<MonthSales> sales;
  sales.reserve(calendar.size());
  const double revenue[] = {748, 560, 498, 683, 493, 723, 691, 681, 682, 1020, 1071, 1462, 433};
  for (std::size_t m = 0; m < calendar.size(); ++m) {
    sales.push_back({calendar[m], static_cast<std::int64_t>(revenue[m] * 2.1), revenue[m] * 700});
  }
  data.sales = sales;
  add_actions(data);
  add_journey(data, calendar);
  data.rfm = rfm_of(1);
  data.cohorts = cohort_rows(calendar, 0.29, 380);
  data.values = spread_values(4339, 700);
  data.tracking = weekly(first, 53, 39, 190, 0.96);
  add_accuracy(data);
  add_recommendations(data);
  data.data_quality = {
      .rows_read = 541'909,
      .rows_stored = 536'030,
      .rows_known = 5268,
      .rejects = {{"unparsable_time", 12, "online_retail.csv line 20144: time is '31/02/2011'"},
                  {"missing_item", 599, std::string("line 7: \x01 <b>") + kHostileName}},
      .order_lines = 536'030,
      .guest_lines = 134'658,
      .guest_revenue_share = 0.142,
      .return_lines = 9288,
      .returned = 896'812,
      .free_lines = 2512,
      .other_currencies = {{"EUR", 77}},
      .events = 1'204'881};
  return data;
}

ReportData order_log_shop() {
  const Day first = day_of(1997, 1, 1);
  ReportData data = basics("CDNOW sample", "USD", first, day_of(1998, 6, 30));
  data.method = {.purchase_model = "baseline.status_quo", .spend_model = "value.gamma_gamma/1"};
  data.key_figures = {.customers = 2357,
                      .buyers = 2357,
                      .orders = 6919,
                      .revenue = 244'092.16,
                      .repeat_rate = 0.476,
                      .average_order_value = 35.28,
                      .median_days_between_orders = 48,
                      .predicted_value = within(38'410, 33'020, 44'190),
                      .predicted_orders = within(1190, 1071, 1320),
                      .active_customers = within(431, 402, 466)};
  std::vector<MonthSales> sales;
  RandomStream random(9, 9);
  for (const Day month : months(first, 18)) {
    const int passed = (month - first) / 30;
    sales.push_back({month, 0, (passed < 3 ? 31'000 : 8'900) * (0.8 + 0.4 * random.uniform())});
  }
  data.sales = sales;
  NextSteps next;
  next.steps = {{"win_back", 1210, within(1240, 640, 1980), "00111", "Lapsed after 3 orders."},
                {"second_order_nudge", 402, within(2210, 1400, 3080), "00004", "Bought once."},
                {"leave_alone", 745, {}, "", ""}};
  data.next_steps = next;
  data.at_risk = Absence::kNoneFound;
  Journey journey;
  journey.funnel = {{"purchase", 2357, std::nullopt}, {"repurchase", 1121, 62.0}};
  journey.stages = {{"first_purchase", 190, 1210.0},
                    {"repeat", 240, 9100.0},
                    {"loyal", 180, 21'300.0},
                    {"at_risk", 0, 0.0},
                    {"lapsed", 1747, 6800.0}};
  data.journey = journey;
  data.rfm = rfm_of(0.5);
  std::vector<CohortMonth> rows = cohort_rows(months(first, 18), 0.12, 34);
  std::erase_if(rows, [&](const CohortMonth& row) { return row.cohort - first > 80; });
  data.cohorts = rows;
  data.values = spread_values(2357, 14);
  data.tracking = weekly(first, 78, 39, 68, 0.88);
  Accuracy accuracy;
  accuracy.holdout_start = day_of(1997, 10, 1);
  accuracy.holdout_end = data.as_of;
  accuracy.customers = 2357;
  accuracy.decided_by = "mae";
  accuracy.models = {{.id = "value.bg_nbd/1",
                      .lost_to_baseline = true,
                      .log_likelihood = -9582.43,
                      .holdout_log_likelihood = -3101.2,
                      .mae = measured(0.7855, 0.03)},
                     {.id = "baseline.status_quo",
                      .is_baseline = true,
                      .chosen = true,
                      .mae = measured(0.77, 0.04)}};
  accuracy.deciles = deciles(2.9, 236);
  data.accuracy = accuracy;
  data.recommenders = Absence::kNoItems;
  data.items = Absence::kNoItems;
  data.data_quality = {
      .rows_read = 6919, .rows_stored = 6919, .order_lines = 6919, .free_lines = 8};
  return data;
}

ReportData empty_shop() {
  ReportData data;
  data.shop = "New shop";
  data.version = "0.1.0";
  data.as_of = day_of(2026, 11, 24);
  data.generated_at = to_time(data.as_of);
  data.sales = Absence::kNoBuyers;
  data.next_steps = Absence::kNoCustomers;
  data.at_risk = Absence::kNoBuyers;
  data.journey = Absence::kNoCustomers;
  data.rfm = Absence::kNoBuyers;
  data.cohorts = Absence::kNoBuyers;
  data.values = Absence::kNoBuyers;
  data.tracking = Absence::kNoBuyers;
  data.accuracy = Absence::kNoBuyers;
  data.recommenders = Absence::kNoBuyers;
  data.items = Absence::kNoBuyers;
  return data;
}

ReportData one_buyer_shop() {
  ReportData data = empty_shop();
  data.shop = "First sale";
  data.currency = Currency("CNY");
  data.first_day = data.last_day = data.as_of;
  data.key_figures = {
      .customers = 1, .buyers = 1, .orders = 1, .revenue = 19.9, .repeat_rate = 0.0};
  data.sales = std::vector<MonthSales>{{month_start(data.as_of), 1, 19.9}};
  Journey journey;
  journey.funnel = {{"purchase", 1, std::nullopt}, {"repurchase", 0, std::nullopt}};
  journey.stages = {{"first_purchase", 1, std::nullopt}};
  data.journey = journey;
  data.rfm = Rfm{.cells = {{5, 1, 1, 19.9}}, .six_groups = {{"recent", 1, 19.9}}};
  data.cohorts = std::vector<CohortMonth>{{month_start(data.as_of), 0, 1, 1, 19.9}};
  data.values = Absence::kTooFewBuyers;
  data.tracking = Absence::kTooShortHistory;
  data.accuracy = Absence::kTooFewBuyers;
  data.recommenders = Absence::kTooFewBuyers;
  data.items = Items{.items_sold = 1, .top = {{"A1", "", 1, 1, 19.9}}};
  data.data_quality = {.rows_read = 1, .rows_stored = 1, .order_lines = 1};
  return data;
}

ReportData small_shop() {
  ReportData data = one_buyer_shop();
  data.shop = "Corner shop";
  const Day first = day_of(2026, 7, 3);
  data.first_day = first;
  data.key_figures = {.customers = 41,
                      .buyers = 30,
                      .orders = 44,
                      .revenue = 1830.5,
                      .repeat_rate = 0.3,
                      .average_order_value = 41.6,
                      .median_days_between_orders = 1};
  data.sales = std::vector<MonthSales>{};
  for (const Day month : months(first, 5)) {
    std::get<std::vector<MonthSales>>(data.sales).push_back({month, 9, 200.0 + month.days % 97});
  }
  Journey journey;
  journey.funnel = {
      {"registration", 41, std::nullopt}, {"purchase", 30, 2.0}, {"repurchase", 9, 21.0}};
  journey.stages = {{"registered", 11, std::nullopt},
                    {"first_purchase", 21, std::nullopt},
                    {"repeat", 8, std::nullopt},
                    {"at_risk", 1, std::nullopt}};
  data.journey = journey;
  data.rfm = rfm_of(0.01);
  data.cohorts = cohort_rows(months(first, 5), 0.2, 40);
  CustomerValues values;
  values.values = {12, 0, 3, 40, 9, 1, 0, 22};
  data.values = values;
  return data;
}

std::vector<std::pair<std::string, ReportData>> all_samples() {
  return {{"full", full_shop()},
          {"order_log", order_log_shop()},
          {"empty", empty_shop()},
          {"one_buyer", one_buyer_shop()},
          {"small", small_shop()}};
}

}  // namespace perennial::report
