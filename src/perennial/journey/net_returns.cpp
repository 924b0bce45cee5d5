#include "perennial/journey/net_returns.h"

#include <algorithm>
#include <unordered_map>

namespace perennial::journey {
namespace {

__extension__ using Wide = __int128;

class Netting {
 public:
  explicit Netting(std::span<const Trade> trades) : trades_(trades), left_(trades.size()) {}

  std::vector<ReturnMatch> run() {
    for (std::size_t i = 0; i < trades_.size(); ++i) {
      if (trades_[i].is_return) {
        take_back(i);
      } else {
        left_[i] = {std::max<std::int64_t>(trades_[i].units, 0), trades_[i].amount};
        by_item_[trades_[i].item_id].push_back(i);
        by_order_[trades_[i].order_id].push_back(i);
      }
    }
    return std::move(matches_);
  }

 private:
  struct Left {
    std::int64_t units = 0;
    std::int64_t amount = 0;
  };

  void take_back(std::size_t i) {
    const Trade& trade = trades_[i];
    Left open{trade.units, trade.amount};
    if (const auto order = by_order_.find(trade.order_id); order != by_order_.end()) {
      const auto has_item = [&](std::size_t p) { return trades_[p].item_id == trade.item_id; };
      const bool item_known = std::any_of(order->second.begin(), order->second.end(), has_item);
      for (const std::size_t p : order->second) {
        if (!item_known) {
          take_money(i, p, open);
        } else if (has_item(p)) {
          take_units(i, p, open);
        }
      }
      if (!item_known) open.units = 0;
    } else if (const auto item = by_item_.find(trade.item_id); item != by_item_.end()) {
      std::vector<std::size_t>& bought = item->second;
      if (trade.units == 0) {
        for (std::size_t p = bought.size(); p-- > 0 && open.amount > 0;) {
          take_money(i, bought[p], open);
        }
      }
      while (!bought.empty() && open.units > 0) {
        take_units(i, bought.back(), open);
        if (left_[bought.back()].units > 0) break;
        bought.pop_back();
      }
    }
    if (open.amount > 0) matches_.push_back({i, std::nullopt, open.units, open.amount});
  }

  void take_units(std::size_t i, std::size_t p, Left& open) {
    const Trade& trade = trades_[i];
    Left& left = left_[p];
    if (trade.units == 0) return take_money(i, p, open);
    const std::int64_t units = std::min(open.units, left.units);
    if (units <= 0) return;
    // At the price given back, rounded down: the last match of a return that is matched whole takes the rest.
    const std::int64_t price =
        units == open.units
            ? open.amount
            : static_cast<std::int64_t>(static_cast<Wide>(trade.amount) * units / trade.units);
    record(i, p, units, std::min({price, open.amount, left.amount}), open);
  }

  void take_money(std::size_t i, std::size_t p, Left& open) {
    const std::int64_t amount = std::min(open.amount, left_[p].amount);
    if (amount > 0) record(i, p, 0, amount, open);
  }

  void record(std::size_t i, std::size_t p, std::int64_t units, std::int64_t amount, Left& open) {
    matches_.push_back({i, p, units, amount});
    open.units -= units;
    open.amount -= amount;
    left_[p].units -= units;
    left_[p].amount -= amount;
  }

  std::span<const Trade> trades_;
  std::vector<Left> left_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_item_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_order_;
  std::vector<ReturnMatch> matches_;
};

}  // namespace

std::vector<ReturnMatch> net_returns(std::span<const Trade> trades) {
  return Netting(trades).run();
}

}  // namespace perennial::journey
