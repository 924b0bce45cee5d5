// Items like those a customer has, by their words or pictures: also items that nobody has bought yet.
//
// Story    two items are alike when they are described, or look, alike; a customer is offered the items most like those in
//          their own history. Nobody else's purchases are used, so a new item has its place from the first day
// Fit      for every item its `neighbours` most alike other items (content_similarity.h), kept as compressed rows, 12 bytes a
//          neighbour; of the interactions only the numbering of the items
// Score    and reason: as in neighbour_scoring.h
// Cost     fit: content_similarity.h; predict: history x neighbours additions a customer, twice
// Limits   knows no best seller from a shelf warmer: among items that others buy, counting models find better ones; a
//          customer without history gets an empty list; so does one of items without words or picture
// Source   Pazzani & Billsus (2007), "Content-Based Recommendation Systems"
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/words/content_similarity.h"

namespace perennial::models {

class Content {
 public:
  static constexpr std::string_view kId = "recommend.content/1";
  struct Options {
    std::vector<ContentSource> sources = {};  // needed; only fit looks at what they point to
    std::size_t neighbours = 100;             // kept per item; 0: all
    double min_similarity = 1e-6;             // above 0, at most 1
  };

  static Content fit(const TopItems::Input& input, const Options& options);
  TopItems::Output predict(const TopItems::Input& input) const;

  // The items most like this one, best first; at most n of those kept, blocked ones left out.
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const;

  std::size_t items() const { return neighbours_.size(); }
  void save(ByteWriter& writer) const;
  static Content load(ByteReader& reader);

 private:
  Content() = default;
  NeighbourLists neighbours_;  // list j: the items most like j
};
static_assert(Model<Content, TopItems>);

}  // namespace perennial::models
