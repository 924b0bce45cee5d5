#include "perennial/engine/list_rules_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"

namespace perennial::engine {
namespace {

constexpr std::string_view kKeys[] = {"least_price",       "most_price",    "least_margin",
                                      "only_categories",   "no_categories", "most_per_brand",
                                      "most_per_category", "relevance",     "exploration_slots",
                                      "exploration",       "due_share",     "pinned",
                                      "promoted"};

struct Range {
  double low;
  double high;
  bool whole = false;
};

class Parser {
 public:
  explicit Parser(const std::filesystem::path& file) : file_(file.string()) {}

  NamedRules parse() {
    try {
      root_ = toml::parse_file(file_);
    } catch (const toml::parse_error& error) {
      refuse(error.source().begin.line, error.description());
    }
    allow_only(root_, kKeys);
    constexpr double kMost = 1e12;
    NamedRules named;
    named.rules.least_price = number(root_, "least_price", {0, kMost});
    named.rules.most_price = number(root_, "most_price", {0, kMost});
    named.rules.least_margin = number(root_, "least_margin", {-kMost, 1});
    named.rules.most_per_brand = count("most_per_brand");
    named.rules.most_per_category = count("most_per_category");
    named.rules.exploration_slots = count("exploration_slots");
    named.exploration = exploration();
    named.rules.relevance = number(root_, "relevance", {0, 1}).value_or(named.rules.relevance);
    named.rules.due_share = number(root_, "due_share", {0, 10}).value_or(named.rules.due_share);
    named.only_categories = texts("only_categories");
    named.no_categories = texts("no_categories");
    for (const toml::table* pin : tables("pinned")) {
      allow_only(*pin, std::initializer_list<std::string_view>{"item", "place"});
      named.pinned.push_back(
          {text(*pin, "item"), static_cast<std::size_t>(required(*pin, "place", {1, 100, true}))});
    }
    for (const toml::table* promoted : tables("promoted")) {
      allow_only(*promoted, std::initializer_list<std::string_view>{"item", "factor"});
      named.promoted.push_back(
          {text(*promoted, "item"), required(*promoted, "factor", {1e-6, 1e6})});
    }
    if (named.rules.least_price > named.rules.most_price && named.rules.most_price)
      refuse(line_of(*root_.get("least_price")), "least_price is above most_price");
    return named;
  }

 private:
  [[noreturn]] void refuse(std::size_t line, std::string_view what) const {
    fail(ErrorKind::kInvalidArgument, "{} line {}: {}", file_, line, what);
  }
  static std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

  template <typename Keys>
  void allow_only(const toml::table& table, const Keys& keys) const {
    for (const auto& [key, value] : table) {
      if (std::ranges::find(keys, key.str()) != std::end(keys)) continue;
      refuse(line_of(value),
             fmt::format("\"{}\" is no rule; there are {}", key.str(), fmt::join(keys, ", ")));
    }
  }

  std::optional<double> number(const toml::table& table, std::string_view key, Range range) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return std::nullopt;
    const std::optional<double> value = node->value<double>();
    const bool fits = node->is_number() && value && *value >= range.low && *value <= range.high &&
                      (!range.whole || *value == std::floor(*value));
    if (!fits) {
      refuse(line_of(*node), fmt::format("{} must be a {}number from {} to {}", key,
                                         range.whole ? "whole " : "", range.low, range.high));
    }
    return value;
  }

  double required(const toml::table& table, std::string_view key, Range range) const {
    const std::optional<double> value = number(table, key, range);
    if (!value) refuse(line_of(table), fmt::format("{} is missing", key));
    return *value;
  }

  Exploration exploration() const {
    const toml::node* node = root_.get("exploration");
    if (node == nullptr) return Exploration::kAny;
    const auto value = node->value_exact<std::string>();
    if (value == "new_items") return Exploration::kNewItems;
    if (value != "any") refuse(line_of(*node), "exploration must be \"any\" or \"new_items\"");
    return Exploration::kAny;
  }

  std::size_t count(std::string_view key) const {
    return static_cast<std::size_t>(number(root_, key, {0, 100, true}).value_or(0));
  }

  std::string text(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    const auto value = node == nullptr ? std::nullopt : node->value_exact<std::string>();
    if (!value || value->empty())
      refuse(line_of(node == nullptr ? table : *node), fmt::format("{} must be a text", key));
    return *value;
  }

  std::vector<std::string> texts(std::string_view key) const {
    const toml::node* node = root_.get(key);
    if (node == nullptr) return {};
    const toml::array* array = node->as_array();
    std::vector<std::string> values;
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      const auto value = array->get(i)->value_exact<std::string>();
      if (value && !value->empty()) values.push_back(*value);
    }
    if (array == nullptr || values.size() != array->size())
      refuse(line_of(*node), fmt::format("{} must be a list of texts", key));
    return values;
  }

  std::vector<const toml::table*> tables(std::string_view key) const {
    const toml::node* node = root_.get(key);
    if (node == nullptr) return {};
    const toml::array* array = node->as_array();
    std::vector<const toml::table*> all;
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      if (const toml::table* table = array->get(i)->as_table()) all.push_back(table);
    }
    if (array == nullptr || all.size() != array->size())
      refuse(line_of(*node), fmt::format("{0} must be tables: [[{0}]]", key));
    return all;
  }

  std::string file_;
  toml::table root_;
};

// The category itself and everything below it.
std::vector<std::uint32_t> categories_below(const std::string& name, const ShopItems& items) {
  std::vector<std::uint32_t> found;
  for (std::uint32_t c = 0; c < items.categories.size(); ++c) {
    const std::string& path = items.categories[c];
    if (path == name || path.starts_with(name + "/")) found.push_back(c);
  }
  return found;
}

}  // namespace

NamedRules read_list_rules(const std::filesystem::path& file) { return Parser(file).parse(); }

NumberedRules number_rules(const NamedRules& named, const PurchaseNumbering& numbering,
                           const ShopItems& items) {
  NumberedRules numbered{.rules = named.rules, .unknown = {}};
  const auto add_categories = [&](const std::vector<std::string>& names,
                                  std::vector<std::uint32_t>& to) {
    for (const std::string& name : names) {
      const auto found = categories_below(name, items);
      if (found.empty()) numbered.unknown.push_back(fmt::format("category \"{}\"", name));
      to.insert(to.end(), found.begin(), found.end());
    }
  };
  add_categories(named.only_categories, numbered.rules.only_categories);
  add_categories(named.no_categories, numbered.rules.no_categories);
  // A rule that allows only categories that there are not allows nothing.
  if (!named.only_categories.empty() && numbered.rules.only_categories.empty())
    numbered.rules.only_categories.push_back(static_cast<std::uint32_t>(items.categories.size()));
  const auto with_item = [&](const std::string& id, auto add) {
    const auto at = std::ranges::lower_bound(numbering.items(), id);
    if (at == numbering.items().end() || *at != id) {
      numbered.unknown.push_back(fmt::format("item \"{}\"", id));
    } else {
      add(static_cast<std::uint32_t>(at - numbering.items().begin()));
    }
  };
  for (const NamedRules::Pinned& pin : named.pinned)
    with_item(pin.item,
              [&](std::uint32_t item) { numbered.rules.pinned.push_back({item, pin.place}); });
  for (const NamedRules::Promoted& promoted : named.promoted)
    with_item(promoted.item, [&](std::uint32_t item) {
      numbered.rules.promoted.push_back({item, promoted.factor});
    });
  return numbered;
}

}  // namespace perennial::engine
