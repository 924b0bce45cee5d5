// Features on one scale, as networks want them: mean 0 and standard deviation 1 over the rows it was fitted to.
//
// Story    a heavy-tailed column goes through the signed logarithm sign(x) log(1 + |x|) first: where the caller says
//          so, and where that leaves it less skewed
// Missing  NaN becomes 0, the mean; a column with NaN among the rows fitted to has a second one that is 1 where it is
// Outliers kept within 8 standard deviations; a column that never changes is 0
// Shapes   values: rows x columns, row by row
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perennial/base/bytes.h"

namespace perennial::models {

class Standardiser {
 public:
  // logarithmic: by column, 1 for those that go through the logarithm in any case. REQUIRES: columns >= 1
  static Standardiser fit(std::span<const float> values, std::size_t columns,
                          std::span<const std::uint8_t> logarithmic);

  std::size_t columns() const { return columns_.size(); }
  std::size_t width() const;  // numbers that a row becomes
  // Appended to `out`: the columns in their order, then whether they are missing.
  void apply(std::span<const float> row, std::vector<float>& out) const;

  void save(ByteWriter& writer) const;
  static Standardiser load(ByteReader& reader);

 private:
  struct Column {
    bool logarithm = false;
    bool missing = false;  // has a second column
    double mean = 0;
    double deviation = 0;  // 0: never changes
  };
  std::vector<Column> columns_;
};

}  // namespace perennial::models
