#include "perennial/models/recommend/lists/item_facts.h"

#include "perennial/base/error.h"

namespace perennial::models {

void validate(const ItemFacts& facts, std::string_view who, std::size_t items) {
  const auto require = [&](const auto& column, std::string_view name) {
    if (!column.empty() && column.size() != items) {
      fail(ErrorKind::kInvalidArgument, "{}: {} has {} entries, needs {} or none", who, name,
           column.size(), items);
    }
  };
  require(facts.unavailable, "unavailable");
  require(facts.category, "category");
  require(facts.brand, "brand");
  require(facts.price, "price");
  require(facts.margin, "margin");
  require(facts.repeat_days, "repeat_days");
  require(facts.stock, "stock");
  require(facts.age_days, "age_days");
}

}  // namespace perennial::models
