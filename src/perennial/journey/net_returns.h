// What a return takes back: every returned unit is matched with a unit that was bought before.
//
// Story    a return that names an order takes from that order: from the same item, or, when the order has no such item,
//          from its lines in turn. Any other return takes from the latest earlier purchases of the same item that have
//          units left. What finds nothing stays unmatched. Money goes with the units, at the price that was given
//          back, and never takes more from a purchase than was paid and is left
// Assumes  the trades of one customer, day by day, purchases before returns within a day
// Units    quantities in thousandths, money in millionths, so that sums are exact
// Why      later trades never change what an earlier return was matched with, so the outcome at any past day can be
//          read from the matches up to that day
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace perennial::journey {

struct Trade {
  bool is_return = false;
  std::string_view order_id;
  std::string_view item_id;
  std::int64_t units = 0;   // not negative, of returns too
  std::int64_t amount = 0;  // above 0, of returns too
};

struct ReturnMatch {
  std::size_t return_index = 0;
  std::optional<std::size_t> purchase_index;  // nothing: unmatched
  std::int64_t units = 0;
  std::int64_t amount = 0;
};

// Of each return the matches and what is unmatched, in the order of the trades; their amounts add up to the return's.
std::vector<ReturnMatch> net_returns(std::span<const Trade> trades);

}  // namespace perennial::journey
