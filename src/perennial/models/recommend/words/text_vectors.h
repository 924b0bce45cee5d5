// Item texts as sparse vectors: what an item is like by the words it is described with.
//
// Story    the words of an item's fields (word_breaker.h) are counted together, a word of field f counting weight f times;
//          rare words say more. The words that are known, and how rare each is, stay as they were fitted, so a new item is
//          put into words without fitting anew
// tf       of a word in an item: sum over fields of weight * occurrences; length: the sum of tf over the item's words
// Bm25     idf tf (k1 + 1) / (tf + k1 (1 - b + b length / mean length)), idf = ln(1 + (N - df + 1/2) / (df + 1/2))
// TfIdf    idf ln(1 + tf), idf = 1 + ln((1 + N) / (1 + df)): sublinear in tf, smoothed
//          N items that have any word, of these df that have this one
// Output   row i, of unit length, is item i: ids of words ascending; empty when no word of the item is known. A product
//          of two rows is their cosine
// Known    words of at least min_items items; of more than max_words, those that most items have, ties by bytes. Others are as if
//          they were not there, also in length
// Order    rows do not depend on each other's order; the same bytes for any number of threads
// Cost     fit and predict each read all texts once, about 0.04 us a byte and thread; fit holds every different word once, the
//          model 48 bytes for each that is known, and its letters beyond 15
// Source   Robertson, Zaragoza & Taylor (2004), "Simple BM25 Extension to Multiple Weighted Fields"
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/models/model.h"
#include "perennial/models/recommend/sparse_rows.h"
#include "perennial/models/recommend/words/item_texts.h"

namespace perennial::models {

struct ItemWords {
  struct Input {
    ItemTexts texts;
    Threads threads = {};
  };
  using Output = SparseRows;
};

enum class WordWeighting : std::uint8_t { kBm25, kTfIdf };

class TextVectors {
 public:
  static constexpr std::string_view kId = "recommend.text_vectors/1";
  struct Options {
    WordWeighting weighting = WordWeighting::kBm25;
    double k1 = 1.2;  // BM25: 0 and more; the larger, the more repetition counts
    double b = 0.75;  // BM25: 0..1; how much a long text is discounted
    FieldWeights fields = {};
    std::size_t min_items = 2;  // 1 and more
    std::size_t max_words = 200'000;
  };

  static TextVectors fit(const ItemWords::Input& input, const Options& options);
  SparseRows predict(const ItemWords::Input& input) const;

  const std::vector<std::string>& words() const {
    return words_;
  }  // by bytes; place = id in the rows
  double idf(std::size_t word) const { return idf_[word]; }

  void save(ByteWriter& writer) const;
  static TextVectors load(ByteReader& reader);

 private:
  TextVectors() = default;
  class Encoder;
  void set_idf();

  WordWeighting weighting_ = WordWeighting::kBm25;
  double k1_ = 0;
  double b_ = 0;
  FieldWeights fields_ = {};
  std::uint64_t items_ = 0;
  double mean_length_ = 0;
  std::vector<std::string> words_;
  std::vector<std::uint64_t> holders_;  // items that have the word
  std::vector<double> idf_;
};
static_assert(Model<TextVectors, ItemWords>);

}  // namespace perennial::models
