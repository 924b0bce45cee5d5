#include "perennial/models/recommend/words/text_vectors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/models/recommend/scratch_pool.h"
#include "perennial/models/recommend/words/word_breaker.h"
#include "perennial/models/recommend/words/word_census.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "text vectors";
constexpr std::size_t kItemsPerChunk = 256;

bool fits(const FieldWeights& fields) {
  const auto weights = weights_of(fields);
  return std::all_of(weights.begin(), weights.end(), [](double w) { return w >= 0 && w <= 1e6; }) &&
         std::any_of(weights.begin(), weights.end(), [](double w) { return w > 0; });
}

void validate(const ItemTexts& texts) {
  const auto fields = fields_of(texts);
  for (const auto& field : fields) {
    if (!field.empty() && field.size() != texts.items()) {
      fail(ErrorKind::kInvalidArgument,
           "{}: fields differ in length (titles {}, descriptions {}, categories {}, attributes "
           "{}); give one text per item or leave the field out",
           kName, fields[0].size(), fields[1].size(), fields[2].size(), fields[3].size());
    }
  }
}

void validate(const TextVectors::Options& options) {
  const auto refuse = [](std::string_view field, auto value, std::string_view needs) {
    fail(ErrorKind::kInvalidArgument, "{}: {} is {}, needs {}", kName, field, value, needs);
  };
  if (!(options.k1 >= 0 && options.k1 <= 1000)) refuse("k1", options.k1, "0 to 1000");
  if (!(options.b >= 0 && options.b <= 1)) refuse("b", options.b, "0 to 1");
  if (options.min_items < 1) refuse("min_items", options.min_items, "at least 1");
  if (options.max_words < 1) refuse("max_words", options.max_words, "at least 1");
  if (!fits(options.fields)) {
    fail(ErrorKind::kInvalidArgument,
         "{}: field weights need to be 0 to 1e6, one of them above 0; leave out what is not meant",
         kName);
  }
}

using Word = WordCensus::Words::value_type;

// The words that stay, by bytes.
std::vector<const Word*> known_words(const WordCensus& census,
                                     const TextVectors::Options& options) {
  std::vector<const Word*> known;
  for (const Word& word : census.words) {
    if (word.second.holders >= options.min_items) known.push_back(&word);
  }
  if (known.size() > options.max_words) {
    std::sort(known.begin(), known.end(), [](const Word* a, const Word* b) {
      return a->second.holders != b->second.holders ? a->second.holders > b->second.holders
                                                    : a->first < b->first;
    });
    known.resize(options.max_words);
  }
  std::sort(known.begin(), known.end(),
            [](const Word* a, const Word* b) { return a->first < b->first; });
  return known;
}

}  // namespace

// Puts one item after the other into words.
class TextVectors::Encoder {
 public:
  explicit Encoder(const TextVectors& model) : model_(model) {}

  void append(const ItemTexts& texts, std::size_t item, SparseRows& rows) {
    count(texts, item);
    const double length = std::accumulate(
        counts_.begin(), counts_.end(), 0.0,
        [](double sum, const std::pair<std::uint32_t, double>& c) { return sum + c.second; });
    double squares = 0;
    for (auto& [word, tf] : counts_) {
      tf = model_.idf_[word] * damped(tf, length);
      squares += tf * tf;
    }
    const double scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
    for (const auto& [word, weight] : counts_) {
      const auto value = static_cast<float>(weight * scale);
      if (!(value > 0)) continue;
      rows.ids.push_back(word);
      rows.values.push_back(value);
    }
    rows.begin.push_back(rows.ids.size());
  }

 private:
  void count(const ItemTexts& texts, std::size_t item) {
    counts_.clear();
    const auto fields = fields_of(texts);
    const auto weights = weights_of(model_.fields_);
    for (std::size_t f = 0; f < kTextFields; ++f) {
      if (fields[f].empty() || weights[f] == 0) continue;
      for (const std::string& word : breaker_.words(fields[f][item])) {
        const auto place = std::lower_bound(model_.words_.begin(), model_.words_.end(), word);
        if (place == model_.words_.end() || *place != word) continue;
        counts_.emplace_back(static_cast<std::uint32_t>(place - model_.words_.begin()), weights[f]);
      }
    }
    std::sort(counts_.begin(), counts_.end());
    std::size_t kept = 0;
    for (const auto& [word, weight] : counts_) {
      if (kept > 0 && counts_[kept - 1].first == word) {
        counts_[kept - 1].second += weight;
      } else {
        counts_[kept++] = {word, weight};
      }
    }
    counts_.resize(kept);
  }

  double damped(double tf, double length) const {
    if (model_.weighting_ == WordWeighting::kTfIdf) return std::log1p(tf);
    const double norm = 1 - model_.b_ + model_.b_ * length / model_.mean_length_;
    return tf * (model_.k1_ + 1) / (tf + model_.k1_ * norm);
  }

  const TextVectors& model_;
  WordBreaker breaker_;
  std::vector<std::pair<std::uint32_t, double>> counts_;  // word and tf, by word
};

TextVectors TextVectors::fit(const ItemWords::Input& input, const Options& options) {
  models::validate(options);
  models::validate(input.texts);
  const WordCensus census = count_words(input.texts, options.fields, input.threads);
  const std::vector<const Word*> known = known_words(census, options);
  if (known.empty()) {
    fail(ErrorKind::kNotEnoughData,
         "{}: no word is in {} items or more; give the items titles or lower min_items", kName,
         options.min_items);
  }
  TextVectors model;
  model.weighting_ = options.weighting;
  model.k1_ = options.k1;
  model.b_ = options.b;
  model.fields_ = options.fields;
  model.items_ = census.items;
  std::array<std::uint64_t, kTextFields> occurrences{};
  for (const Word* word : known) {
    model.words_.push_back(word->first);
    model.holders_.push_back(word->second.holders);
    for (std::size_t f = 0; f < kTextFields; ++f) occurrences[f] += word->second.occurrences[f];
  }
  const auto weights = weights_of(options.fields);
  for (std::size_t f = 0; f < kTextFields; ++f) {
    model.mean_length_ += weights[f] * static_cast<double>(occurrences[f]);
  }
  model.mean_length_ /= static_cast<double>(census.items);
  model.set_idf();
  return model;
}

void TextVectors::set_idf() {
  const auto n = static_cast<double>(items_);
  for (const std::uint64_t holders : holders_) {
    const auto df = static_cast<double>(holders);
    idf_.push_back(weighting_ == WordWeighting::kBm25 ? std::log1p((n - df + 0.5) / (df + 0.5))
                                                      : 1 + std::log((1 + n) / (1 + df)));
  }
}

SparseRows TextVectors::predict(const ItemWords::Input& input) const {
  models::validate(input.texts);
  const std::size_t n = input.texts.items();
  std::vector<SparseRows> parts((n + kItemsPerChunk - 1) / kItemsPerChunk);
  ScratchPool<Encoder> pool;
  parallel_chunks(n, kItemsPerChunk, input.threads, [&](std::size_t first, std::size_t last) {
    pool.lend([&] { return Encoder(*this); },
              [&](Encoder& encoder) {
                for (std::size_t i = first; i < last; ++i) {
                  encoder.append(input.texts, i, parts[first / kItemsPerChunk]);
                }
              });
  });
  SparseRows all{.begin = {0}, .ids = {}, .values = {}, .columns = words_.size()};
  for (SparseRows& part : parts) {
    const std::uint64_t offset = all.ids.size();
    for (const std::uint64_t end : part.begin) all.begin.push_back(offset + end);
    all.ids.insert(all.ids.end(), part.ids.begin(), part.ids.end());
    all.values.insert(all.values.end(), part.values.begin(), part.values.end());
    part = {};
  }
  return all;
}

void TextVectors::save(ByteWriter& writer) const {
  writer.scalar(weighting_);
  writer.scalar(k1_);
  writer.scalar(b_);
  for (const double weight : weights_of(fields_)) writer.scalar(weight);
  writer.scalar(items_);
  writer.scalar(mean_length_);
  writer.array(holders_);
  for (const std::string& word : words_) writer.text(word);
}

TextVectors TextVectors::load(ByteReader& reader) {
  TextVectors model;
  model.weighting_ = reader.scalar<WordWeighting>();
  model.k1_ = reader.scalar<double>();
  model.b_ = reader.scalar<double>();
  FieldWeights& fields = model.fields_;
  for (double* weight :
       {&fields.titles, &fields.descriptions, &fields.categories, &fields.attributes}) {
    *weight = reader.scalar<double>();
  }
  model.items_ = reader.scalar<std::uint64_t>();
  model.mean_length_ = reader.scalar<double>();
  model.holders_ = reader.array<std::uint64_t>();
  for (std::size_t w = 0; w < model.holders_.size(); ++w) model.words_.push_back(reader.text());
  const bool counted =
      std::all_of(model.holders_.begin(), model.holders_.end(),
                  [&](std::uint64_t holders) { return holders >= 1 && holders <= model.items_; });
  const bool ascending = std::adjacent_find(model.words_.begin(), model.words_.end(),
                                            std::greater_equal<>()) == model.words_.end();
  if (model.weighting_ > WordWeighting::kTfIdf || !(model.k1_ >= 0 && model.k1_ <= 1000) ||
      !(model.b_ >= 0 && model.b_ <= 1) || !fits(fields) || !(model.mean_length_ > 0) ||
      !std::isfinite(model.mean_length_) || model.words_.empty() || !counted || !ascending) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its parts do not fit together; run `perennial run` to make it anew", kId);
  }
  model.set_idf();
  return model;
}

}  // namespace perennial::models
