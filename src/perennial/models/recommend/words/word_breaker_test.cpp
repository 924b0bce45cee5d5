#include "perennial/models/recommend/words/word_breaker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "perennial/base/text.h"

namespace perennial::models {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> words(std::string_view text) { return WordBreaker().words(text); }

TEST(WordBreaker, FoldsCaseAndWidthAndDropsPunctuation) {
  EXPECT_THAT(words("Red TEA-Pot, (ceramic) & lid!"),
              ElementsAre("red", "tea", "pot", "ceramic", "lid"));
  EXPECT_THAT(words("ＡＢＣ１２"), ElementsAre("abc12"));
  EXPECT_THAT(words("Straße don't ☕"), ElementsAre("strasse", "don't"));
  EXPECT_THAT(words(""), IsEmpty());
  EXPECT_THAT(words(" -- ，。！"), IsEmpty());
}

TEST(WordBreaker, KeepsAnUnitWithItsNumberAndOtherNumbersAlone) {
  for (const char* text : {"500ml", "500 ML", "500-ml", "５００㎖"}) {
    EXPECT_THAT(words(text), ElementsAre("500ml")) << text;
  }
  EXPECT_THAT(words("500毫升"), ElementsAre("500毫升"));
  EXPECT_THAT(words("500 毫升"), ElementsAre("500毫升"));
  EXPECT_THAT(words("1.5L jug"), ElementsAre("1.5l", "jug"));
  EXPECT_THAT(words("iPhone 15"), ElementsAre("iphone", "15"));
  EXPECT_THAT(words("15, ml"), ElementsAre("15", "ml"));
}

TEST(WordBreaker, FindsChineseWordsByTheDictionary) {
  EXPECT_THAT(words("复古蓝色陶瓷茶杯"), ElementsAre("复古", "蓝色", "陶瓷", "茶杯"));
  EXPECT_THAT(words("降噪"), ElementsAre("降", "噪"));  // not in the dictionary
  EXPECT_THAT(words("小米Tea，红茶20片"), ElementsAre("小米", "tea", "红茶", "20", "片"));
}

TEST(WordBreaker, LeavesTraditionalAndSimplifiedAsTheyAre) {
  EXPECT_NE(words("藍牙"), words("蓝牙"));
}

TEST(WordBreaker, TakesBytesThatAreNoTextAsGaps) {
  EXPECT_THAT(words("tea\xff\xfepot"), ElementsAre("tea", "pot"));
  EXPECT_THAT(words("\xc3"), IsEmpty());
  EXPECT_THAT(words(std::string_view("a\0b", 3)), ElementsAre("a", "b"));
  EXPECT_THAT(words("\xf0\xa0\x80\x80\xf0\xa0\x80\x81"),
              ElementsAre("𠀀", "𠀁"));  // beyond the basic plane
}

TEST(WordBreaker, ReadsTheFirstMillionBytes) {
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += "ab ";
  EXPECT_THAT(words(text), SizeIs(333'334));
}

RC_GTEST_PROP(WordBreaker, AnyBytesGiveValidWordsThatStayWhatTheyAre, ()) {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  WordBreaker breaker;
  for (const std::string& word : breaker.words(bytes)) {
    RC_ASSERT(!word.empty());
    RC_ASSERT(is_valid_utf8(word));
  }
  RC_ASSERT(breaker.words(bytes) == words(bytes));  // nothing stays from one text to the next
}

RC_GTEST_PROP(WordBreaker, TextsSideBySideGiveTheWordsOfBoth, ()) {
  const auto any_text = [] {
    const auto parts = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("tea", "陶瓷茶杯", "500", " ", "x", "-", "蓝牙耳机", "é"));
    std::string text;
    for (const std::string& part : parts) text += part;
    return text;
  };
  const std::string first = any_text();
  const std::string second = any_text();
  std::vector<std::string> both = words(first);
  for (const std::string& word : words(second)) both.push_back(word);
  RC_ASSERT(words(first + " | " + second) == both);
}

}  // namespace
}  // namespace perennial::models
