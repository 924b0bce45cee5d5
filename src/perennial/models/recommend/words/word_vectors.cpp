#include "perennial/models/recommend/words/word_vectors.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "perennial/base/error.h"
#include "perennial/models/recommend/words/word_breaker.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "word vectors";
constexpr std::size_t kItemsPerChunk = 1024;

void validate(const SkipGramOptions& options) {
  if (options.width < 1 || options.width > 1024) {
    fail(ErrorKind::kInvalidArgument, "{}: width is {}, needs 1 to 1024", kName, options.width);
  }
  if (options.passes > 1000) {
    fail(ErrorKind::kInvalidArgument, "{}: passes is {}, needs at most 1000", kName,
         options.passes);
  }
}

// The known words of every item, in the order of its texts, a line an item.
std::string corpus_of(const ItemTexts& texts, const FieldWeights& weights,
                      const std::vector<std::string>& known) {
  WordBreaker breaker;
  std::string corpus;
  for (std::size_t i = 0; i < texts.items(); ++i) {
    for (std::size_t f = 0; f < kTextFields; ++f) {
      if (fields_of(texts)[f].empty() || weights_of(weights)[f] == 0) continue;
      for (const std::string& word : breaker.words(fields_of(texts)[f][i])) {
        if (!std::binary_search(known.begin(), known.end(), word)) continue;
        corpus += word;
        corpus += ' ';
      }
    }
    corpus += '\n';
  }
  return corpus;
}

}  // namespace

std::vector<double> WordVectors::sum_of(const SparseRows& rows, std::size_t item) const {
  std::vector<double> sum(words_.width);
  const auto ids = rows.view().row_ids(item);
  for (std::size_t k = 0; k < ids.size(); ++k) {
    const auto weight = static_cast<double>(rows.view().row_values(item)[k]);
    const auto word = words_.row(ids[k]);
    for (std::size_t d = 0; d < sum.size(); ++d) sum[d] += weight * static_cast<double>(word[d]);
  }
  return sum;
}

WordVectors WordVectors::fit(const ItemWords::Input& input, const Options& options) {
  models::validate(options.skip_gram);
  WordVectors model(TextVectors::fit(input, options.texts));
  const std::vector<std::string>& known = model.texts_.words();
  model.words_ =
      skip_gram(corpus_of(input.texts, options.texts.fields, known), known, options.skip_gram);
  const SparseRows rows = model.texts_.predict(input);
  model.mean_.assign(model.words_.width, 0.0);
  for (std::size_t i = 0; i < rows.view().rows(); ++i) {
    const std::vector<double> sum = model.sum_of(rows, i);
    for (std::size_t d = 0; d < sum.size(); ++d) {
      model.mean_[d] += sum[d] / static_cast<double>(rows.view().rows());
    }
  }
  return model;
}

ItemVectors WordVectors::predict(const ItemWords::Input& input) const {
  const SparseRows rows = texts_.predict(input);
  const std::size_t items = rows.view().rows();
  ItemVectors out{.width = words_.width, .values = std::vector<float>(items * words_.width)};
  parallel_chunks(items, kItemsPerChunk, input.threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      if (rows.view().row_size(i) == 0) continue;
      std::vector<double> sum = sum_of(rows, i);
      double squares = 0;
      for (std::size_t d = 0; d < sum.size(); ++d) {
        sum[d] -= mean_[d];
        squares += sum[d] * sum[d];
      }
      if (!(squares > 1e-12)) continue;  // no more than the mean: nothing of its own
      for (std::size_t d = 0; d < sum.size(); ++d) {
        out.values[i * out.width + d] = static_cast<float>(sum[d] / std::sqrt(squares));
      }
    }
  });
  return out;
}

void WordVectors::save(ByteWriter& writer) const {
  texts_.save(writer);
  writer.scalar<std::uint64_t>(words_.width);
  writer.array(words_.values);
  writer.array(mean_);
}

WordVectors WordVectors::load(ByteReader& reader) {
  WordVectors model(TextVectors::load(reader));
  model.words_.width = reader.scalar<std::uint64_t>();
  model.words_.values = reader.array<float>();
  model.mean_ = reader.array<double>();
  const auto is_small = [](auto value) { return std::abs(value) < 1e6; };
  const std::size_t width = model.words_.width;
  if (width < 1 || width > 1024 || model.mean_.size() != width ||
      model.words_.values.size() != width * model.texts_.words().size() ||
      !std::all_of(model.words_.values.begin(), model.words_.values.end(), is_small) ||
      !std::all_of(model.mean_.begin(), model.mean_.end(), is_small)) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its parts do not fit together; run `perennial run` to make it anew", kId);
  }
  return model;
}

}  // namespace perennial::models
