#include "perennial/models/recommend/pictures/item_looks.h"

#include <algorithm>
#include <cmath>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/pictures/item_likeness.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "item looks";

// Pictures of items that somebody has.
ItemPictures of_bought(const ItemPictures& all, const Interactions& interactions) {
  std::vector<std::uint8_t> is_bought(interactions.items(), 0);
  for (const std::uint32_t item : interactions.view().ids) is_bought[item] = 1;
  ItemPictures bought;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (all.item[k] >= is_bought.size() || is_bought[all.item[k]] == 0) continue;
    const auto from = all.pixels.begin() + static_cast<std::ptrdiff_t>(k * kPictureSize);
    bought.item.push_back(all.item[k]);
    bought.pixels.insert(bought.pixels.end(), from, from + kPictureSize);
  }
  return bought;
}

}  // namespace

ItemLooks::ItemLooks(PictureEncoder encoder, ItemVectors vectors)
    : encoder_(std::move(encoder)), vectors_(std::move(vectors)) {
  CHECK(vectors_.width == encoder_.dimensions());
}

ItemLooks ItemLooks::fit(const TopItems::Input& input, const Options& options) {
  validate_fit(input.interactions, kName);
  if (options.pictures == nullptr)
    fail(ErrorKind::kInvalidArgument, "{}: there are no pictures to learn from", kName);
  if (options.pictures->pixels.size() != options.pictures->size() * kPictureSize)
    fail(ErrorKind::kInvalidArgument, "{}: {} pictures have {} bytes, need {} each", kName,
         options.pictures->size(), options.pictures->pixels.size(), kPictureSize);
  const ItemPictures bought = of_bought(*options.pictures, input.interactions);
  PictureEncoder encoder = PictureEncoder::fit({.items = input.interactions.items(),
                                                .pictures = bought,
                                                .category = options.category,
                                                .bought = &input.interactions,
                                                .seed = options.seed,
                                                .threads = input.threads,
                                                .progress = options.progress},
                                               options.encoder);
  ItemVectors vectors = encoder.predict({.items = input.interactions.items(),
                                         .pictures = *options.pictures,
                                         .threads = input.threads});
  return {std::move(encoder), std::move(vectors)};
}

TopItems::Output ItemLooks::predict(const TopItems::Input& input) const {
  models::validate(input, kName, items());
  return offer_alike(vectors_, input);
}

std::vector<ScoredItem> ItemLooks::similar(std::uint32_t item, std::size_t n,
                                           std::span<const std::uint8_t> blocked) const {
  validate_similar(item, blocked, kName, items());
  return most_alike(vectors_, item, n, blocked);
}

void ItemLooks::save(ByteWriter& writer) const {
  encoder_.save(writer);
  writer.array(vectors_.values);
}

ItemLooks ItemLooks::load(ByteReader& reader) {
  PictureEncoder encoder = PictureEncoder::load(reader);
  ItemVectors vectors{.width = encoder.dimensions(), .values = reader.array<float>()};
  constexpr float kMostLength = 1.001F;
  const bool sane =
      vectors.values.size() % vectors.width == 0 &&
      std::ranges::all_of(vectors.values, [](float x) { return std::fabs(x) <= kMostLength; });
  if (!sane)
    fail(ErrorKind::kCorrupt,
         "saved model {}: its parts do not fit together; run `perennial run --thorough` to make it "
         "anew",
         kId);
  return {std::move(encoder), std::move(vectors)};
}

}  // namespace perennial::models
