#include "perennial/engine/shop_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace perennial::engine {
namespace {

// Numbers for names, in the order of the names; an empty one has none.
std::vector<std::uint32_t> numbered(const std::vector<std::string>& names,
                                    std::vector<std::string>& distinct) {
  distinct = names;
  std::ranges::sort(distinct);
  const auto [rest, end] = std::ranges::unique(distinct);
  distinct.erase(rest, end);
  if (!distinct.empty() && distinct.front().empty()) distinct.erase(distinct.begin());
  std::vector<std::uint32_t> groups;
  for (const std::string& name : names) {
    const auto at = std::ranges::lower_bound(distinct, name) - distinct.begin();
    groups.push_back(name.empty() ? models::kNoGroup : static_cast<std::uint32_t>(at));
  }
  return groups;
}

std::vector<double> known(const std::vector<std::optional<double>>& values) {
  std::vector<double> out;
  for (const std::optional<double>& value : values)
    out.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
  return out;
}

}  // namespace

ShopItems read_shop_items(store::Connection& connection, std::string_view table,
                          const PurchaseNumbering& numbering) {
  using Number = std::optional<double>;
  auto [names, categories, brands, price, margin, stock, age, repeat] =
      store::read_columns<std::string, std::string, std::string, Number, Number, Number, Number,
                          Number>(
          connection,
          fmt::format("SELECT coalesce(t.name, ''), coalesce(t.category_path, ''), "
                      "coalesce(t.brand, ''), t.price, t.margin, t.stock, t.age_days, "
                      "t.repeat_days FROM numbered_items i LEFT JOIN {} t ON t.item_id = i.id "
                      "ORDER BY i.n",
                      table));
  ShopItems items;
  items.facts.unavailable = numbering.blocked();
  items.facts.category = numbered(categories, items.categories);
  std::vector<std::string> distinct_brands;
  items.facts.brand = numbered(brands, distinct_brands);
  items.facts.price = known(price);
  items.facts.margin = known(margin);
  items.facts.stock = known(stock);
  items.facts.age_days = known(age);
  items.facts.repeat_days = known(repeat);
  items.names = std::move(names);
  items.category_of_item = std::move(categories);
  items.brand_of_item = std::move(brands);
  return items;
}

}  // namespace perennial::engine
