// Item texts as dense vectors: alike also when they use different words in the same company, "mug" for "cup".
//
// Story    every word has a vector, learnt from the shop's own texts by skip-gram; an item's is the sum of its words',
//          each with the weight that TextVectors gives it (rare words say more), less the mean of all items', which
//          only says that they are of one shop, at unit length
// Output   row i, of unit length or all zero when no word is known, is item i
// Order    the same bytes for any number of threads, on the same machine
// Limits   knows what the shop's own texts show, and with a few thousand titles that is less than the words themselves say:
//          docs/models/recommend.text_vectors.md; words that were not there at the fit are ignored
// Cost     fit: three readings of the texts and skip_gram.h; predict as TextVectors and 2 width operations a word; the model
//          4 width bytes a word beside TextVectors'
// Errors   fit is kUnsupported when built without fastText; predict and load need none
// Source   Arora, Liang & Ma (2017), "A Simple but Tough-to-Beat Baseline for Sentence Embeddings" (weights and common part; here
//          idf and mean in their place)
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/models/recommend/words/item_vectors.h"
#include "perennial/models/recommend/words/skip_gram.h"
#include "perennial/models/recommend/words/text_vectors.h"

namespace perennial::models {

struct ItemWordVectors {
  using Input = ItemWords::Input;
  using Output = ItemVectors;
};

class WordVectors {
 public:
  static constexpr std::string_view kId = "recommend.word_vectors/1";
  struct Options {
    TextVectors::Options texts = {};
    SkipGramOptions skip_gram = {};
  };

  static WordVectors fit(const ItemWords::Input& input, const Options& options);
  ItemVectors predict(const ItemWords::Input& input) const;

  void save(ByteWriter& writer) const;
  static WordVectors load(ByteReader& reader);

 private:
  explicit WordVectors(TextVectors texts) : texts_(std::move(texts)) {}
  std::vector<double> sum_of(const SparseRows& rows, std::size_t item) const;

  TextVectors texts_;
  ItemVectors words_;         // row w: word w of texts_
  std::vector<double> mean_;  // of all items of the fit
};
static_assert(Model<WordVectors, ItemWordVectors>);

}  // namespace perennial::models
