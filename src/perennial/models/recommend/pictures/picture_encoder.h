// Picture encoder: what a picture of an item says about who will like it, as a vector.
//
// Story    a small convolutional network learns from the shop's own catalogue, from two signals at once: to tell the
//          category from the picture, and to tell which items were bought by the same customers. Its embedding of a picture
//          is the item's vector, so that items without any history stand beside those that they look like
// Network  four blocks of 3 x 3 convolutions with stride 2 (16, 32, 64, 64 filters), a linear layer to `dimensions`, and the
//          directions of the categories: image_networks.h, also for the losses
// Partners of an item: its `partners` nearest by cosine of their buyers, drawn in proportion to it
// Vectors  the network's, less their mean over what was learned from, of unit length
// Honest   a fifth of the pictures is not learned from; learning stops when their loss falls no more
// Shapes   pictures name their items, 0 .. items - 1; row i of the output is item i, all zero without a picture
// Limits   learns from kLeastPictures to `most_pictures` pictures; new pictures of the same shop need no new fit
// Cost     one core learns: 1,000 pictures in about a minute; predict under 1 ms a picture and core. With CUDA on
//          the device. The first network of a process loads LibTorch: half a second
// Errors   kInvalidArgument names the option or field; kBadInput the picture; kNotEnoughData when there are too few
//          pictures, or one category only and nothing bought together; kUnsupported without the module of networks;
//          kNoConvergence
// Source   van den Oord, Li & Vinyals (2018), "Representation Learning with Contrastive Predictive Coding"; He & McAuley
//          (2016), "VBPR: Visual Bayesian Personalized Ranking from Implicit Feedback", for pictures as what cold items have
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/base/parallel.h"
#include "perennial/base/progress.h"
#include "perennial/models/learn/image_networks.h"
#include "perennial/models/model.h"
#include "perennial/models/recommend/interactions.h"
#include "perennial/models/recommend/pictures/picture_reading.h"
#include "perennial/models/recommend/words/item_vectors.h"

namespace perennial::models {

// The family of picture encoders: a vector for every item that has a picture.
struct PictureVectors {
  struct Input {
    std::size_t items = 0;  // in the shop's numbering
    const ItemPictures& pictures;
    // What fit learns from beside the pictures; predict does not look at it.
    std::span<const std::uint32_t> category = {};  // per item, or kNoCategory; empty: not known
    const Interactions* bought = nullptr;
    std::uint64_t seed = 1;
    Threads threads = {};
    Progress* progress = nullptr;
  };
  using Output = ItemVectors;
};

class PictureEncoder {
 public:
  static constexpr std::string_view kId = "recommend.picture_encoder/1";
  static constexpr std::size_t kLeastPictures = 40;
  struct Options {
    std::size_t dimensions = 64;         // of the vectors, 2 to 1024
    int epochs = 40;                     // at most, 1 to 10,000; it stops early
    double learning_rate = 2e-3;         // above 0, at most 1
    std::size_t partners = 50;           // at least 1
    std::size_t most_pictures = 20'000;  // more are not learned from; 12 kB each
  };

  static PictureEncoder fit(const PictureVectors::Input& input, const Options& options);
  ItemVectors predict(const PictureVectors::Input& input) const;

  std::size_t dimensions() const { return shape_.embedding; }
  void save(ByteWriter& writer) const;
  static PictureEncoder load(ByteReader& reader);

 private:
  PictureEncoder(ImageShape shape, std::vector<float> weights, std::vector<float> mean)
      : shape_(std::move(shape)), weights_(std::move(weights)), mean_(std::move(mean)) {}

  ImageShape shape_;
  std::vector<float> weights_;
  std::vector<float> mean_;  // of the vectors learned from: what all pictures have in common
};
static_assert(Model<PictureEncoder, PictureVectors>);

}  // namespace perennial::models
