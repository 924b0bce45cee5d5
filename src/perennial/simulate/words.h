// The word lists that names, products and places are made from, in English and Chinese, and the category tree.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace perennial::simulate {

struct Bilingual {
  std::string_view english, chinese;
};

struct Department {
  Bilingual name;
};

struct CategoryWords {
  int department;
  Bilingual name;
  std::array<Bilingual, 2> nouns;
  double weight;              // of all demand, relative
  double price;               // median, where the mean order value is 35
  double replenishment_days;  // 0: bought when wanted
  double repeat_unit;         // chance of one unit more in the same line, again and again
  int peak_day;               // of the year
  double peak;                // demand at the peak, 1 is no season
  double returns;             // against the shop's return share
};

std::span<const Department> departments();        // 8
std::span<const CategoryWords> category_words();  // 48, six for each department
std::span<const Bilingual> product_styles();
std::span<const Bilingual> product_colours();
std::span<const Bilingual> brand_names();

struct PersonName {
  std::string_view text, latin, gender;  // latin: as in an e-mail address; gender: f, m
};
std::span<const PersonName> given_names_english();
std::span<const PersonName> given_names_chinese();
std::span<const PersonName> family_names_english();
std::span<const PersonName> family_names_chinese();

struct Place {
  std::string_view country, city, postal_code;
  double weight;
};
std::span<const Place> places_english();
std::span<const Place> places_chinese();

}  // namespace perennial::simulate
