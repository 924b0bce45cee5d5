// Customers sorted by a value, walked group by group of equal values, each customer counting any number of times: what
// metrics of order need, once sorted for all bootstrap replicates.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace perennial::evaluate {

class SortedSample {
 public:
  explicit SortedSample(std::span<const double> values) : order_(values.size()) {
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return values[a] != values[b] ? values[a] > values[b] : a < b;
    });
    for (std::size_t k = 0; k < order_.size(); ++k) {
      if (k + 1 == order_.size() || values[order_[k]] != values[order_[k + 1]]) {
        group_end_.push_back(k + 1);
      }
    }
  }

  // visit(customers) for every group of equal values, largest value first.
  template <typename Visit>
  void for_each_group(Visit visit) const {
    std::size_t begin = 0;
    for (const std::size_t end : group_end_) {
      visit(std::span(order_).subspan(begin, end - begin));
      begin = end;
    }
  }

 private:
  std::vector<std::uint32_t> order_;
  std::vector<std::size_t> group_end_;
};

}  // namespace perennial::evaluate
