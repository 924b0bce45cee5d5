// The words of a text in Chinese, English and most other scripts, as they are counted: folded, without punctuation.
//
// Folding  Unicode NFKC with case folding: "ＡＢＣ" and "abc", "㎖" and "ml" are one; traditional and simplified characters
//          stay two
// Words    Unicode word boundaries (UAX 29); Han and kana by ICU's dictionary. Punctuation, symbols and emoji are no words
// Units    a number and a unit after it are one word, with a blank, a hyphen or nothing between: "500 ml", "500ml"; other
//          numbers stay alone: "iPhone 15" is "iphone", "15"
// Invalid  bytes that are not UTF-8 separate words
// Limits   text beyond the first million bytes is not read; not for several threads at once
// Cost     0.02 to 0.04 us a byte; ICU is linked, which adds 0.6 ms to the start of a program
// Source   Unicode Standard Annexes 15 and 29
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace perennial::models {

class WordBreaker {
 public:
  WordBreaker();  // kUnsupported when ICU's data is missing
  WordBreaker(WordBreaker&&) noexcept;
  ~WordBreaker();

  std::vector<std::string> words(std::string_view text);  // in the order of the text

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace perennial::models
