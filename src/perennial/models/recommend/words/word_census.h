// How many items have a word, and how often it occurs in each field: whole numbers, so that they do not depend on who
// counted first.
//
// Cost     reads every text once; holds every different word once
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "perennial/base/parallel.h"
#include "perennial/models/recommend/words/item_texts.h"

namespace perennial::models {

struct WordCensus {
  struct Counts {
    std::uint64_t holders = 0;  // items that have the word
    std::array<std::uint64_t, kTextFields> occurrences{};
  };
  using Words = std::unordered_map<std::string, Counts>;

  Words words;
  std::uint64_t items = 0;  // with any word
};

// Fields of weight 0 are not read. REQUIRES: fields of one length, or empty.
WordCensus count_words(const ItemTexts& texts, const FieldWeights& weights, Threads threads);

}  // namespace perennial::models
