#include "perennial/engine/value_window.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "perennial/base/error.h"

namespace perennial::engine {
namespace {

bool is_learner(std::string_view id) {
  return std::ranges::find(models::window_learners(), id, &models::WindowLearner::id) !=
         models::window_learners().end();
}

std::string learner_in(const std::string& id) { return learner_of_blend(id).value_or(id); }

class Answering {
 public:
  Answering(const journey::CustomerSummaries& customers, const ProcessAnswer& process,
            const ValueOptions& options, const Challengers& challengers, Context& context)
      : process_(process), options_(options), challengers_(challengers) {
    histories_ = purchase_histories(customers, options.window_days, context.threads);
  }

  // Who can answer for `wished`, and a word where it is another.
  std::string who_answers(const std::string& wished, std::vector<std::string>& warnings) {
    if (wished.empty()) return options_.process;
    if (wished == kStatusQuo || (is_learner(learner_in(wished)) ? learnt(wished) != nullptr
                                                                : of_process(wished) != nullptr))
      return wished;
    std::string warning = fmt::format(
        "{} won on the holdout and could not be fitted to all days; the purchase process answers "
        "instead",
        wished);
    if (std::ranges::find(warnings, warning) == warnings.end())
      warnings.push_back(std::move(warning));
    return options_.process;
  }

  // Of the window. REQUIRES: an answer of who_answers(), not the status quo
  models::Window::Output output_of(const std::string& id) {
    if (!is_learner(learner_in(id))) return *of_process(id);
    const models::Window::Output& forecast = learnt(id)->forecast;
    if (!learner_of_blend(id)) return forecast;
    const models::Window::Output* partner = of_process(options_.blend_partner);
    return models::mean_of(forecast, partner != nullptr ? *partner : *of_process(options_.process));
  }

  // From what a learnt model expects within the window to the horizon.
  std::vector<double> within_horizon(std::vector<double> amounts,
                                     std::span<const double> process_window,
                                     std::span<const double> process_horizon) const {
    const bool beyond = options_.horizon_days > options_.window_days;
    const double share = static_cast<double>(options_.horizon_days) / options_.window_days;
    for (std::size_t i = 0; i < amounts.size(); ++i) {
      if (beyond) {
        amounts[i] += std::max(0.0, process_horizon[i] - process_window[i]);
      } else {
        amounts[i] *=
            process_window[i] > 0 ? std::min(1.0, process_horizon[i] / process_window[i]) : share;
      }
    }
    return amounts;
  }

 private:
  const Challenger* learnt(const std::string& id) const {
    const auto found = std::ranges::find(challengers_.learnt, learner_in(id), &Challenger::id);
    return found == challengers_.learnt.end() ? nullptr : &*found;
  }

  // Each process is fitted and asked once; nothing where its fit does not arrive.
  const models::Window::Output* of_process(const std::string& id) {
    auto known = answers_.find(id);
    if (known == answers_.end()) known = answers_.emplace(id, ask(id)).first;
    return known->second ? &*known->second : nullptr;
  }

  std::optional<models::Window::Output> ask(const std::string& id) const {
    try {
      const models::Purchases::Output output =
          models::predict(id == options_.process ? process_.model
                                                 : models::purchase_process(id).fit(histories_, {}),
                          histories_);
      return models::Window::Output{output.p_active, output.expected_purchases,
                                    times(output.expected_purchases, process_.spend)};
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kNotEnoughData && error.kind() != ErrorKind::kNoConvergence)
        throw;
      return std::nullopt;
    }
  }

  const ProcessAnswer& process_;
  const ValueOptions& options_;
  const Challengers& challengers_;
  models::Purchases::Input histories_;
  std::map<std::string, std::optional<models::Window::Output>> answers_;
};

// Trees, because reasons come from them, and whoever won.
std::vector<std::string> learners_needed(const ValueOptions& options) {
  std::vector<std::string> needed{std::string(models::WindowTrees::kId)};
  for (const std::string& id : {options.purchases_by, options.spend_by, options.activity_by}) {
    const std::string learner = learner_in(id);
    if (is_learner(learner) && std::ranges::find(needed, learner) == needed.end())
      needed.push_back(learner);
  }
  return needed;
}

double sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

WindowAnswer answer_window(store::Connection& connection, const WindowView* past,
                           const WindowView& now, const ProcessAnswer& process,
                           const ValueOptions& options, Context& context) {
  Challengers challengers;
  if (past != nullptr)
    challengers = learn_challengers(connection, *past, now, learners_needed(options), context);
  WindowAnswer answer{.warnings = std::move(challengers.notes)};
  Answering answering(now.customers, process, options, challengers, context);
  answer.activity_by = answering.who_answers(options.activity_by, answer.warnings);
  answer.purchases_by = answering.who_answers(options.purchases_by, answer.warnings);
  answer.spend_by = answering.who_answers(options.spend_by, answer.warnings);
  answer.p_repurchase = answering.output_of(answer.activity_by).p_active;

  const auto pace = [&] {
    return models::status_quo(
        purchase_histories(now.customers, options.horizon_days, context.threads));
  };
  if (answer.purchases_by == kStatusQuo) {
    answer.orders = pace();
  } else if (answer.purchases_by != options.process) {
    std::vector<double> said = answering.output_of(answer.purchases_by).expected_purchases;
    answer.orders_in_window = sum(said);
    answer.orders = answering.within_horizon(
        std::move(said), answering.output_of(options.process).expected_purchases, process.orders);
  }
  if (process.spend.empty()) answer.spend_by = options.process;
  if (answer.spend_by == kStatusQuo) {
    answer.money = times(pace(), now.customers.mean_repeat_spend);
  } else if (answer.spend_by != options.process) {
    std::vector<double> said = answering.output_of(answer.spend_by).expected_spend;
    if (said.empty()) {
      answer.spend_by = options.process;
    } else {
      answer.money_in_window = sum(said);
      answer.money = answering.within_horizon(
          std::move(said), answering.output_of(options.process).expected_spend,
          times({process.orders.begin(), process.orders.end()}, process.spend));
    }
  }
  for (Challenger& one : challengers.learnt) answer.learnt.push_back(std::move(one.model));
  return answer;
}

}  // namespace perennial::engine
