#include "perennial/engine/equity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "perennial/base/error.h"
#include "perennial/base/text.h"
#include "perennial/engine/holdout.h"
#include "perennial/engine/measured.h"
#include "perennial/engine/model_versions.h"
#include "perennial/engine/sql.h"
#include "perennial/engine/value_step.h"
#include "perennial/journey/build.h"
#include "perennial/models/value/lifetime_value.h"
#include "perennial/models/value/posterior.h"
#include "perennial/models/value/predictive.h"
#include "perennial/store/shop.h"

namespace perennial::engine {
namespace {

using journey::CustomerSummaries;

constexpr int kPaybackPeriodDays = 30;

struct Models {
  models::PurchaseModel process;
  models::GammaGamma spend;
};

std::string process_of_last_run(const std::filesystem::path& models_dir) {
  const auto version = latest_model_version(models_dir, "value");
  if (!version) return std::string(models::kDefaultPurchaseProcess);
  const nlohmann::json manifest = read_manifest(*version);
  return manifest.at("parameters").at("process").get<std::string>();
}

std::map<std::string, double> costs_of(const std::vector<std::string>& given) {
  std::map<std::string, double> costs;
  for (const std::string& text : given) {
    const std::size_t equals = text.rfind('=');
    const auto amount = equals == std::string::npos
                            ? std::nullopt
                            : parse_double(std::string_view(text).substr(equals + 1));
    if (!amount || !(*amount >= 0) || !std::isfinite(*amount))
      fail(ErrorKind::kInvalidArgument,
           "cost is \"{}\", needs CHANNEL=AMOUNT with an amount of 0 or more, e.g. email=4.50",
           text);
    costs[text.substr(0, equals)] = *amount;
  }
  return costs;
}

std::vector<models::Worth> worth_of(const CustomerSummaries& customers, const Models& fitted,
                                    const Equity::Input& input, const Context& context) {
  const models::Purchases::Input histories =
      purchase_histories(customers, input.horizon_days, context.threads);
  const models::LifetimeValues values = models::lifetime_value(
      fitted.process, fitted.spend, histories, customers.mean_repeat_spend,
      {.annual_discount = input.annual_discount, .intervals = models::Intervals::kNone});
  std::vector<models::Worth> worth;
  for (std::size_t i = 0; i < customers.size(); ++i) {
    const double spend = values.expected_spend[i];
    worth.push_back({spend > 0 ? values.value[i] / spend : 0, input.margin * spend});
  }
  return worth;
}

// The equity of some customers as of the later date, with its interval.
class Intervals {
 public:
  Intervals(const CustomerSummaries& customers, const Models& fitted, const Equity::Input& input,
            const Context& context)
      : customers_(customers), input_(input), context_(context) {
    const models::PosteriorOptions options{
        .draws = 100, .seed = context.seed, .threads = context.threads};
    const models::Purchases::Input histories =
        purchase_histories(customers, input.horizon_days, context.threads);
    processes_ = models::purchase_draws(fitted.process, histories, options).models;
    models::Spend::Input money;
    money.orders = customers.repeat_purchases;
    money.mean_spend = customers.mean_repeat_spend;
    money.threads = context.threads;
    spends_ = models::spend_draws(fitted.spend, money, options).models;
  }

  report::Estimate around(double equity, const std::vector<std::size_t>& rows) const {
    constexpr std::size_t kMost = 2000;
    const std::size_t step = (rows.size() + kMost - 1) / kMost;
    std::vector<double> x, recency, age, mean;
    for (std::size_t k = 0; k < rows.size(); k += step) {
      x.push_back(customers_.repeat_purchases[rows[k]]);
      recency.push_back(customers_.recency[rows[k]]);
      age.push_back(customers_.age[rows[k]]);
      mean.push_back(customers_.mean_repeat_spend[rows[k]]);
    }
    models::Purchases::Input histories =
        purchase_histories(customers_, input_.horizon_days, context_.threads);
    histories.repeat_purchases = x;
    histories.recency = recency;
    histories.age = age;
    histories.log_gaps = {};
    const models::PredictiveTotal drawn =
        models::predictive(
            processes_, spends_, histories, mean,
            {.annual_discount = input_.annual_discount, .draws = 200, .seed = context_.seed})
            .spend;
    if (!(drawn.mean > 0)) return {.value = equity, .interval = {}};
    return {.value = equity,
            .interval = report::Interval{std::min(equity, equity * drawn.low / drawn.mean),
                                         std::max(equity, equity * drawn.high / drawn.mean), 0.8}};
  }

 private:
  const CustomerSummaries& customers_;
  const Equity::Input& input_;
  const Context& context_;
  std::vector<models::PurchaseModel> processes_;
  std::vector<models::GammaGamma> spends_;
};

struct Buyer {
  std::string id, channel;
  Day first_day;
};

std::vector<Buyer> buyers_of(store::Connection& connection) {
  const auto [ids, channels, days] =
      store::read_columns<std::string, std::string, Day>(connection, sql::kEquityCustomersSql);
  std::vector<Buyer> buyers;
  for (std::size_t i = 0; i < ids.size(); ++i) buyers.push_back({ids[i], channels[i], days[i]});
  return buyers;
}

std::string group_of(const Buyer& buyer, std::string_view by) {
  return by == "channel" ? buyer.channel : format_day(buyer.first_day).substr(0, 7);
}

std::vector<Equity::Payback> paybacks(store::Connection& connection, Day to, double margin,
                                      const std::map<std::string, double>& costs,
                                      std::vector<std::string>& notes) {
  store::Statement statement = connection.prepare(sql::kEquityPaybackSql);
  const auto [channel, period, customers, spend] =
      store::read_columns<std::string, std::int64_t, std::int64_t, double>(
          statement.bind(to).query());
  std::vector<Equity::Payback> out;
  for (const auto& [name, cost] : costs) {
    Equity::Payback payback{.channel = name, .cost = cost};
    std::vector<double> cumulated;
    for (std::size_t i = 0; i < channel.size(); ++i) {
      if (channel[i] != name) continue;
      if (cumulated.empty()) payback.customers = customers[i];
      const double before = cumulated.empty() ? 0 : cumulated.back();
      cumulated.push_back(before + margin * spend[i] / static_cast<double>(customers[i]));
    }
    if (cumulated.empty()) {
      notes.push_back(fmt::format(
          "Channel \"{}\": nobody who came by it has been observed for {} days, so nothing can be "
          "said of its payback.",
          name, kPaybackPeriodDays));
      continue;
    }
    if (const auto periods = models::payback_periods(cumulated, cost))
      payback.days = *periods * kPaybackPeriodDays;
    payback.observed_days = static_cast<double>(cumulated.size()) * kPaybackPeriodDays;
    payback.margin_so_far = cumulated.back();
    out.push_back(payback);
  }
  return out;
}

nlohmann::json group_json(const Equity::Group& group) {
  return {{"name", group.name},
          {"customers", group.customers},
          {"equity", estimate_to_json(group.equity)},
          {"before", group.change.before},
          {"acquisition", group.change.acquisition},
          {"retention", group.change.retention},
          {"spend", group.change.spend}};
}

}  // namespace

std::vector<Field<Equity::Input>> Equity::fields() {
  return {
      field("shop", &Input::shop, "folder of the shop").as_positional(),
      field("from", &Input::from, "the earlier day").as_required(),
      field("to", &Input::to, "the later day; default: the day of the last order or event"),
      field("by", &Input::by, "groups, by acquisition").one_of({"month", "channel"}),
      field("horizon_days", &Input::horizon_days, "how far ahead customers are worth something")
          .between(1, 36525),
      field("annual_discount", &Input::annual_discount, "0.1: money in a year is worth 1 / 1.1 now")
          .between(0, 10),
      field("margin", &Input::margin, "share of spend that stays").between(0, 1),
      field("cost", &Input::cost,
            "CHANNEL=AMOUNT: what a customer by this channel costs to win; may be given again"),
  };
}

Equity::Output Equity::run(const Input& input, Context& context) {
  const std::map<std::string, double> costs = costs_of(input.cost);
  store::Shop shop = store::Shop::open(input.shop, store::Access::kRead, context.now,
                                       context.database_options(store::Access::kRead));
  shop.use_scratch_derived();
  store::Connection connection = shop.connect();
  Output output{.from = input.from,
                .to = input.to.value_or(latest_fact_day(connection, input.shop))};
  output.horizon_days = input.horizon_days;
  if (output.to <= input.from)
    fail(ErrorKind::kInvalidArgument, "from is {}, needs to be before {}", format_day(input.from),
         format_day(output.to));
  journey::BuildOptions build = journey_options(connection);
  build.as_of = output.to;
  output.currency = build.currency;
  journey::build(connection, build, context.progress);
  const CustomerSummaries after =
      journey::summaries(connection, {.as_of = output.to, .unit = {}, .start = {}});
  const CustomerSummaries before =
      journey::summaries(connection, {.as_of = input.from, .unit = {}, .start = {}});
  if (after.size() == 0)
    fail(ErrorKind::kNotEnoughData, "{}: nobody has bought by {}, so there is no customer equity",
         input.shop.string(), format_day(output.to));

  ProgressTask task(context.progress, "Customer equity", after.size());
  output.process = process_of_last_run(shop.models_dir());
  models::Spend::Input money;
  money.orders = after.repeat_purchases;
  money.mean_spend = after.mean_repeat_spend;
  money.threads = context.threads;
  const Models fitted{models::purchase_process(output.process)
                          .fit(purchase_histories(after, input.horizon_days, context.threads), {}),
                      models::GammaGamma::fit(money, {})};
  const std::vector<models::Worth> worth_after = worth_of(after, fitted, input, context);
  const std::vector<models::Worth> worth_before =
      before.size() > 0 ? worth_of(before, fitted, input, context) : std::vector<models::Worth>();
  const Intervals intervals(after, fitted, input, context);

  std::map<std::string, Group> groups;
  std::map<std::string, std::vector<std::size_t>> rows;
  std::size_t a = 0;
  std::size_t b = 0;
  const auto add = [&](const std::string& name, const models::EquityChange& change) {
    groups[name].name = name;
    groups[name].change += change;
    output.total.change += change;
  };
  const std::vector<Buyer> buyers = buyers_of(connection);
  std::map<std::string_view, const Buyer*> by_id;
  for (const Buyer& buyer : buyers) by_id[buyer.id] = &buyer;
  const auto name_of = [&](const std::string& id) {
    const auto found = by_id.find(id);
    return found == by_id.end() ? std::string() : group_of(*found->second, input.by);
  };
  // Both are sorted by customer.
  while (a < after.size() || b < before.size()) {
    const bool in_after =
        a < after.size() && (b >= before.size() || after.customer_ids[a] <= before.customer_ids[b]);
    const bool in_before =
        b < before.size() && (a >= after.size() || before.customer_ids[b] <= after.customer_ids[a]);
    const std::string name = name_of(in_after ? after.customer_ids[a] : before.customer_ids[b]);
    add(name, models::equity_change(in_before ? std::optional(worth_before[b]) : std::nullopt,
                                    in_after ? std::optional(worth_after[a]) : std::nullopt));
    if (in_after) {
      ++groups[name].customers;
      rows[name].push_back(a++);
    }
    if (in_before) ++b;
  }
  std::vector<std::size_t> everyone(after.size());
  for (std::size_t i = 0; i < everyone.size(); ++i) everyone[i] = i;
  output.total.customers = static_cast<std::int64_t>(after.size());
  output.total.equity = intervals.around(output.total.change.after, everyone);
  for (auto& [name, group] : groups) {
    group.equity = rows[name].empty() ? report::Estimate{.value = 0, .interval = {}}
                                      : intervals.around(group.change.after, rows[name]);
    output.groups.push_back(group);
  }
  if (before.size() == 0)
    output.notes.push_back(fmt::format("Nobody had bought by {}: all of the equity is acquisition.",
                                       format_day(input.from)));
  output.payback = paybacks(connection, output.to, input.margin, costs, output.notes);
  task.advance(after.size());
  return output;
}

nlohmann::json to_json(const Equity::Output& output) {
  nlohmann::json groups = nlohmann::json::array();
  for (const Equity::Group& group : output.groups) groups.push_back(group_json(group));
  nlohmann::json payback = nlohmann::json::array();
  for (const Equity::Payback& one : output.payback) {
    nlohmann::json json = {{"channel", one.channel},
                           {"cost", one.cost},
                           {"customers", one.customers},
                           {"observed_days", one.observed_days},
                           {"margin_so_far", one.margin_so_far}};
    json["days"] = one.days ? nlohmann::json(*one.days) : nlohmann::json(nullptr);
    payback.push_back(std::move(json));
  }
  nlohmann::json total = group_json(output.total);
  total.erase("name");
  return {{"from", format_day(output.from)},
          {"to", format_day(output.to)},
          {"currency", output.currency},
          {"purchase_model", output.process},
          {"horizon_days", output.horizon_days},
          {"total", total},
          {"groups", groups},
          {"payback", payback},
          {"notes", output.notes}};
}

}  // namespace perennial::engine
