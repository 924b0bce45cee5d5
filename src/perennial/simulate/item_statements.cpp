#include "perennial/simulate/item_statements.h"

#include <fmt/format.h>

#include <limits>
#include <map>

#include "perennial/simulate/ids.h"

namespace perennial::simulate {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct DayNews {
  double price = kNone;
  double stock = kNone;
  bool launched = false;
  bool withdrawn = false;
};

std::map<int, DayNews> gather(const Scenario& scenario, std::size_t index,
                              const std::vector<std::int64_t>& sold) {
  const Item& item = scenario.catalogue.items()[index];
  std::map<int, DayNews> news;
  news[item.launch_day].launched = true;
  news[item.launch_day].price = scenario.major(scenario.shelf.price_minor(index, item.launch_day));
  for (const PriceSpell& spell : scenario.prices[index]) {
    if (spell.from_day > item.launch_day && spell.from_day < item.end_day)
      news[spell.from_day].price = scenario.major(spell.minor);
  }
  for (const StockLevel& level :
       stock_levels(scenario.stock[index], item.launch_day, item.end_day, sold))
    news[level.day].stock = static_cast<double>(level.units);
  if (item.end_day < scenario.options.days) news[item.end_day].withdrawn = true;
  return news;
}

}  // namespace

void state_item(const Scenario& scenario, std::size_t index, const std::vector<std::int64_t>& sold,
                Statements& statements) {
  const Item& item = scenario.catalogue.items()[index];
  ItemBatch& batch = statements.items;
  std::uint64_t number = 0;
  for (const auto& [day, news] : gather(scenario, index, sold)) {
    const auto once = [&news = news](const std::string& text) {
      return news.launched ? Text(text) : Text();
    };
    batch.event_id.push_back(make_id(statements.texts, 'p', index, number++, 3));
    batch.item_id.emplace_back(item.id);
    batch.time.push_back(to_time(scenario.options.start_day + day));
    batch.name.push_back(once(item.name));
    batch.description.push_back(once(item.description));
    batch.category_path.push_back(once(item.category_path));
    batch.brand.push_back(once(item.brand));
    batch.price.push_back(news.price);
    batch.list_price.push_back(news.launched ? item.list_price : kNone);
    batch.cost.push_back(news.launched ? item.cost : kNone);
    batch.currency.push_back(scenario.currency.code());
    batch.stock.push_back(news.stock);
    batch.image_path.push_back(once(item.image_path));
    batch.url.push_back(once(item.url));
    batch.hidden.push_back(news.launched ? Text("false") : news.withdrawn ? Text("true") : Text());
    batch.attributes.push_back(once(item.attributes));
  }
}

}  // namespace perennial::simulate
