// The shop's rules for lists, as a person writes them: a TOML file that names items, brands and categories.
//
//   least_price = 5.0              # money; also most_price
//   least_margin = 0.1             # share of the price that stays
//   only_categories = ["Home"]     # a category and everything below it; also no_categories
//   most_per_brand = 2             # items of one brand in a list; also most_per_category
//   relevance = 0.8                # 1: best scores; lower: more variety
//   exploration_slots = 1          # last places that are drawn at random, with their probability kept
//   exploration = "new_items"      # of what nobody bought yet, likelier what suits; "any": all items alike
//   due_share = 0.8                # of the usual time between purchases, before a good that is bought again comes back
//   [[pinned]]                     # item "85123A" takes place 1
//   item = "85123A"
//   place = 1
//   [[promoted]]                   # its score counts 1.5 times
//   item = "22423"
//   factor = 1.5
//
// Errors   kInvalidArgument names file, line and key for what is no TOML, a key that there is not, or a value of another type
//          or out of range
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "perennial/engine/shop_items.h"
#include "perennial/models/recommend/lists/list_rules.h"

namespace perennial::engine {

enum class Exploration : std::uint8_t { kAny, kNewItems };

struct NamedRules {
  struct Pinned {
    std::string item;
    std::size_t place;
  };
  struct Promoted {
    std::string item;
    double factor;
  };
  models::ListRules rules;  // without what names items and categories
  Exploration exploration = Exploration::kAny;
  std::vector<std::string> only_categories, no_categories;
  std::vector<Pinned> pinned;
  std::vector<Promoted> promoted;
};

NamedRules read_list_rules(const std::filesystem::path& file);

// The rules in the numbers of one numbering. What names an item or a category that the shop does not have goes to
// `unknown`, as a rule that is not met is worth a note.
struct NumberedRules {
  models::ListRules rules;
  std::vector<std::string> unknown;
};
NumberedRules number_rules(const NamedRules& named, const PurchaseNumbering& numbering,
                           const ShopItems& items);

}  // namespace perennial::engine
