#include "perennial/report/texts.h"

#include <gtest/gtest.h>

#include "perennial/base/error.h"

namespace perennial::report {
namespace {

TEST(Texts, BothLanguagesHaveTheSameKeys) {
  EXPECT_EQ(texts_of(Language::kEnglish).keys(), texts_of(Language::kChinese).keys());
  EXPECT_GT(texts_of(Language::kEnglish).keys().size(), 200U);
}

TEST(Texts, BothLanguagesHaveTheSamePlaceholders) {
  for (const std::string& key : texts_of(Language::kEnglish).keys()) {
    EXPECT_EQ(texts_of(Language::kEnglish).placeholders(key),
              texts_of(Language::kChinese).placeholders(key))
        << key;
  }
}

TEST(Texts, NoTextIsEmptyAndChineseIsNotEnglish) {
  int translated = 0;
  for (const std::string& key : texts_of(Language::kEnglish).keys()) {
    if (!texts_of(Language::kEnglish).placeholders(key).empty()) continue;
    const std::string english = texts_of(Language::kEnglish)(key);
    const std::string chinese = texts_of(Language::kChinese)(key);
    EXPECT_FALSE(english.empty()) << key;
    EXPECT_FALSE(chinese.empty()) << key;
    if (english != chinese) ++translated;
  }
  EXPECT_GT(translated, 150);
}

TEST(Texts, FillsPlaceholdersByNameInAnyOrder) {
  EXPECT_EQ(texts_of(Language::kEnglish)("head.period", {{"to", "B"}, {"from", "A"}}),
            "Orders from A to B.");
}

TEST(Texts, AValueWithBracesIsNotFilledAgain) {
  EXPECT_EQ(texts_of(Language::kEnglish)("head.as_of", {{"day", "{day}"}}), "As of {day}.");
}

TEST(Texts, CountsOneAndMany) {
  const Texts& english = texts_of(Language::kEnglish);
  EXPECT_EQ(english.plural("unit.days", 1, {{"n", "1"}}), "1 day");
  EXPECT_EQ(english.plural("unit.days", 0, {{"n", "0"}}), "0 days");
  EXPECT_EQ(texts_of(Language::kChinese).plural("unit.days", 1, {{"n", "1"}}), "1 天");
}

TEST(Texts, AnUnknownKeyOrAMissingValueIsABug) {
  EXPECT_THROW(texts_of(Language::kEnglish)("no.such.key"), Bug);
  EXPECT_THROW(texts_of(Language::kEnglish)("head.as_of"), Bug);
}

TEST(Texts, NamesKnownIdsAndMakesOthersReadable) {
  const Texts& english = texts_of(Language::kEnglish);
  EXPECT_EQ(english.name_of("model", "value.bg_nbd/1"), "BG/NBD");
  EXPECT_EQ(english.name_of("model", "value.new_idea/2"), "New idea");
  EXPECT_EQ(english.name_of("stage", "at_risk"), "At risk");
  EXPECT_EQ(english.name_of("stage", ""), "");
}

TEST(Language, FindsItsCode) {
  EXPECT_EQ(find_language("en-GB"), Language::kEnglish);
  EXPECT_EQ(find_language("ZH_cn"), Language::kChinese);
  EXPECT_EQ(find_language("fr"), std::nullopt);
  EXPECT_EQ(find_language(""), std::nullopt);
}

}  // namespace
}  // namespace perennial::report
