#include "perennial/models/value/window/window_model.h"

#include <array>
#include <string>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

template <typename M>
WindowModel fit_any(const Window::Input& input) {
  return M::fit(input, {});
}

template <typename M>
constexpr WindowLearner row(std::string_view title, bool (*available)(),
                            WindowModel (*fit)(const Window::Input&) = fit_any<M>) {
  return {M::kId, title, available, fit,
          [](ByteReader& reader) -> WindowModel { return M::load(reader); }};
}

// A recurrent network takes its time: 20,000 customers about 10 s.
WindowModel fit_lstm(const Window::Input& input) {
  return OrderLstm::fit(input, {.most_rows = 20'000});
}

constexpr std::array kLearners{row<WindowTrees>("Boosted trees", boosted_trees_available),
                               row<Ziln>("ZILN network", networks_available),
                               row<OrderLstm>("LSTM on orders", networks_available, fit_lstm)};

std::vector<double> mean_of(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return {};
  CHECK(a.size() == b.size());
  std::vector<double> out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) out[i] = (a[i] + b[i]) / 2;
  return out;
}

}  // namespace

std::span<const WindowLearner> window_learners() { return kLearners; }

const WindowLearner& window_learner(std::string_view id) {
  std::string known;
  for (const WindowLearner& learner : kLearners) {
    if (learner.id == id) return learner;
    known += (known.empty() ? "" : ", ") + std::string(learner.id);
  }
  fail(ErrorKind::kNotFound, "no learnt model \"{}\"; there are {}", id, known);
}

std::string_view id(const WindowModel& model) {
  return std::visit([](const auto& m) { return m.kId; }, model);
}

Window::Output predict(const WindowModel& model, const Window::Input& input) {
  return std::visit([&](const auto& m) { return m.predict(input); }, model);
}

void save(const WindowModel& model, ByteWriter& writer) {
  std::visit([&](const auto& m) { m.save(writer); }, model);
}

Window::Output mean_of(const Window::Output& a, const Window::Output& b) {
  return {mean_of(a.p_active, b.p_active), mean_of(a.expected_purchases, b.expected_purchases),
          mean_of(a.expected_spend, b.expected_spend)};
}

}  // namespace perennial::models
