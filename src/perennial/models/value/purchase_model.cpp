#include "perennial/models/value/purchase_model.h"

#include <array>
#include <string>

#include "perennial/base/error.h"

namespace perennial::models {

template class ProcessOf<ParetoNbdLaw>;
template class ProcessOf<GgomNbdLaw>;
template class ProcessOf<BgNbdLaw>;
template class ProcessOf<MbgNbdLaw>;
template class ProcessOf<BgCnbdKLaw>;
template class ProcessOf<MbgCnbdKLaw>;
template class ProcessOf<NbdLaw>;

namespace {

template <typename M>
PurchaseModel fit_any(const Purchases::Input& input, const LikelihoodOptions& options) {
  return M::fit(input, options);
}

template <typename M>
PurchaseModel load_any(ByteReader& reader) {
  return M::load(reader);
}

template <typename Law>
constexpr PurchaseProcess row() {
  return {Law::kId, Law::kTitle, Law::kPAliveTellsChurn, fit_any<ProcessOf<Law>>,
          load_any<ProcessOf<Law>>};
}

constexpr std::array kProcesses{row<NbdLaw>(),     row<ParetoNbdLaw>(), row<BgNbdLaw>(),
                                row<MbgNbdLaw>(),  row<GgomNbdLaw>(),   row<BgCnbdKLaw>(),
                                row<MbgCnbdKLaw>()};

}  // namespace

std::span<const PurchaseProcess> purchase_processes() { return kProcesses; }

const PurchaseProcess& purchase_process(std::string_view id) {
  std::string known;
  for (const PurchaseProcess& process : kProcesses) {
    if (process.id == id) return process;
    known += (known.empty() ? "" : ", ") + std::string(process.id);
  }
  fail(ErrorKind::kNotFound, "no purchase process \"{}\"; there are {}", id, known);
}

std::string_view id(const PurchaseModel& model) {
  return std::visit([](const auto& m) { return m.kId; }, model);
}

const FitReport& report(const PurchaseModel& model) {
  return std::visit([](const auto& m) -> const FitReport& { return m.report(); }, model);
}

double days_per_period(const PurchaseModel& model) {
  return std::visit([](const auto& m) { return m.days_per_period(); }, model);
}

Purchases::Output predict(const PurchaseModel& model, const Purchases::Input& input) {
  return std::visit([&](const auto& m) { return m.predict(input); }, model);
}

void save(const PurchaseModel& model, ByteWriter& writer) {
  std::visit([&](const auto& m) { m.save(writer); }, model);
}

}  // namespace perennial::models
