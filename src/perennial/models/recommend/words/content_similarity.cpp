#include "perennial/models/recommend/words/content_similarity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "perennial/base/error.h"
#include "perennial/models/recommend/scratch_pool.h"

namespace perennial::models {
namespace {

constexpr std::size_t kItemsPerChunk = 16;
constexpr std::size_t kLanes = 8;    // stored items of a block, side by side
constexpr std::size_t kQueries = 4;  // that share one read of a block

double length_of(std::span<const float> values) {
  double squares = 0;
  for (const float value : values) {
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  return std::sqrt(squares);
}

std::size_t items_of(const ContentSource& source) {
  if (const auto* words = std::get_if<const SparseRows*>(&source.rows)) {
    return (*words)->view().rows();
  }
  return std::get<const ItemVectors*>(source.rows)->items();
}

// Scores of the items of one chunk with all items, one row each, to which every source adds its part.
class ScoreRows {
 public:
  explicit ScoreRows(std::size_t items) : items_(items), scores_(kItemsPerChunk * items) {}
  std::span<double> row(std::size_t query) {
    return std::span(scores_).subspan(query * items_, items_);
  }
  void clear() { std::fill(scores_.begin(), scores_.end(), 0.0); }

 private:
  std::size_t items_;
  std::vector<double> scores_;
};

class WordCosine {
 public:
  WordCosine(const SparseRows& words, double weight) : rows_(words), weight_(weight) {
    for (std::size_t i = 0; i < rows_.view().rows(); ++i) {
      const double length = length_of(rows_.view().row_values(i));
      for (std::uint64_t k = rows_.begin[i]; k < rows_.begin[i + 1]; ++k) {
        rows_.values[k] = static_cast<float>(static_cast<double>(rows_.values[k]) / length);
      }
    }
    columns_ = transpose(rows_.view());
  }

  void add(std::size_t first, std::size_t last, ScoreRows& scores) const {
    for (std::size_t i = first; i < last; ++i) {
      const auto row = scores.row(i - first);
      for (std::uint64_t k = rows_.begin[i]; k < rows_.begin[i + 1]; ++k) {
        const double value = weight_ * static_cast<double>(rows_.values[k]);
        const auto others = columns_.view().row_ids(rows_.ids[k]);
        const auto values = columns_.view().row_values(rows_.ids[k]);
        for (std::size_t o = 0; o < others.size(); ++o) {
          row[others[o]] += value * static_cast<double>(values[o]);
        }
      }
    }
  }

 private:
  SparseRows rows_;
  SparseRows columns_;
  double weight_;
};

// Stored items stand in blocks of kLanes, number d of all of them side by side, so that the sums of a block grow together
// in one register and each in the order of d.
class VectorCosine {
 public:
  VectorCosine(const ItemVectors& vectors, double weight)
      : vectors_(vectors),
        weight_(weight),
        blocks_((vectors.items() + kLanes - 1) / kLanes * kLanes * vectors.width) {
    for (std::size_t i = 0; i < vectors.items(); ++i) {
      float* const block = blocks_.data() + i / kLanes * kLanes * vectors.width;
      for (std::size_t d = 0; d < vectors.width; ++d) {
        block[d * kLanes + i % kLanes] = vectors.row(i)[d];
      }
    }
  }

  void add(std::size_t first, std::size_t last, ScoreRows& scores) const {
    for (std::size_t stored = 0; stored < vectors_.items(); stored += kLanes) {
      for (std::size_t q = first; q < last; q += kQueries) {
        add_block(q, std::min(q + kQueries, last), stored, first, scores);
      }
    }
  }

 private:
  using Sums = std::array<std::array<float, kLanes>, kQueries>;

  void add_block(std::size_t begin, std::size_t end, std::size_t stored, std::size_t first,
                 ScoreRows& scores) const {
    std::array<const float*, kQueries> queries{};
    for (std::size_t q = 0; q < kQueries; ++q) {
      queries[q] = vectors_.row(std::min(begin + q, end - 1)).data();
    }
    const Sums sums = products(queries, blocks_.data() + stored * vectors_.width);
    const std::size_t lanes = std::min(kLanes, vectors_.items() - stored);
    for (std::size_t q = begin; q < end; ++q) {
      const auto row = scores.row(q - first).subspan(stored, lanes);
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        row[lane] += weight_ * static_cast<double>(sums[q - begin][lane]);
      }
    }
  }

  Sums products(const std::array<const float*, kQueries>& queries, const float* block) const {
    Sums sums{};
    for (std::size_t d = 0; d < vectors_.width; ++d) {
      for (std::size_t q = 0; q < kQueries; ++q) {
        const float value = queries[q][d];
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          sums[q][lane] += value * block[d * kLanes + lane];
        }
      }
    }
    return sums;
  }

  const ItemVectors& vectors_;
  double weight_;
  std::vector<float> blocks_;
};

using Cosine = std::variant<WordCosine, VectorCosine>;

std::vector<Cosine> cosines_of(std::span<const ContentSource> sources) {
  double total = 0;
  for (const ContentSource& source : sources) total += source.weight;
  std::vector<Cosine> cosines;
  cosines.reserve(sources.size());
  for (const ContentSource& source : sources) {
    const double weight = source.weight / total;
    if (const auto* words = std::get_if<const SparseRows*>(&source.rows)) {
      cosines.emplace_back(WordCosine(**words, weight));
    } else {
      cosines.emplace_back(VectorCosine(*std::get<const ItemVectors*>(source.rows), weight));
    }
  }
  return cosines;
}

NeighbourLists nearest_by_words(const SparseRows& words, std::size_t limit, double min_similarity,
                                Threads threads) {
  const SparseRows columns = transpose(words.view());
  const SimilarityIndex index(words.view(), columns.view(), {.min_similarity = min_similarity});
  return nearest_rows(index, limit, threads);
}

void validate_rows(const SparseRows& words, std::string_view model) {
  if (!words.view().is_consistent() || words.values.size() != words.ids.size() ||
      !std::all_of(words.values.begin(), words.values.end(),
                   [](float v) { return v > 0 && std::isfinite(v); })) {
    fail(ErrorKind::kInvalidArgument,
         "{}: the words' rows do not fit together or hold values that are not above 0; give what "
         "text vectors return",
         model);
  }
}

void validate_rows(const ItemVectors& vectors, std::string_view model) {
  for (std::size_t i = 0; i < vectors.items(); ++i) {
    const double length = length_of(vectors.row(i));
    if (length == 0 || std::abs(length - 1) <= 1e-3) continue;
    fail(ErrorKind::kInvalidArgument,
         "{}: the vector of item {} has length {}, needs 1, or 0 where nothing is known", model, i,
         length);
  }
}

}  // namespace

void validate(std::span<const ContentSource> sources, std::string_view model, std::size_t items) {
  if (sources.empty()) {
    fail(ErrorKind::kNotEnoughData,
         "{}: nothing is known of the items; give sources: words, vectors or both", model);
  }
  for (const ContentSource& source : sources) {
    if (!(source.weight > 0) || !std::isfinite(source.weight)) {
      fail(ErrorKind::kInvalidArgument, "{}: a source's weight is {}, needs to be above 0", model,
           source.weight);
    }
    std::visit([&](const auto* rows) { validate_rows(*rows, model); }, source.rows);
    if (items_of(source) != items) {
      fail(ErrorKind::kInvalidArgument,
           "{}: a source describes {} items, the interactions number {}; use the same numbering",
           model, items_of(source), items);
    }
  }
}

NeighbourLists nearest_by_content(std::span<const ContentSource> sources, std::size_t limit,
                                  double min_similarity, Threads threads) {
  if (const auto* words = std::get_if<const SparseRows*>(&sources[0].rows);
      words != nullptr && sources.size() == 1) {
    return nearest_by_words(**words, limit, min_similarity, threads);
  }
  const std::vector<Cosine> cosines = cosines_of(sources);
  const std::size_t items = items_of(sources[0]);
  NeighbourParts parts(items, kItemsPerChunk);
  ScratchPool<ScoreRows> pool;
  parallel_chunks(items, kItemsPerChunk, threads, [&](std::size_t first, std::size_t last) {
    Selection best(limit);
    const auto fill = [&](ScoreRows& scores) {
      scores.clear();
      for (const Cosine& cosine : cosines) {
        std::visit([&](const auto& source) { source.add(first, last, scores); }, cosine);
      }
      for (std::size_t i = first; i < last; ++i) {
        best.clear();
        const auto row = scores.row(i - first);
        for (std::size_t other = 0; other < items; ++other) {
          if (row[other] < min_similarity || row[other] < best.floor() || other == i) continue;
          best.offer(static_cast<std::uint32_t>(other), row[other]);
        }
        parts.append(i, best.sorted());
      }
    };
    pool.lend([&] { return ScoreRows(items); }, fill);
  });
  return parts.join();
}

}  // namespace perennial::models
