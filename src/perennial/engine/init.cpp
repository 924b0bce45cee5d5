#include "perennial/engine/init.h"

#include <nlohmann/json.hpp>

#include "perennial/base/money.h"
#include "perennial/store/shop.h"

namespace perennial::engine {

std::vector<Field<Init::Input>> Init::fields() {
  return {
      field("shop", &Input::shop, "folder to make").as_positional(),
      field("currency", &Input::currency,
            "ISO 4217 code of the money figures; default: that of most orders"),
  };
}

Init::Output Init::run(const Input& input, Context& context) {
  const std::string currency =
      input.currency.empty() ? "" : std::string(Currency(input.currency).code());
  store::Shop::create(input.shop, {.currency = currency}, context.now,
                      context.database_options(store::Access::kWrite));
  return {.shop = input.shop, .currency = currency};
}

nlohmann::json to_json(const Init::Output& output) {
  return {{"shop", output.shop.string()}, {"currency", output.currency}};
}

}  // namespace perennial::engine
