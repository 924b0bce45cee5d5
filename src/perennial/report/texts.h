// The report's own words, one table per language (assets/texts_en.json, assets/texts_zh.json).
//
// Format   key -> text with {named} placeholders, or key -> {"one": ..., "other": ...} where the text depends on a
//          number. Both tables have the same keys and placeholders; a test holds them together.
// Errors   an unknown key, or a placeholder without a value, is a Bug
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/report/language.h"

namespace perennial::report {

class Texts {
 public:
  using Arguments = std::initializer_list<std::pair<std::string_view, std::string>>;

  explicit Texts(Language language);

  std::string operator()(std::string_view key, Arguments arguments = {}) const;
  // The form for n things; n itself is not filled in.
  std::string plural(std::string_view key, double n, Arguments arguments) const;
  // The text of "<prefix>.<id>", else the id made readable: "value.new_idea/2" -> "New idea".
  std::string name_of(std::string_view prefix, std::string_view id) const;

  bool has(std::string_view key) const { return entries_.contains(key); }
  std::vector<std::string> keys() const;
  std::vector<std::string> placeholders(std::string_view key) const;  // sorted, each once

 private:
  struct Entry {
    std::string one, other;
  };
  const Entry& entry(std::string_view key) const;

  std::map<std::string, Entry, std::less<>> entries_;
};

const Texts& texts_of(Language language);

}  // namespace perennial::report
