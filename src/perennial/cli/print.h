// What each verb's answer looks like in a terminal.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "perennial/engine/customer.h"
#include "perennial/engine/equity.h"
#include "perennial/engine/evaluate.h"
#include "perennial/engine/evaluate_recommend.h"
#include "perennial/engine/evaluate_value.h"
#include "perennial/engine/export.h"
#include "perennial/engine/import.h"
#include "perennial/engine/init.h"
#include "perennial/engine/report.h"
#include "perennial/engine/run.h"
#include "perennial/engine/simulate.h"

namespace perennial::cli {

void print(const engine::Init::Output& output);
void print(const engine::Import::Output& output);
void print(const engine::Run::Output& output);
void print(const engine::Customer::Output& output);
void print(const engine::Export::Output& output);
void print(const engine::Report::Output& output);
void print(const engine::Equity::Output& output);
void print(const engine::Evaluate::Output& output);
void print(const engine::EvaluateValue::Output& output);
void print(const engine::EvaluateRecommend::Output& output);
void print(const engine::Simulate::Output& output);

}  // namespace perennial::cli
