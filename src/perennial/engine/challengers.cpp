#include "perennial/engine/challengers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "perennial/base/error.h"
#include "perennial/base/text.h"

namespace perennial::engine {
namespace {

constexpr std::string_view kBlend = "blend.";
constexpr std::string_view kValue = "value.";

struct FeatureNames {
  std::vector<std::string_view> names;
  std::vector<std::uint8_t> is_money;

  FeatureNames() {
    for (const journey::Feature& feature : journey::features()) {
      names.push_back(feature.name);
      is_money.push_back(feature.unit == journey::FeatureUnit::kMoney ? 1 : 0);
    }
  }
};

models::Window::Input input_of(const WindowView& view, const FeatureNames& features,
                               int window_days, std::uint64_t seed, Threads threads) {
  models::Window::Input input{
      .customers = view.features.size(),
      .features = features.names,
      .is_money = features.is_money,
      .values = view.features.values,
      .sequences = {view.sequences.begin, view.sequences.days_before, view.sequences.amount},
      .purchases = {},
      .spend = {}};
  input.window_days = window_days;
  input.seed = seed;
  input.threads = threads;
  return input;
}

}  // namespace

WindowView window_view(store::Connection& connection, Day day) {
  WindowView view{
      .customers = journey::summaries(connection, {.as_of = day, .unit = {}, .start = {}}),
      .features = journey::feature_table(connection, day),
      .sequences = journey::purchase_sequences(connection, day)};
  CHECK(view.features.customer_ids == view.customers.customer_ids);
  CHECK(view.sequences.begin.size() == view.customers.size() + 1);
  return view;
}

Challengers learn_challengers(store::Connection& connection, const WindowView& past,
                              const WindowView& now, std::span<const std::string> ids,
                              Context& context) {
  Challengers out;
  const int window_days = now.day() - past.day();
  CHECK(window_days >= 1);
  std::vector<const models::WindowLearner*> learners;
  for (const models::WindowLearner& learner : models::window_learners()) {
    if (!ids.empty() && std::ranges::find(ids, learner.id) == ids.end()) continue;
    if (learner.available()) {
      learners.push_back(&learner);
    } else {
      out.notes.push_back(fmt::format("Not tried, because this build has none: {}", learner.title));
    }
  }
  if (learners.empty()) return out;
  const journey::Holdout then = journey::holdout(connection, past.customers, now.day());
  try {
    models::require_enough(then.purchases);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotEnoughData) throw;
    out.notes.push_back(fmt::format("No model learned from the {} days to {}: {}", window_days,
                                    format_day(now.day()), error.what()));
    return out;
  }
  // Side by side: a network learns with one thread, trees with few. The registry's last takes longest and is begun first.
  const Threads each{
      std::max(1, thread_count(context.threads) / static_cast<int>(learners.size()))};
  const FeatureNames features;
  models::Window::Input lesson = input_of(past, features, window_days, context.seed, each);
  lesson.purchases = then.purchases;
  lesson.spend = then.spend;
  const models::Window::Input asked = input_of(now, features, window_days, context.seed, each);
  ProgressTask task(context.progress, "Learning from the last window", learners.size());
  std::vector<std::optional<Challenger>> learnt(learners.size());
  std::vector<std::string> why_not(learners.size());
  parallel_chunks(learners.size(), 1, context.threads, [&](std::size_t begun, std::size_t) {
    const std::size_t i = learners.size() - 1 - begun;
    const models::WindowLearner& learner = *learners[i];
    try {
      models::WindowModel model = learner.fit(lesson);
      models::Window::Output forecast = models::predict(model, asked);
      learnt[i].emplace(Challenger{std::string(learner.id), std::string(learner.title),
                                   std::move(model), std::move(forecast)});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kNotEnoughData && error.kind() != ErrorKind::kNoConvergence &&
          error.kind() != ErrorKind::kUnsupported)
        throw;
      why_not[i] = fmt::format("{} could not learn: {}", learner.title, error.what());
    }
    task.advance();
  });
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
  const FeatureNames features;
  models::Window::Input one{.customers = 1,
                            .features = features.names,
                            .is_money = features.is_money,
                            .values = row,
                            .sequences = {},
                            .purchases = {},
                            .spend = {}};
  one.window_days = trees.window_days();
  const std::vector<float> parts = trees.reasons(one);
  std::vector<std::size_t> order(features.names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(),
                           [&](std::size_t j) { return std::fabs(parts[j]); });
  std::vector<Reason> out;
  for (const std::size_t j : order) {
    if (out.size() == most || parts[j] == 0) break;
    const journey::Feature& feature = journey::features()[j];
    std::string value = "none";
    if (!std::isnan(row[j]))
      value = feature.unit == journey::FeatureUnit::kMoney   ? fmt::format("{:.2f}", row[j])
              : feature.unit == journey::FeatureUnit::kRatio ? fmt::format("{:.3g}", row[j])
                                                             : fmt::format("{:.0f}", row[j]);
    out.push_back({.feature = std::string(feature.name),
                   .words = fmt::format("{}: {}", feature.meaning, value),
                   .contribution = parts[j]});
  }
  return out;
}

}  // namespace perennial::engine
