#include "perennial/models/recommend/pictures/picture_encoder.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "perennial/base/error.h"
#include "perennial/base/random.h"
#include "perennial/models/recommend/family.h"
#include "perennial/models/recommend/neighbours/nearest_rows.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "picture encoder";
constexpr std::size_t kMostDimensions = 1024;
constexpr std::size_t kMostCategories = 100'000;
// One customer in common is chance: a similarity counts like one with as many more buyers.
constexpr double kShrinkage = 20;
// Weights beyond this come of a training that ran away; with these no embedding is infinite.
constexpr float kMostWeight = 1e4F;

ImageShape shape_of(std::size_t dimensions, std::size_t categories) {
  return {.side = kPictureSide,
          .filters = {16, 32, 64, 64},
          .embedding = dimensions,
          .categories = categories};
}

bool sane(std::span<const float> weights) {
  return std::ranges::all_of(weights, [](float w) { return std::fabs(w) <= kMostWeight; });
}

void validate(const PictureEncoder::Options& options) {
  if (options.dimensions < 2 || options.dimensions > kMostDimensions)
    fail(ErrorKind::kInvalidArgument, "{}: dimensions is {}, needs 2 to {}", kName,
         options.dimensions, kMostDimensions);
  if (options.epochs < 1 || options.epochs > 10'000)
    fail(ErrorKind::kInvalidArgument, "{}: epochs is {}, needs 1 to 10000", kName, options.epochs);
  if (!(options.learning_rate > 0) || options.learning_rate > 1)
    fail(ErrorKind::kInvalidArgument, "{}: learning_rate is {}, needs more than 0 and at most 1",
         kName, options.learning_rate);
  if (options.partners < 1)
    fail(ErrorKind::kInvalidArgument, "{}: partners is 0, needs at least 1", kName);
  if (options.most_pictures < PictureEncoder::kLeastPictures)
    fail(ErrorKind::kInvalidArgument, "{}: most_pictures is {}, needs at least {}", kName,
         options.most_pictures, PictureEncoder::kLeastPictures);
}

void validate_pictures(const PictureVectors::Input& input) {
  const ItemPictures& pictures = input.pictures;
  if (pictures.pixels.size() != pictures.size() * kPictureSize)
    fail(ErrorKind::kInvalidArgument, "{}: {} pictures have {} bytes, need {} each", kName,
         pictures.size(), pictures.pixels.size(), kPictureSize);
  for (std::size_t k = 0; k < pictures.size(); ++k) {
    if (pictures.item[k] >= input.items)
      fail(ErrorKind::kBadInput, "{}: picture {} shows item {}, there are {}", kName, k + 1,
           pictures.item[k], input.items);
    if (k > 0 && pictures.item[k] <= pictures.item[k - 1])
      fail(ErrorKind::kBadInput,
           "{}: picture {} shows item {} after item {}; one picture an item, items ascending",
           kName, k + 1, pictures.item[k], pictures.item[k - 1]);
  }
}

void validate_fit(const PictureVectors::Input& input) {
  if (!input.category.empty() && input.category.size() != input.items)
    fail(ErrorKind::kInvalidArgument, "{}: category has {} entries, needs {} or none", kName,
         input.category.size(), input.items);
  if (input.bought != nullptr && input.bought->items() != input.items)
    fail(ErrorKind::kInvalidArgument,
         "{}: the histories number {} items, the pictures {}; use the same numbering", kName,
         input.bought->items(), input.items);
  if (input.pictures.size() < PictureEncoder::kLeastPictures)
    fail(ErrorKind::kNotEnoughData, "{}: {} pictures that can be read, needs at least {}", kName,
         input.pictures.size(), PictureEncoder::kLeastPictures);
}

// Which pictures are learned from and in which order: drawn at random, so that the last fifth is like the others.
std::vector<std::size_t> learning_order(const PictureVectors::Input& input, std::size_t most) {
  std::vector<std::size_t> order(input.pictures.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomStream random(input.seed, 0);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  if (order.size() > most) order.resize(most);
  return order;
}

// The categories that pictures show, numbered from 0; none when there is but one.
std::size_t number_categories(const PictureVectors::Input& input,
                              std::span<const std::size_t> order, ImageTargets& targets) {
  targets.category.assign(order.size(), kNoCategory);
  if (input.category.empty()) return 0;
  std::map<std::uint32_t, std::uint32_t> numbers;
  for (const std::size_t picture : order) {
    const std::uint32_t category = input.category[input.pictures.item[picture]];
    if (category != kNoCategory) numbers.try_emplace(category, 0U);
  }
  if (numbers.size() < 2) return 0;
  std::uint32_t next = 0;
  for (auto& [category, number] : numbers) number = next++;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const auto found = numbers.find(input.category[input.pictures.item[order[k]]]);
    if (found != numbers.end()) targets.category[k] = found->second;
  }
  if (numbers.size() > kMostCategories)
    fail(ErrorKind::kInvalidArgument, "{}: {} categories, at most {}; use a coarser level", kName,
         numbers.size(), kMostCategories);
  return numbers.size();
}

void find_partners(const PictureVectors::Input& input, std::span<const std::size_t> order,
                   std::size_t partners, ImageTargets& targets) {
  targets.begin.assign(1, 0);
  if (input.bought == nullptr || input.bought->empty()) {
    targets.begin.resize(order.size() + 1, 0);
    return;
  }
  const SparseView customers = input.bought->view();
  const SparseRows items = transpose(customers);
  const SimilarityIndex index(items.view(), customers, {.shrinkage = kShrinkage});
  const NeighbourLists lists = nearest_rows(index, partners, input.threads);
  std::vector<std::uint32_t> place(input.items, kNoItem);
  for (std::size_t k = 0; k < order.size(); ++k)
    place[input.pictures.item[order[k]]] = static_cast<std::uint32_t>(k);
  for (const std::size_t picture : order) {
    const std::uint32_t item = input.pictures.item[picture];
    for (std::uint64_t k = lists.begin[item]; k < lists.begin[item + 1]; ++k) {
      if (place[lists.rows[k]] == kNoItem) continue;
      targets.partner.push_back(place[lists.rows[k]]);
      targets.weight.push_back(static_cast<float>(lists.similarities[k]));
    }
    targets.begin.push_back(targets.partner.size());
  }
}

std::vector<std::uint8_t> in_order(const ItemPictures& pictures,
                                   std::span<const std::size_t> order) {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(order.size() * kPictureSize);
  for (const std::size_t picture : order) {
    const auto from = pictures.pixels.begin() + static_cast<std::ptrdiff_t>(picture * kPictureSize);
    pixels.insert(pixels.end(), from, from + kPictureSize);
  }
  return pixels;
}

std::vector<float> mean_vector(std::span<const float> vectors, std::size_t width) {
  std::vector<double> sum(width, 0.0);
  for (std::size_t i = 0; i < vectors.size(); ++i) sum[i % width] += vectors[i];
  std::vector<float> mean;
  for (const double x : sum)
    mean.push_back(static_cast<float>(x / static_cast<double>(vectors.size() / width)));
  return mean;
}

// Of `row` less `mean`, with unit length; zero when they are the same.
void put_centred(std::span<const float> row, std::span<const float> mean, std::span<float> to) {
  double squares = 0;
  for (std::size_t j = 0; j < row.size(); ++j) {
    to[j] = row[j] - mean[j];
    squares += static_cast<double>(to[j]) * to[j];
  }
  const double length = std::sqrt(squares);
  for (float& x : to) x = length > 0 ? static_cast<float>(x / length) : 0.0F;
}

}  // namespace

PictureEncoder PictureEncoder::fit(const PictureVectors::Input& input, const Options& options) {
  validate(options);
  validate_pictures(input);
  validate_fit(input);
  const std::vector<std::size_t> order = learning_order(input, options.most_pictures);
  ImageTargets targets;
  const std::size_t categories = number_categories(input, order, targets);
  find_partners(input, order, options.partners, targets);
  if (categories == 0 && targets.partner.empty())
    fail(ErrorKind::kNotEnoughData,
         "{}: all pictures show one category and no two of their items were bought by the same "
         "customer; there is nothing to tell them apart by",
         kName);
  const ImageShape shape = shape_of(options.dimensions, categories);
  const ImageTraining training{.training_pictures = order.size() - order.size() / 5,
                               .epochs = options.epochs,
                               .learning_rate = options.learning_rate,
                               .seed = input.seed,
                               .progress = input.progress};
  std::vector<float> weights =
      image_networks().train_pictures(shape, initial_weights(shape, input.seed),
                                      in_order(input.pictures, order), targets, training);
  if (!sane(weights))
    fail(ErrorKind::kNoConvergence, "{}: the weights grew beyond {}; lower the learning rate of {}",
         kName, kMostWeight, options.learning_rate);
  std::vector<float> mean =
      mean_vector(image_networks().embeddings(shape, weights, in_order(input.pictures, order)),
                  options.dimensions);
  return {shape, std::move(weights), std::move(mean)};
}

ItemVectors PictureEncoder::predict(const PictureVectors::Input& input) const {
  validate_pictures(input);
  ItemVectors vectors{.width = dimensions(),
                      .values = std::vector<float>(input.items * dimensions())};
  if (input.pictures.size() == 0) return vectors;
  const ImageNetworks& with = image_networks();
  const std::span<const std::uint8_t> pixels(input.pictures.pixels);
  constexpr std::size_t kChunk = 128;
  parallel_chunks(
      input.pictures.size(), kChunk, input.threads, [&](std::size_t begin, std::size_t end) {
        const std::vector<float> rows = with.embeddings(
            shape_, weights_, pixels.subspan(begin * kPictureSize, (end - begin) * kPictureSize));
        for (std::size_t k = begin; k < end; ++k)
          put_centred(std::span(rows).subspan((k - begin) * dimensions(), dimensions()), mean_,
                      std::span(vectors.values)
                          .subspan(input.pictures.item[k] * dimensions(), dimensions()));
      });
  return vectors;
}

void PictureEncoder::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(dimensions());
  writer.scalar<std::uint64_t>(shape_.categories);
  writer.array(weights_);
  writer.array(mean_);
}

PictureEncoder PictureEncoder::load(ByteReader& reader) {
  const auto dimensions = reader.scalar<std::uint64_t>();
  const auto categories = reader.scalar<std::uint64_t>();
  std::vector<float> weights = reader.array<float>();
  std::vector<float> mean = reader.array<float>();
  if (dimensions < 2 || dimensions > kMostDimensions || categories > kMostCategories ||
      weights.size() != weight_count(shape_of(dimensions, categories)) || !sane(weights) ||
      mean.size() != dimensions || !sane(mean))
    fail(ErrorKind::kCorrupt,
         "saved model {}: its parts do not fit together; run `perennial run` to make it anew", kId);
  return {shape_of(dimensions, categories), std::move(weights), std::move(mean)};
}

}  // namespace perennial::models
