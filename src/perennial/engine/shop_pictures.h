// The pictures that a shop's catalogue names (image_path of items), read from their files.
//
// Where    a relative path is looked for below the shop's folder, then beside the files of the import that named it.
//          Addresses of the web are not fetched
// Notes    say how many pictures are not there, cannot be read or are at addresses, with an example each; those items are as
//          if they had no picture
// Limits   at most kMostShopPictures; a shop that names more reads none and says so. 12 kB of memory each
// Cost     picture_reading.h
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perennial/engine/context.h"
#include "perennial/models/recommend/pictures/picture_reading.h"
#include "perennial/store/database.h"

namespace perennial::engine {

inline constexpr std::size_t kMostShopPictures = 50'000;

struct ShopPictures {
  std::vector<std::string> items;    // ids of the items with a picture that can be read, ascending
  std::vector<std::uint8_t> pixels;  // kPictureSize each, in the order of items
  std::vector<std::string> notes;
};

struct PictureRequest {
  std::filesystem::path shop;
  Day as_of;
  std::span<const std::string> known = {};  // ids, ascending, whose pictures are not to be read
};
// Nothing when the catalogue names no picture that is not known. A build that cannot read or learn from pictures reads none
// and says so in a note.
std::optional<ShopPictures> read_shop_pictures(store::Connection& connection,
                                               const PictureRequest& request, Context& context);

// The same pictures in the numbers of a numbering, ids ascending; items that it lacks are left out.
std::shared_ptr<const models::ItemPictures> numbered(const ShopPictures& pictures,
                                                     std::span<const std::string> items);

}  // namespace perennial::engine
