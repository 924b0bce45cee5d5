#include "perennial/models/recommend/words/word_breaker.h"

#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr std::size_t kLongestText = 1'000'000;  // bytes
constexpr UChar32 kReplacement = 0xFFFD;

constexpr auto kUnits = std::to_array<std::string_view>(
    {"mm", "cm",   "m",  "ml",   "cl",   "l",  "mg", "g",    "kg",   "oz", "lb",   "inch",
     "w",  "kw",   "v",  "mah",  "gb",   "tb", "hz", "毫米", "厘米", "米", "英寸", "毫升",
     "升", "毫克", "克", "千克", "公斤", "斤", "瓦", "伏",   "毫安", "寸"});

enum class Kind : std::uint8_t { kNone, kNumber, kOther };

struct Segment {
  std::u16string_view text;
  Kind kind;
};

void check(UErrorCode status) {
  if (U_FAILURE(status)) {
    fail(ErrorKind::kUnsupported, "words: ICU refused ({}); install its data, package libicu",
         u_errorName(status));
  }
}

Kind kind_of(std::int32_t rule) {
  if (rule < UBRK_WORD_NONE_LIMIT) return Kind::kNone;
  return rule < UBRK_WORD_NUMBER_LIMIT ? Kind::kNumber : Kind::kOther;
}

std::string to_bytes(std::u16string_view text) {
  std::string bytes(3 * text.size(), '\0');
  std::int32_t size = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8(bytes.data(), static_cast<std::int32_t>(bytes.size()), &size, text.data(),
              static_cast<std::int32_t>(text.size()), &status);
  check(status);
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

std::u16string from_bytes(std::string_view text) {
  text = text.substr(0, kLongestText);
  std::u16string units(text.size(), u'\0');
  std::int32_t size = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8WithSub(units.data(), static_cast<std::int32_t>(units.size()), &size, text.data(),
                       static_cast<std::int32_t>(text.size()), kReplacement, nullptr, &status);
  check(status);
  units.resize(static_cast<std::size_t>(size));
  return units;
}

}  // namespace

struct WordBreaker::State {
  UBreakIterator* breaks = nullptr;
  const UNormalizer2* folding = nullptr;
  std::u16string folded;

  ~State() { ubrk_close(breaks); }
  void fold(std::string_view text);
  std::vector<Segment> segments();
};

void WordBreaker::State::fold(std::string_view text) {
  const std::u16string units = from_bytes(text);
  folded.resize(2 * units.size() + 16);
  std::int32_t size = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    UErrorCode status = U_ZERO_ERROR;
    size = unorm2_normalize(folding, units.data(), static_cast<std::int32_t>(units.size()),
                            folded.data(), static_cast<std::int32_t>(folded.size()), &status);
    if (status != U_BUFFER_OVERFLOW_ERROR) {
      check(status);
      break;
    }
    folded.resize(static_cast<std::size_t>(size));
  }
  folded.resize(static_cast<std::size_t>(size));
}

std::vector<Segment> WordBreaker::State::segments() {
  UErrorCode status = U_ZERO_ERROR;
  ubrk_setText(breaks, folded.data(), static_cast<std::int32_t>(folded.size()), &status);
  check(status);
  std::vector<Segment> all;
  const std::u16string_view text(folded);
  std::int32_t begin = ubrk_first(breaks);
  for (std::int32_t end = ubrk_next(breaks); end != UBRK_DONE; end = ubrk_next(breaks)) {
    all.push_back(
        {text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
         kind_of(ubrk_getRuleStatus(breaks))});
    begin = end;
  }
  return all;
}

WordBreaker::WordBreaker() : state_(std::make_unique<State>()) {
  UErrorCode status = U_ZERO_ERROR;
  state_->breaks = ubrk_open(UBRK_WORD, "root", nullptr, 0, &status);
  check(status);
  state_->folding = unorm2_getNFKCCasefoldInstance(&status);
  check(status);
}
WordBreaker::WordBreaker(WordBreaker&&) noexcept = default;
WordBreaker::~WordBreaker() = default;

std::vector<std::string> WordBreaker::words(std::string_view text) {
  state_->fold(text);
  const std::vector<Segment> all = state_->segments();
  const auto is_gap = [](const Segment& s) { return s.text == u" " || s.text == u"-"; };
  std::vector<std::string> words;
  for (std::size_t s = 0; s < all.size(); ++s) {
    if (all[s].kind == Kind::kNone) continue;
    words.push_back(to_bytes(all[s].text));
    if (all[s].kind != Kind::kNumber) continue;
    const std::size_t next = s + 1 < all.size() && is_gap(all[s + 1]) ? s + 2 : s + 1;
    const std::string unit = next < all.size() ? to_bytes(all[next].text) : "";
    if (std::find(kUnits.begin(), kUnits.end(), unit) == kUnits.end()) continue;
    words.back() += unit;
    s = next;
  }
  return words;
}

}  // namespace perennial::models
