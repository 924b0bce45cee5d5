#include "perennial/report/texts.h"

#include <nlohmann/json.hpp>
#include <set>

#include "perennial/base/error.h"
#include "perennial/report/assets.h"

namespace perennial::report {
namespace {

std::string fill(std::string_view pattern, Texts::Arguments arguments) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = pattern.find('}', open);
    CHECK(close != std::string_view::npos);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    bool found = false;
    for (const auto& [key, value] : arguments) {
      if (key != name) continue;
      out += value;
      found = true;
    }
    CHECK(found);
    pattern.remove_prefix(close + 1);
  }
  return out;
}

void add_placeholders(std::string_view pattern, std::set<std::string>& names) {
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
       open = pattern.find('{', open + 1)) {
    const std::size_t close = pattern.find('}', open);
    CHECK(close != std::string_view::npos);
    names.emplace(pattern.substr(open + 1, close - open - 1));
  }
}

std::string readable(std::string_view id) {
  id = id.substr(0, id.find('/'));
  const std::size_t dot = id.rfind('.');
  if (dot != std::string_view::npos) id.remove_prefix(dot + 1);
  std::string words(id);
  for (char& c : words) {
    if (c == '_') c = ' ';
  }
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z')
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

}  // namespace

Texts::Texts(Language language) {
  const nlohmann::json table =
      nlohmann::json::parse(language == Language::kChinese ? kTextsZhJson : kTextsEnJson);
  for (const auto& [key, value] : table.items()) {
    if (value.is_object()) {
      entries_[key] = {value.at("one"), value.at("other")};
    } else {
      entries_[key] = {value, value};
    }
  }
}

const Texts::Entry& Texts::entry(std::string_view key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) throw Bug("the report has no text " + std::string(key));
  return found->second;
}

std::string Texts::operator()(std::string_view key, Arguments arguments) const {
  return fill(entry(key).other, arguments);
}

std::string Texts::plural(std::string_view key, double n, Arguments arguments) const {
  const Entry& forms = entry(key);
  return fill(n == 1 ? forms.one : forms.other, arguments);
}

std::string Texts::name_of(std::string_view prefix, std::string_view id) const {
  const std::string key = std::string(prefix) + "." + std::string(id.substr(0, id.find('/')));
  return has(key) ? (*this)(key) : readable(id);
}

std::vector<std::string> Texts::keys() const {
  std::vector<std::string> keys;
  keys.reserve(entries_.size());
  for (const auto& [key, unused] : entries_) keys.push_back(key);
  return keys;
}

std::vector<std::string> Texts::placeholders(std::string_view key) const {
  std::set<std::string> names;
  add_placeholders(entry(key).one, names);
  add_placeholders(entry(key).other, names);
  return {names.begin(), names.end()};
}

const Texts& texts_of(Language language) {
  static const Texts kEnglish(Language::kEnglish);
  static const Texts kChinese(Language::kChinese);
  return language == Language::kChinese ? kChinese : kEnglish;
}

}  // namespace perennial::report
