// Interactions: which customer had to do with which item, how much, and when last.
//
// Story    one entry per customer and item, built from any number of records: weights are added, the latest day wins
// Units    weight as the caller means it (purchases, units, money, a rating), finite and > 0; days are UTC days
// Shapes   customers x items in compressed rows; items ascend inside a row; a customer may have no entry
// Order    the order of the records does not matter: equal records in another order give equal bytes
// Errors   kBadInput names the record: an index beyond the shape, a weight that is not finite or not positive
// Cost     O(records) and a sort inside each row; 12 bytes an entry when built, 16 more a record while building
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/base/bytes.h"
#include "perennial/base/parallel.h"
#include "perennial/base/time.h"
#include "perennial/models/recommend/sparse_rows.h"

namespace perennial::models {

// One record per position; the four columns have equal length. Customers and items are numbered from 0.
struct InteractionLog {
  std::size_t customers = 0;
  std::size_t items = 0;
  std::span<const std::uint32_t> customer;
  std::span<const std::uint32_t> item;
  std::span<const double> weight;
  std::span<const Day> day;
};

class Interactions {
 public:
  Interactions() = default;
  static Interactions build(const InteractionLog& log, Threads threads = {});

  std::size_t customers() const { return rows_.begin.size() - 1; }
  std::size_t items() const { return rows_.columns; }
  std::size_t size() const { return rows_.ids.size(); }
  bool empty() const { return rows_.ids.empty(); }

  std::span<const std::uint32_t> items_of(std::size_t customer) const {
    return view().row_ids(customer);
  }
  std::span<const float> weights_of(std::size_t customer) const {
    return view().row_values(customer);
  }
  std::span<const Day> last_days_of(std::size_t customer) const {
    return std::span(last_days_).subspan(rows_.begin[customer], view().row_size(customer));
  }
  SparseView view() const { return rows_.view(); }
  std::span<const Day> last_days() const { return last_days_; }  // aligned with view().ids

  void save(ByteWriter& writer) const;
  static Interactions load(ByteReader& reader);  // kCorrupt when the rows do not fit together

  bool operator==(const Interactions&) const = default;

 private:
  SparseRows rows_{.begin = {0}, .ids = {}, .values = {}, .columns = 0};
  std::vector<Day> last_days_;
};

// The rows of some customers, in that order, as customers of their own. With `kept`, per item, entries of items that are 0
// there are left out.
Interactions rows_of(const Interactions& from, std::span<const std::uint32_t> rows,
                     std::span<const std::uint8_t> kept = {});

}  // namespace perennial::models
