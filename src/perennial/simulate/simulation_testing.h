// A simulated shop held whole, for tests: chunks keep their texts.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <vector>

#include "perennial/simulate/scenario.h"
#include "perennial/simulate/simulation.h"

namespace perennial::simulate {

struct WholeShop {
  explicit WholeShop(const Options& options)
      : simulation(options), ledger(simulation.empty_ledger()) {
    for (std::size_t i = 0; i < simulation.chunk_count(); ++i) {
      chunks.push_back(simulation.chunk(i));
      ledger.add(chunks.back().order_lines);
    }
    statements = simulation.items(ledger);
  }
  const Scenario& scenario() const { return simulation.scenario(); }

  Simulation simulation;
  SalesLedger ledger;
  std::vector<Chunk> chunks;
  Statements statements;
};

// The orders of each registered customer, in their order of time.
struct Order {
  Time time;
  double value = 0;  // as charged
  bool coupon = false;
};

inline std::map<Text, std::vector<Order>> orders_by_customer(const WholeShop& shop) {
  std::map<Text, std::vector<Order>> orders;
  for (const Chunk& chunk : shop.chunks) {
    const OrderLineBatch& lines = chunk.order_lines;
    Text last;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines.kind[i] != "sale" || lines.customer_id[i].data() == nullptr) continue;
      std::vector<Order>& own = orders[lines.customer_id[i]];
      if (lines.order_id[i] != last)
        own.push_back({lines.time[i], 0, lines.coupon[i].data() != nullptr});
      last = lines.order_id[i];
      own.back().value += lines.amount[i];
    }
  }
  return orders;
}

}  // namespace perennial::simulate
