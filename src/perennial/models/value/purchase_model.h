// The registry of purchase processes, and a value that holds any one of them.
//
// To add a process: write its law beside bg_nbd.h, add it to PurchaseModel and to purchase_processes().
#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "perennial/models/value/bg_cnbd_k.h"
#include "perennial/models/value/bg_nbd.h"
#include "perennial/models/value/ggom_nbd.h"
#include "perennial/models/value/mbg_nbd.h"
#include "perennial/models/value/nbd.h"
#include "perennial/models/value/pareto_nbd.h"

namespace perennial::models {

using PurchaseModel = std::variant<Nbd, ParetoNbd, BgNbd, MbgNbd, GgomNbd, BgCnbdK, MbgCnbdK>;

struct PurchaseProcess {
  std::string_view id;     // "value.bg_nbd/1"
  std::string_view title;  // "BG/NBD"
  // Whether p_alive falls with silence for one-time buyers too, so that it can speak of churn.
  bool p_alive_tells_churn;
  PurchaseModel (*fit)(const Purchases::Input&, const LikelihoodOptions&);
  PurchaseModel (*load)(ByteReader&);
};
// The simpler ones first: of two that do as well, the first is chosen.
std::span<const PurchaseProcess> purchase_processes();
const PurchaseProcess& purchase_process(std::string_view id);  // kNotFound lists the known ones

// Where no holdout can be formed: identified with little data, and its p_alive tells churn.
inline constexpr std::string_view kDefaultPurchaseProcess = MbgNbd::kId;

std::string_view id(const PurchaseModel& model);
const FitReport& report(const PurchaseModel& model);
double days_per_period(const PurchaseModel& model);
Purchases::Output predict(const PurchaseModel& model, const Purchases::Input& input);
void save(const PurchaseModel& model, ByteWriter& writer);

}  // namespace perennial::models
