#include "perennial/report/language.h"

#include <string>

#include "perennial/base/text.h"

namespace perennial::report {

std::optional<Language> find_language(std::string_view code) {
  const std::string lower = to_lower_ascii(code);
  const std::string_view base = std::string_view(lower).substr(0, lower.find_first_of("-_"));
  if (base == "en") return Language::kEnglish;
  if (base == "zh") return Language::kChinese;
  return std::nullopt;
}

std::string_view html_code(Language language) {
  return language == Language::kChinese ? "zh-CN" : "en";
}

}  // namespace perennial::report
