#include "perennial/engine/challengers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/base/text.h"

namespace perennial::engine {
namespace {

constexpr std::string_view kBlend = "blend.";
constexpr std::string_view kValue = "value.";

// What a window's models read, with the tables that hold it.
struct WindowData {
  journey::FeatureTable features;
  journey::PurchaseSequences sequences;
  std::vector<std::string_view> names;
  std::vector<std::uint8_t> is_money;

  static WindowData read(store::Connection& connection, Day as_of) {
    WindowData data{.features = journey::feature_table(connection, as_of),
                    .sequences = journey::purchase_sequences(connection, as_of),
                    .names = {},
                    .is_money = {}};
    for (const journey::Feature& feature : journey::features()) {
      data.names.push_back(feature.name);
      data.is_money.push_back(feature.unit == journey::FeatureUnit::kMoney ? 1 : 0);
    }
    CHECK(data.sequences.begin.size() == data.features.size() + 1);
    return data;
  }

  models::Window::Input input(int window_days, const Context& context) const {
    models::Window::Input input{
        .customers = features.size(),
        .features = names,
        .is_money = is_money,
        .values = features.values,
        .sequences = {sequences.begin, sequences.days_before, sequences.amount},
        .purchases = {},
        .spend = {}};
    input.window_days = window_days;
    input.seed = context.seed;
    input.threads = context.threads;
    return input;
  }
};

}  // namespace

Challengers learn_challengers(store::Connection& connection,
                              const journey::CustomerSummaries& customers, int window_days,
                              std::span<const std::string> ids, Context& context) {
  Challengers out;
  std::vector<const models::WindowLearner*> learners;
  for (const models::WindowLearner& learner : models::window_learners()) {
    if (!ids.empty() && std::ranges::find(ids, learner.id) == ids.end()) continue;
    if (learner.available()) {
      learners.push_back(&learner);
    } else {
      out.notes.push_back(fmt::format("{} were not tried: this build has none", learner.title));
    }
  }
  if (learners.empty()) return out;
  const Day cut = customers.as_of + -window_days;
  const journey::CustomerSummaries before =
      journey::summaries(connection, {.as_of = cut, .unit = {}, .start = {}});
  const journey::Holdout then = journey::holdout(connection, before, customers.as_of);
  try {
    models::require_enough(then.purchases);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotEnoughData) throw;
    out.notes.push_back(fmt::format("No model learned from the {} days to {}: {}", window_days,
                                    format_day(customers.as_of), error.what()));
    return out;
  }
  const WindowData past = WindowData::read(connection, cut);
  const WindowData now = WindowData::read(connection, customers.as_of);
  CHECK(past.features.customer_ids == before.customer_ids);
  CHECK(now.features.customer_ids == customers.customer_ids);
  models::Window::Input lesson = past.input(window_days, context);
  lesson.purchases = then.purchases;
  lesson.spend = then.spend;
  ProgressTask task(context.progress, "Learning from the last window", learners.size());
  // Side by side: a network learns with one thread, trees with few.
  std::vector<std::optional<Challenger>> learnt(learners.size());
  std::vector<std::string> why_not(learners.size());
  parallel_chunks(learners.size(), 1, context.threads, [&](std::size_t i, std::size_t) {
    const models::WindowLearner& learner = *learners[i];
    try {
      models::WindowModel model = learner.fit(lesson);
      models::Window::Output forecast = models::predict(model, now.input(window_days, context));
      learnt[i].emplace(Challenger{std::string(learner.id), std::string(learner.title),
                                   std::move(model), std::move(forecast)});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kNotEnoughData && error.kind() != ErrorKind::kNoConvergence &&
          error.kind() != ErrorKind::kUnsupported)
        throw;
      why_not[i] = fmt::format("{} could not learn: {}", learner.title, error.what());
    }
  });
  task.advance(learners.size());
  for (std::optional<Challenger>& one : learnt)
    if (one) out.learnt.push_back(std::move(*one));
  for (std::string& note : why_not)
    if (!note.empty()) out.notes.push_back(std::move(note));
  return out;
}

std::string learnt_file(std::string_view learner) {
  CHECK(learner.starts_with(kValue));
  return fmt::format("{}.bin", learner.substr(kValue.size(), learner.find('/') - kValue.size()));
}

std::string blend_id(std::string_view learner) {
  CHECK(learner.starts_with(kValue));
  return fmt::format("{}{}", kBlend, learner.substr(kValue.size()));
}

std::optional<std::string> learner_of_blend(std::string_view id) {
  if (!id.starts_with(kBlend)) return std::nullopt;
  return fmt::format("{}{}", kValue, id.substr(kBlend.size()));
}

std::size_t blend_partner(const models::ProcessChoice& choice) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < choice.models.size(); ++i) {
    const models::ProcessScore& a = choice.scores[i];
    const models::ProcessScore& b = choice.scores[best];
    if (a.converged != b.converged ? a.converged
                                   : a.aic.value_or(INFINITY) < b.aic.value_or(INFINITY))
      best = i;
  }
  return best;
}

std::vector<Reason> reasons(const models::WindowTrees& trees, std::span<const float> row,
                            std::size_t most) {
  std::vector<std::string_view> names;
  std::vector<std::uint8_t> is_money;
  for (const journey::Feature& feature : journey::features()) {
    names.push_back(feature.name);
    is_money.push_back(feature.unit == journey::FeatureUnit::kMoney ? 1 : 0);
  }
  models::Window::Input one{.customers = 1,
                            .features = names,
                            .is_money = is_money,
                            .values = row,
                            .sequences = {},
                            .purchases = {},
                            .spend = {}};
  one.window_days = trees.window_days();
  const std::vector<float> parts = trees.reasons(one);
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(),
                           [&](std::size_t j) { return std::fabs(parts[j]); });
  std::vector<Reason> out;
  for (const std::size_t j : order) {
    if (out.size() == most || parts[j] == 0) break;
    const journey::Feature& feature = journey::features()[j];
    std::string value = "not known";
    if (!std::isnan(row[j])) {
      const bool whole = feature.unit == journey::FeatureUnit::kCount ||
                         feature.unit == journey::FeatureUnit::kDays;
      value = whole ? fmt::format("{:.0f}", row[j]) : fmt::format("{:.2f}", row[j]);
    }
    out.push_back({.feature = std::string(feature.name),
                   .words = fmt::format("{}: {}", feature.meaning, value),
                   .contribution = parts[j]});
  }
  return out;
}

}  // namespace perennial::engine
