#include "perennial/cli/print.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "perennial/base/text.h"

namespace perennial::cli {
namespace {

template <typename... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  fmt::print(stdout, format, std::forward<Args>(args)...);
}

std::string count(std::int64_t n) { return with_thousands(n); }

// "1 row", "2 rows"
std::string counted(std::int64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", count(n), noun, n == 1 ? "" : "s");
}

// "1,234.50 GBP", without a code for a shop without currency.
std::string money(double value, const std::string& currency) {
  if (!std::isfinite(value)) return "-";
  const Currency known = Currency::find(currency).value_or(Currency());
  if (known == Currency()) return fmt::format("{:.2f}", value);
  return round_to_money(value, known).format();
}

std::string day(std::optional<Day> value) { return value ? format_day(*value) : "-"; }

std::string words(std::string id) {
  std::replace(id.begin(), id.end(), '_', ' ');
  return id;
}

void notes(const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) say("note: {}\n", sentence);
}

// "0.1234 (0.1200 to 0.1270)"
std::string estimate(const report::Estimate& value) {
  if (!value.interval) return fmt::format("{:.4f}", value.value);
  return fmt::format("{:.4f} ({:.4f} to {:.4f})", value.value, value.interval->low,
                     value.interval->high);
}

using Metrics = std::vector<std::pair<std::string, report::Estimate>>;

// Metric by metric, one line a model: easier to compare than a row of numbers that wraps. Models without a metric are left
// out of it.
void metric_table(const std::vector<std::pair<std::string, Metrics>>& rows) {
  std::vector<std::string> names;
  std::size_t width = 0;
  for (const auto& [label, metrics] : rows) {
    width = std::max(width, label.size());
    for (const auto& [name, value] : metrics) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  for (const std::string& wanted : names) {
    say("{}\n", wanted);
    for (const auto& [label, metrics] : rows) {
      for (const auto& [name, value] : metrics) {
        if (name == wanted) say("  {:<{}}  {}\n", label, width, estimate(value));
      }
    }
  }
}

std::string marks(bool is_baseline, bool chosen) {
  return std::string(is_baseline ? " (baseline)" : "") + (chosen ? " (chosen)" : "");
}

}  // namespace

void print(const engine::Init::Output& output) {
  say("{} is ready{}.\n", output.shop.string(),
      output.currency.empty() ? "; the currency is that of most orders"
                              : ", in " + output.currency);
  say("Next: perennial import {} FILE...\n", output.shop.string());
}

void print(const engine::Import::Output& output) {
  const store::ImportReport& report = output.report;
  say("{}: {} of {} in {:.1f} s\n", report.dry_run ? "Would take" : "Read",
      counted(report.rows_read, "row"), report.format, output.seconds);
  for (const store::FactCount& fact : report.facts) {
    say("  {:<14}{:>14} new{:>14} known\n", fact.table, count(fact.stored), count(fact.known));
  }
  for (const store::RejectCount& reject : report.rejects) {
    say("  rejected: {}, {}\n", counted(reject.count, "row"), words(reject.reason));
    for (const store::RejectExample& example : reject.examples) {
      say("    {} line {}: {}\n", example.file, example.line, example.message);
    }
  }
  notes(report.notes);
  if (report.facts.empty()) {
    say("Nothing was stored.\n");
  } else if (!report.dry_run) {
    say("Next: perennial run {}\n", output.shop.string());
  }
}

void print(const engine::Run::Output& output) {
  say("{} as of {}: {}, {}\n", output.shop.string(), format_day(output.as_of),
      counted(output.customers, "customer"), counted(output.buyers, "buyer"));
  if (output.predicted_value) {
    const report::Estimate& value = *output.predicted_value;
    say("Predicted value, next {} days: {}", output.horizon_days,
        money(value.value, output.currency));
    if (value.interval) {
      say(" ({:.0f} %: {} to {})", 100 * value.interval->level,
          money(value.interval->low, output.currency),
          money(value.interval->high, output.currency));
    }
    say(", by {}\n", output.value_model);
  }
  if (output.expected_back) {
    const report::Estimate& back = *output.expected_back;
    say("Expected back within {} days: {:.0f}", output.window_days, back.value);
    if (back.interval)
      say(" ({:.0f} %: {:.0f} to {:.0f})", 100 * back.interval->level, back.interval->low,
          back.interval->high);
    say(", by {}\n", output.repurchase_model);
  }
  if (!output.recommender.empty()) say("Recommendations: by {}\n", output.recommender);
  if (output.visitors > 0) say("Visitors: {} anonymous people\n", count(output.visitors));
  say("Stages\n");
  for (const auto& [stage, customers] : output.stages)
    say("  {:<20}{:>12}\n", words(stage), count(customers));
  say("Next steps\n");
  for (const auto& [action, customers] : output.next_steps)
    say("  {:<20}{:>12}\n", words(action), count(customers));
  notes(output.notes);
  say("Next: perennial report {} --out report.html\n", output.shop.string());
}

namespace {

void print_predictions(const engine::Customer::Output& page,
                       const engine::Customer::Predictions& p) {
  say("Value, next {} days\n", page.horizon_days);
  if (p.lifetime_value) {
    say("  predicted       {} (80 %: {} to {})\n", money(*p.lifetime_value, page.currency),
        money(p.lifetime_value_low.value_or(*p.lifetime_value), page.currency),
        money(p.lifetime_value_high.value_or(*p.lifetime_value), page.currency));
  }
  say("  purchase days   {:.2f} expected, {:.0f} % likely to buy at all\n", p.expected_orders,
      100 * p.p_active);
  if (p.expected_spend)
    say("  each worth      {} expected\n", money(*p.expected_spend, page.currency));
  say("  back soon       {:.0f} % likely to buy within {} days\n", 100 * p.p_repurchase,
      p.window_days);
  say("  activity        {:.0f} % of what it was right after the last order\n", 100 * p.activity);
  if (p.expected_next_order)
    say("  next order      half of such customers {} back by {}\n",
        *p.expected_next_order < page.as_of ? "were" : "are", format_day(*p.expected_next_order));
}

// Why an item is in the list, as one would tell the customer.
std::string why(const engine::Customer::Item& item) {
  if (item.reason == "popular") return "  (many buy it)";
  if (item.reason == "pinned" || item.reason == "promoted") return "  (" + item.reason + ")";
  if (item.reason == "explored") return "  (to find out)";
  if (item.because.empty()) return "";
  if (item.because == (item.name.empty() ? item.item_id : item.name)) return "  (bought before)";
  if (item.reason == "often_after") return "  (often after " + item.because + ")";
  if (item.reason == "similar") return "  (like " + item.because + ")";
  if (item.reason == "similar_look") return "  (looks like " + item.because + ")";
  return "  (because of " + item.because + ")";
}

}  // namespace

void print(const engine::Customer::Output& page) {
  say("Customer {}{}{}{}, as of {}\n", page.customer_id, page.name.empty() ? "" : ", " + page.name,
      page.country.empty() ? "" : ", " + page.country,
      page.channel.empty() ? "" : ", came by " + page.channel, format_day(page.as_of));
  say("Stage: {}\n", words(page.stage));
  say("History\n");
  if (page.registered) say("  registered      {}\n", day(page.registered));
  if (page.last_browse) say("  last visit      {}\n", day(page.last_browse));
  if (page.purchase_days > 0) {
    say("  orders          {} on {}, {} to {}\n", count(page.orders),
        counted(page.purchase_days, "day"), day(page.first_order), day(page.last_order));
    say("  spent           {}", money(page.revenue, page.currency));
    if (page.returned > 0) say(", returned {}", money(page.returned, page.currency));
    say("\n");
  } else {
    say("  orders          none that counts\n");
  }
  if (!page.rfm.empty())
    say("  RFM             {} (Klaviyo: {}; Shopify: {})\n", page.rfm, words(page.klaviyo_group),
        words(page.shopify_group));
  if (page.predictions) print_predictions(page, *page.predictions);
  if (!page.reasons.empty()) say("What speaks for (+) and against (-) being back soon\n");
  for (const engine::Reason& reason : page.reasons)
    say("  {}  {}\n", reason.contribution > 0 ? '+' : '-', reason.words);
  say("Next step: {}\n", words(page.action));
  say("  {}\n", page.reason);
  if (page.expected_value > 0) {
    say("  expected to bring {} ({} response)\n", money(page.expected_value, page.currency),
        page.basis);
  }
  if (!page.action_items.empty()) say("  with {}\n", fmt::join(page.action_items, ", "));
  if (!page.recommendations.empty()) say("Recommend\n");
  for (const engine::Customer::Item& item : page.recommendations) {
    if (item.name.empty()) {
      say("  {}", item.item_id);
    } else {
      say("  {:<12}{}", item.item_id, item.name);
    }
    say("{}", why(item));
    say("\n");
  }
  if (!page.latest_orders.empty()) say("Latest orders\n");
  for (const engine::Customer::Order& order : page.latest_orders) {
    say("  {}  {:<14}{:>16}  {}\n", format_day(order.day), order.order_id,
        money(order.amount, page.currency), counted(order.items, "item"));
  }
}

void print(const engine::Export::Output& output) {
  say("{}: {} of {}\n", output.file.string(), counted(output.rows, "row"), output.what);
}

void print(const engine::Report::Output& output) {
  say("{}: the report as of {}, {:.1f} MB\n", output.file.string(), format_day(output.as_of),
      static_cast<double>(output.bytes) / 1e6);
}

void print(const engine::Evaluate::Output& output) {
  say("Fitted on the days before {}, judged on {} to {}. Intervals are 95 %, by bootstrap over "
      "customers.\n",
      format_day(output.split), format_day(output.split), format_day(output.end));
  notes(output.notes);
  if (!output.value.empty()) {
    say("\nValue: {} buyers before the split\n", count(output.customers));
    std::vector<std::pair<std::string, Metrics>> rows;
    for (const auto& row : output.value)
      rows.emplace_back(row.id + marks(row.is_baseline, row.chosen), row.metrics);
    metric_table(rows);
  }
  if (!output.recommenders.empty()) {
    say("\nRecommendations: {} customers who bought after the split, lists of {}\n",
        count(output.judged_customers), output.list_length);
    std::vector<std::pair<std::string, Metrics>> rows;
    for (const auto& row : output.recommenders) {
      rows.emplace_back(row.id + ", bought " + row.bought + marks(row.is_baseline, row.chosen),
                        row.metrics);
    }
    metric_table(rows);
  }
}

void print(const engine::EvaluateValue::Output& output) {
  const engine::BacktestResult& result = output.result;
  say("Fitted on the days before each cut-off, judged on the days after it. Intervals are 95 %, by "
      "bootstrap over customers.\n");
  notes(result.notes);
  say("\n  {:<12}{:<12}{:>12}{:>13}  {}\n", "cut-off", "to", "buyers", "purchases", "chosen");
  for (const engine::BacktestOrigin& origin : result.origins)
    say("  {:<12}{:<12}{:>12}{:>13}  {}\n", format_day(origin.split), format_day(origin.end),
        count(static_cast<std::int64_t>(origin.customers)),
        count(static_cast<std::int64_t>(origin.purchases)), origin.winners.purchases);
  const report::Backtest table = engine::to_report(result);
  const auto figure = [](const std::optional<report::Estimate>& estimate) {
    return estimate ? fmt::format("{:.3f}", estimate->value) : std::string("-");
  };
  say("\nOver all cut-offs: purchases per customer, who buys at all, net spend per customer\n");
  say("  {:<32}{:>7}{:>26}{:>8}{:>8}{:>7}{:>7}{:>7}{:>12}\n", "", "MAE", "less status quo", "RMSE",
      "bias", "Gini", "AUC", "Brier", "spend MAE");
  for (const report::BacktestRow& row : table.rows) {
    std::string less = figure(row.mae_difference);
    if (row.mae_difference && row.mae_difference->interval)
      less += fmt::format(" ({:.3f} to {:.3f})", row.mae_difference->interval->low,
                          row.mae_difference->interval->high);
    say("  {:<32}{:>7}{:>26}{:>8}{:>8}{:>7}{:>7}{:>7}{:>12}\n",
        row.id + marks(row.is_baseline, row.chosen), figure(row.mae), less, figure(row.rmse),
        figure(row.bias), figure(row.gini), figure(row.auc), figure(row.brier),
        row.spend_mae ? fmt::format("{:.2f}", row.spend_mae->value) : "-");
  }
  say("Best for how often: {}; for who buys at all: {}{}\n", result.winners.purchases,
      result.winners.activity,
      result.winners.spend.empty() ? "" : "; for how much: " + result.winners.spend);
  if (result.regularity)
    say("Regularity k = {:.2f} ({:.2f} to {:.2f}), by the last gaps of {}: 1 is chance, more is "
        "more "
        "even\n",
        result.regularity->k, result.regularity->low, result.regularity->high,
        counted(static_cast<std::int64_t>(result.regularity->customers), "customer"));
  say("All metrics, deciles, reliability and tracking of each cut-off: --json\n");
  say("{} keeps it for `perennial report`.\n", output.file.string());
}

namespace {

std::string way_of_offering(std::string_view id) {
  if (id == "chance") return "chance";
  if (id == "category_popularity") return "popularity of the category";
  if (id == "own_categories") return "the customer's categories";
  if (id == "words") return "words";
  if (id == "pictures") return "pictures";
  if (id == "words_and_pictures") return "words and pictures";
  return std::string(id);
}

void print_new_items(const report::NewItems& table, int places) {
  const auto figure = [](const report::Estimate& value) {
    return fmt::format("{:.3f} ({:.3f} to {:.3f})", value.value, value.interval->low,
                       value.interval->high);
  };
  say("\nItems without history: {}, ranked among themselves, lists of {}, for {} with a history "
      "who bought one (another {} had none).\n",
      count(table.items), places, counted(table.customers, "customer"),
      count(table.without_history));
  say("  {:<38}{:>26}{:>26}\n", "", "hits", "recall");
  for (const report::NewItemsRow& row : table.rows)
    say("  {:<38}{:>26}{:>26}\n", way_of_offering(row.id), figure(row.hit_rate),
        figure(row.recall));
}

}  // namespace

void print(const engine::EvaluateRecommend::Output& output) {
  const engine::JudgedRecommenders& judged = output.judged;
  if (output.split)
    say("Learned before {}, judged on what {} customers bought from then to {}.\n",
        format_day(*output.split), count(judged.table.customers), format_day(output.end));
  else
    say("Protocol {}: {} customers, up to {}. It learns from other customers' futures: to compare "
        "with publications, not to choose by.\n",
        output.protocol, count(judged.table.customers), format_day(output.end));
  say("All items are ranked, lists of {}; bought items come back: {}. Intervals are 95 %, by "
      "bootstrap over customers.\n",
      judged.table.list_length, engine::bought_id(judged.bought));
  notes(judged.notes);
  const auto plain = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.3f}", *value) : std::string("-");
  };
  say("\n  {:<38}{:>26}{:>8}{:>8}{:>9}{:>9}{:>7}{:>8}{:>8}{:>8}{:>9}{:>9}{:>8}\n", "", "NDCG",
      "recall", "hits", "revenue", "coverage", "lift", "variety", "cold", "fit s", "p50 us",
      "p99 us", "MB");
  for (const engine::JudgedRecommender& row : judged.all) {
    if (row.bought != judged.bought) continue;
    const auto& ndcg = row.report.metric("ndcg");
    const bool has_cost = row.cost.has_value();
    const auto cost = [&](double value, int digits) {
      return has_cost ? fmt::format("{:.{}f}", value, digits) : std::string("-");
    };
    const engine::Cost spent = row.cost.value_or(engine::Cost{});
    const auto& detail = row.detail;
    say("  {:<38}{:>26}{:>8.3f}{:>8.3f}{:>9}{:>9.3f}{:>7}{:>8}{:>8}{:>8}{:>9}{:>9}{:>8}\n",
        row.id + marks(row.is_baseline, row.id == judged.chosen),
        fmt::format("{:.4f} ({:.4f} to {:.4f})", ndcg.value, ndcg.low, ndcg.high),
        row.report.metric("recall").value, row.report.metric("hit_rate").value,
        detail && detail->revenue_recall ? plain(detail->revenue_recall->value) : "-",
        row.report.coverage, plain(row.report.popularity_lift),
        detail ? plain(detail->diversity) : "-", detail ? plain(detail->cold_item_recall) : "-",
        cost(spent.fit_seconds, 2), cost(spent.p50_micros, 0), cost(spent.p99_micros, 0),
        cost(static_cast<double>(spent.bytes) / 1e6, 1));
  }
  say("\n  hits by what the customer had bought:");
  for (const engine::JudgedRecommender& row : judged.all) {
    if (row.id != judged.chosen || row.bought != judged.bought || !row.detail) continue;
    for (const evaluate::HistorySlice& slice : row.detail->by_history)
      if (slice.customers > 0)
        say(" {} items {:.3f} ({} customers);", slice.name, slice.hit_rate,
            count(static_cast<std::int64_t>(slice.customers)));
  }
  say("\n");
  if (judged.new_items) print_new_items(*judged.new_items, judged.table.list_length);
  say("All metrics under every policy of bought items: --json\n");
  say("{} keeps it for `perennial report`.\n", output.file.string());
}

void print(const engine::Equity::Output& output) {
  const auto amount = [&](double value) { return money(value, output.currency); };
  const engine::Equity::Group& total = output.total;
  say("Customer equity on {}: {}", format_day(output.to), amount(total.equity.value));
  if (total.equity.interval)
    say(" (80 %: {} to {})", amount(total.equity.interval->low),
        amount(total.equity.interval->high));
  say(", what {} are expected to bring within {} days, by {}\n",
      counted(total.customers, "customer"), output.horizon_days, output.process);
  say("On {} it was {}; since then acquisition {}, retention {}, spend {}\n",
      format_day(output.from), amount(total.change.before), amount(total.change.acquisition),
      amount(total.change.retention), amount(total.change.spend));
  notes(output.notes);
  say("\n  {:<16}{:>10}{:>18}{:>38}{:>18}{:>18}{:>18}{:>18}\n", "", "customers", "equity", "80 %",
      "before", "acquisition", "retention", "spend");
  for (const engine::Equity::Group& group : output.groups) {
    const auto& interval = group.equity.interval;
    say("  {:<16}{:>10}{:>18}{:>38}{:>18}{:>18}{:>18}{:>18}\n",
        group.name.empty() ? "not known" : group.name, count(group.customers),
        amount(group.equity.value),
        interval ? amount(interval->low) + " to " + amount(interval->high) : "-",
        amount(group.change.before), amount(group.change.acquisition),
        amount(group.change.retention), amount(group.change.spend));
  }
  for (const engine::Equity::Payback& one : output.payback) {
    say("\n{}: a cost of {} per customer ", one.channel, amount(one.cost));
    if (one.days) {
      say("is back after {:.0f} days", *one.days);
    } else {
      say("is not back: {} after {:.0f} days", amount(one.margin_so_far), one.observed_days);
    }
    say(", {} observed\n", counted(one.customers, "customer"));
  }
}

void print(const engine::Simulate::Output& output) {
  say("{}: {:.1f} MB in {:.1f} s\n", output.folder.string(),
      static_cast<double>(output.bytes) / 1e6, output.seconds);
  for (const auto& [table, rows] : output.rows) say("  {:<14}{:>14} rows\n", table, count(rows));
  say("Next: perennial init SHOP; perennial import SHOP {}\n", output.folder.string());
}

}  // namespace perennial::cli
