// The languages a report can be written in.
#pragma once

#include <optional>
#include <string_view>

namespace perennial::report {

enum class Language { kEnglish, kChinese };

// "en" or "zh", also with a region or script ("en-GB", "zh_CN", "zh-Hans"), any letter case; nothing for another.
std::optional<Language> find_language(std::string_view code);
std::string_view html_code(Language language);  // "en", "zh-CN": the value of <html lang>

}  // namespace perennial::report
