// Item looks: items like those a customer has, by their pictures.
//
// Story    a picture encoder learns from the pictures of the items that somebody bought; every item with a picture then has
//          a vector, also one that nobody bought yet, and stands beside those it looks like
// Fit      PictureEncoder::fit on the pictures of items with an entry, and vectors of all pictures
// Score    and reason: as in item_likeness.h
// Similar  "looks like this": the items whose vectors are most like its own
// Errors   fit: as PictureEncoder::fit
// Cost     fit: picture_encoder.h; predict and similar: item_likeness.h; 4 bytes a dimension and item
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/pictures/picture_encoder.h"

namespace perennial::models {

class ItemLooks {
 public:
  static constexpr std::string_view kId = "recommend.item_looks/1";
  struct Options {
    const ItemPictures* pictures = nullptr;        // needed; only fit looks at them
    std::span<const std::uint32_t> category = {};  // per item, or kNoCategory; empty: not known
    std::uint64_t seed = 1;
    Progress* progress = nullptr;  // one step an epoch; may stop it
    PictureEncoder::Options encoder = {};
  };

  // What an encoder says of the items of a numbering.
  ItemLooks(PictureEncoder encoder, ItemVectors vectors);
  static ItemLooks fit(const TopItems::Input& input, const Options& options);
  TopItems::Output predict(const TopItems::Input& input) const;

  // The items that look most like this one, best first; at most n, blocked ones left out; none without a picture.
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const;

  std::size_t items() const { return vectors_.items(); }
  const PictureEncoder& encoder() const { return encoder_; }
  const ItemVectors& vectors() const { return vectors_; }
  void save(ByteWriter& writer) const;
  static ItemLooks load(ByteReader& reader);

 private:
  PictureEncoder encoder_;
  ItemVectors vectors_;
};
static_assert(Model<ItemLooks, TopItems>);

}  // namespace perennial::models
