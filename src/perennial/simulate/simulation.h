// A shop with known truth: customers who register, look around, buy by the laws of the field, and leave.
//
// Story    docs/models/simulate.md gives the whole process with its formulas
// Shapes   chunk i holds kCustomersPerChunk customers in the order of their registration and its share of the visitors;
//          the chunks together are the shop
// Threads  const after construction: chunks may be made by several threads at once. A chunk depends on options and i
//          alone, so the shop has the same bytes for any number of threads
// Order    all chunks first, their sales counted in a SalesLedger; then items(ledger), whose stock follows what was sold
// Cost     about 1.7 us of one core an event; memory 12 bytes * items * days for the shelf
#pragma once

#include <memory>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/base/progress.h"
#include "perennial/simulate/batches.h"
#include "perennial/simulate/options.h"

namespace perennial::simulate {

struct Scenario;

// Units sold per item and day. Ledgers of parts add up to that of the whole, in any order.
class SalesLedger {
 public:
  SalesLedger(std::size_t items, const Options& options);
  void add(const OrderLineBatch& lines);
  void add(const SalesLedger& other);
  const std::vector<std::int64_t>& sold(std::size_t item) const { return sold_[item]; }

 private:
  Day start_;
  std::vector<std::vector<std::int64_t>> sold_;  // item, then day of the window
};

struct Statements {
  ItemBatch items;
  TextArena texts;
};

class Simulation {
 public:
  static constexpr std::int64_t kCustomersPerChunk = 1024;

  explicit Simulation(const Options& options);  // kInvalidArgument when options.check() says so
  Simulation(Simulation&&) noexcept;
  ~Simulation();

  const Options& options() const;
  std::size_t chunk_count() const;
  Chunk chunk(std::size_t index) const;
  std::int64_t visitors() const;  // people who never register
  SalesLedger empty_ledger() const;

  Statements items(const SalesLedger& ledger) const;
  CampaignBatch campaigns() const;
  ItemTruthBatch item_truth(const SalesLedger& ledger) const;
  DayTruthBatch day_truth() const;
  const Scenario& scenario() const { return *scenario_; }

 private:
  std::unique_ptr<const Scenario> scenario_;
};

// Takes the shop as it is made. Views in the batches are good for the call only.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void chunk(const Chunk& chunk) = 0;  // in the order of the chunks
  virtual void items(const ItemBatch& items) = 0;
};

// Makes chunks in parallel and hands them over in their order, the items last.
void simulate(const Simulation& simulation, Sink& sink, Threads threads, Progress& progress);

}  // namespace perennial::simulate
