// Sequence networks: what a network that has read the sequence expects next (GRU4Rec, SASRec; RNN and LSTM too).
//
// Story    every item has a vector; a recurrent cell or causal self-attention reads those of the session, oldest first,
//          and says a vector; items are scored by its product with theirs. Cells, losses, weights: learn/sequence_networks.h
// Fit      sequences of two items or more, whatever their order among each other; a share of those with three or more
//          keeps the last item back, on which the best epoch is chosen. Items of no such sequence are never offered
// Predict  plain C++, no LibTorch: of a long session the `longest` latest items that are known are read; the scores of all
//          known items, exactly
// Because  kNoItem: what a network says does not come from one item
// Devices  CUDA when the installed LibTorch has it. On a processor the same bytes for any number of threads
// Resuming Watch.keep is handed the state after every epoch as bytes; a fit that is given them goes on from there and
//          ends with the same model as without the interruption
// Cost     an epoch with kFullSoftmax: 6 x wanted items x items x width operations and the cell's own; predict: the cell's
//          reading and items x width multiply-adds a session. Memory: 4 x items x width bytes, five times that while fitting
// Errors   kUnsupported without the module of networks or the device asked for; kInterrupted when Watch.progress says
//          so; kNoConvergence
// Source   Hidasi, Karatzoglou, Baltrunas & Tikk (2016), "Session-based Recommendations with Recurrent Neural Networks";
//          Hidasi & Karatzoglou (2018); Kang & McAuley (2018); Klenitskiy & Vasilev (2023): learn/sequence_networks.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/learn/sequence_networks.h"
#include "perennial/models/recommend/sequences/sequence_encoder.h"
#include "perennial/models/recommend/sessions/next_item.h"

namespace perennial::models {

class SequenceNetwork {
 public:
  static constexpr std::string_view kId = "recommend.sequence_network/1";
  struct Options {
    SequenceCell cell = SequenceCell::kSasrec;
    std::size_t width = 128;   // of the vectors and all layers; 1..1024
    std::size_t layers = 1;    // 1..8
    std::size_t heads = 1;     // kSasrec: a divisor of width
    std::size_t longest = 50;  // items of a sequence that are read; 1..1024
    SequenceLoss loss = SequenceLoss::kFullSoftmax;
    std::size_t negatives = 1024;  // the other losses: items drawn for a batch; 1..100,000
    double sampling_power = 0.5;   // of an item's count, when they are drawn; 0..1
    double bpr_penalty = 1;        // kBprMax; 0..100
    double dropout = 0.5;          // 0..0.9
    std::size_t batch = 128;       // sequences; 1..100,000
    int epochs = 100;              // at most; 1..10,000
    int patience = 10;             // epochs without a better one; 1..10,000
    double learning_rate = 1e-3;   // above 0, at most 1
    double weight_decay = 0;       // 0..1
    double validation_share =
        0.1;  // of the sequences; 0: all epochs are run and the last one counts; 0..0.5
    std::uint64_t seed = 1;
    ComputeDevice device = ComputeDevice::kAuto;
  };
  // A fit may take minutes: how to follow, stop and resume it.
  struct Watch {
    std::function<bool(const SequenceProgress&)> progress;  // after every batch; false stops
    std::function<void(std::string_view)> keep;             // after every epoch
    std::string_view
        kept;  // what keep was handed last; empty: from the start. Of other data or options: refused
  };

  static SequenceNetwork fit(const NextItem::Input& input, const Options& options);
  static SequenceNetwork fit(const NextItem::Input& input, const Options& options,
                             const Watch& watch);
  NextItem::Output predict(const NextItem::Input& input) const;

  // The items whose vectors point the same way, by cosine, best first; none for an item that is not known.
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const;

  std::size_t items() const { return place_.size(); }
  const SequenceShape& shape() const { return shape_; }
  std::span<const float> weights() const { return weights_; }
  std::span<const std::uint32_t> known() const { return known_; }
  void save(ByteWriter& writer) const;
  static SequenceNetwork load(ByteReader& reader);

 private:
  class Scorer;
  SequenceNetwork(const SequenceShape& shape, std::size_t items, std::vector<std::uint32_t> known,
                  std::vector<float> weights);
  std::span<const float> vector_of(std::size_t place) const {
    return std::span(weights_).subspan(place * shape_.width, shape_.width);
  }

  SequenceShape shape_;
  std::vector<std::uint32_t> known_;  // item of each place in the network, ascending
  std::vector<std::uint32_t> place_;  // by item: its place, or kNoItem
  std::vector<float> weights_;
  SequenceEncoder encoder_;
};
static_assert(Model<SequenceNetwork, NextItem>);

}  // namespace perennial::models
