#include "perennial/simulate/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "perennial/base/error.h"
#include "perennial/simulate/history.h"
#include "perennial/simulate/ids.h"
#include "perennial/simulate/item_statements.h"
#include "perennial/simulate/scenario.h"

namespace perennial::simulate {

SalesLedger::SalesLedger(std::size_t items, const Options& options)
    : start_(options.start_day),
      sold_(items, std::vector<std::int64_t>(static_cast<std::size_t>(options.days), 0)) {}

void SalesLedger::add(const OrderLineBatch& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines.kind[i] != "sale") continue;
    const auto day = static_cast<std::size_t>(to_day(lines.time[i]) - start_);
    sold_.at(lines.item[i]).at(day) += std::llround(lines.quantity[i]);
  }
}

void SalesLedger::add(const SalesLedger& other) {
  CHECK(sold_.size() == other.sold_.size());
  for (std::size_t i = 0; i < sold_.size(); ++i) {
    for (std::size_t day = 0; day < sold_[i].size(); ++day) sold_[i][day] += other.sold_[i][day];
  }
}

namespace {

std::unique_ptr<const Scenario> make_scenario(const Options& options) {
  options.check();
  return std::make_unique<const Scenario>(options);
}

}  // namespace

Simulation::Simulation(const Options& options) : scenario_(make_scenario(options)) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

const Options& Simulation::options() const { return scenario_->options; }

std::size_t Simulation::chunk_count() const {
  return static_cast<std::size_t>((options().customers + kCustomersPerChunk - 1) /
                                  kCustomersPerChunk);
}

std::int64_t Simulation::visitors() const {
  return std::llround(static_cast<double>(options().customers) * options().visitors_per_customer);
}

Chunk Simulation::chunk(std::size_t index) const {
  CHECK(index < chunk_count());
  const std::int64_t begin = static_cast<std::int64_t>(index) * kCustomersPerChunk;
  const std::int64_t end = std::min(options().customers, begin + kCustomersPerChunk);
  const auto visitors_below = [this](std::int64_t customers) {
    return static_cast<std::int64_t>(static_cast<double>(visitors()) *
                                     static_cast<double>(customers) /
                                     static_cast<double>(options().customers));
  };
  Chunk chunk;
  HistoryWriter history(*scenario_, chunk);
  for (std::int64_t i = begin; i < end; ++i) history.customer(i);
  for (std::int64_t i = visitors_below(begin); i < visitors_below(end); ++i)
    history.visitor(i, visitors());
  return chunk;
}

SalesLedger Simulation::empty_ledger() const {
  return {scenario_->catalogue.items().size(), options()};
}

Statements Simulation::items(const SalesLedger& ledger) const {
  Statements statements;
  for (std::size_t i = 0; i < scenario_->catalogue.items().size(); ++i)
    state_item(*scenario_, i, ledger.sold(i), statements);
  return statements;
}

CampaignBatch Simulation::campaigns() const { return to_batch(scenario_->campaigns); }

ItemTruthBatch Simulation::item_truth(const SalesLedger& ledger) const {
  ItemTruthBatch truth;
  for (std::size_t i = 0; i < scenario_->catalogue.items().size(); ++i) {
    const Item& item = scenario_->catalogue.items()[i];
    truth.item_id.emplace_back(item.id);
    truth.category_path.emplace_back(item.category_path);
    truth.base_share.push_back(item.base_share);
    truth.elasticity.push_back(item.elasticity);
    truth.reference_price.push_back(item.reference_price);
    truth.replenishment_days.push_back(item.replenishment_days > 0
                                           ? item.replenishment_days
                                           : std::numeric_limits<double>::quiet_NaN());
    std::int64_t sold = 0;
    for (const std::int64_t units : ledger.sold(i)) sold += units;
    truth.units_sold.push_back(sold);
    std::int64_t out = 0;
    for (const DaySpan& span : scenario_->stock[i].out_of_stock) out += span.to - span.from;
    truth.out_of_stock_days.push_back(out);
    for (std::size_t f = 0; f < kFactors; ++f)
      truth.factor[f].push_back(static_cast<double>(item.factor[f]));
  }
  return truth;
}

DayTruthBatch Simulation::day_truth() const {
  DayTruthBatch truth;
  for (int day = 0; day < options().days; ++day) {
    truth.day.push_back(options().start_day + day);
    truth.demand_rate.push_back(scenario_->clock.rate(day));
  }
  return truth;
}

void simulate(const Simulation& simulation, Sink& sink, Threads threads, Progress& progress) {
  ProgressTask task(progress, "Simulating",
                    static_cast<std::uint64_t>(simulation.options().customers));
  const std::size_t round = 4 * static_cast<std::size_t>(thread_count(threads));
  SalesLedger ledger = simulation.empty_ledger();
  for (std::size_t begin = 0; begin < simulation.chunk_count(); begin += round) {
    const std::size_t count = std::min(round, simulation.chunk_count() - begin);
    std::vector<Chunk> chunks(count);
    parallel_chunks(count, 1, threads,
                    [&](std::size_t i, std::size_t) { chunks[i] = simulation.chunk(begin + i); });
    for (const Chunk& chunk : chunks) {
      ledger.add(chunk.order_lines);
      sink.chunk(chunk);
      task.advance(chunk.customer_truth.size());
    }
  }
  sink.items(simulation.items(ledger).items);
}

}  // namespace perennial::simulate
