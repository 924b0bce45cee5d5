// Vectors of words from the company they keep: skip-gram with subwords, by fastText.
//
// Story    a word is to foretell the words around it; a word's vector is the mean of one of its own and of those of its
//          character n-grams of 3 to 6, so that "cup" and "cups" start out alike. Negative sampling, 5 draws
// Order    one thread and a fixed seed: the same text gives the same bits on the same machine
// Quiet    fastText reads files only: the text lies in a file of the memory's (memfd), never on the disk; nothing is printed.
//          It trains in a thread of its own and looks only every 0.1 s whether that is done
// Cost     some 10 us a word and pass at width 100; memory 4 bytes x width x (words + 50,000 n-grams), and 160 MB that
//          fastText takes for its tables while it trains
// Errors   kUnsupported when built without fastText (PERENNIAL_FASTTEXT)
// Source   Bojanowski, Grave, Joulin & Mikolov (2017), "Enriching Word Vectors with Subword Information"
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "perennial/models/recommend/words/item_vectors.h"

namespace perennial::models {

struct SkipGramOptions {
  std::size_t width = 100;  // 1 to 1024
  std::size_t passes =
      0;  // at most 1000; 0: as many as read two million words, at least 5 and at most 100
};

// One row of unit length per word. `text` holds them with blanks between, a line for what belongs together.
// REQUIRES: no blank within a word, every word in the text; options in their range.
ItemVectors skip_gram(std::string_view text, std::span<const std::string> words,
                      const SkipGramOptions& options);
bool has_skip_gram();  // built with fastText

}  // namespace perennial::models
