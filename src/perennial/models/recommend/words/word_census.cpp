#include "perennial/models/recommend/words/word_census.h"

#include <mutex>
#include <utility>

#include "perennial/models/recommend/scratch_pool.h"
#include "perennial/models/recommend/words/word_breaker.h"

namespace perennial::models {
namespace {

constexpr std::size_t kItemsPerChunk = 256;

void add(const WordCensus::Counts& counts, WordCensus::Counts& all) {
  all.holders += counts.holders;
  for (std::size_t f = 0; f < kTextFields; ++f) all.occurrences[f] += counts.occurrences[f];
}

void add_item(const ItemTexts& texts, const FieldWeights& weights, std::size_t item,
              WordBreaker& breaker, WordCensus& census) {
  const auto fields = fields_of(texts);
  WordCensus::Words own;
  for (std::size_t f = 0; f < kTextFields; ++f) {
    if (fields[f].empty() || weights_of(weights)[f] == 0) continue;
    for (std::string& word : breaker.words(fields[f][item])) {
      WordCensus::Counts& counts = own[std::move(word)];
      counts.holders = 1;
      ++counts.occurrences[f];
    }
  }
  census.items += own.empty() ? 0 : 1;
  for (const auto& [word, counts] : own) add(counts, census.words[word]);
}

}  // namespace

WordCensus count_words(const ItemTexts& texts, const FieldWeights& weights, Threads threads) {
  WordCensus all;
  std::mutex mutex;
  ScratchPool<WordBreaker> pool;
  parallel_chunks(texts.items(), kItemsPerChunk, threads, [&](std::size_t first, std::size_t last) {
    WordCensus part;
    pool.lend([] { return WordBreaker(); },
              [&](WordBreaker& breaker) {
                for (std::size_t i = first; i < last; ++i) {
                  add_item(texts, weights, i, breaker, part);
                }
              });
    const std::lock_guard lock(mutex);
    all.items += part.items;
    for (const auto& [word, counts] : part.words) add(counts, all.words[word]);
  });
  return all;
}

}  // namespace perennial::models
