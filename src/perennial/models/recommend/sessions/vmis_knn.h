// Session neighbours: what visitors whose sessions resembled this one looked at besides (VMIS-kNN; S-KNN and V-SKNN).
//
// Window   the `last` latest items of the session, latest first: w_1, w_2, ... w_L; U of them different. Where an item
//          comes more than once, the latest place counts
// Sample   the `m` most recent past sessions that hold any item of the window
// Similar  kPosition: sim(n) = sum over window items j in n, at their place p_j, of (L + 1 - p_j) / U
//          kCosine:   sim(n) = window items in n / sqrt(U * different items of n)
// Nearest  the k most similar sessions of the sample; of equally similar ones the most recent
// Score    score(i) = w(i) * sum over neighbours n that hold i of v(n) * sim(n)
//          v(n) = max(0, 1 - first(n) / 10), first(n) the lowest place in the window of an item of n; or 1 (kEqual)
//          w(i) = idf_weighting * ln(clicks / sessions with i), clicks summed over all items; or 1 (idf_weighting 0)
// Because  the window item that is the first shared one of the neighbours that add most to the score
// Variants V-SKNN is the default: an index of the m most recent sessions per item (VMIS-kNN) gives the very same
//          sample. S-KNN: kCosine, kEqual, idf_weighting 0
// Ties     sums run over whole numbers, so what is equal on paper is equal here (kCosine: up to rounding)
// Cost     a query: m * last list entries and 2 * k * (items of a session); no allocation once the scratch has grown to
//          17 bytes an item. fit, update, memory: session_index.h
// Limits   no order inside past sessions; a session of unknown items only gets an empty list
// Source   Kersbergen, Sprangers & Schelter (2022), "Serenade: Low-Latency Session-Based Recommendation in e-Commerce
//          at Scale"; Ludewig & Jannach (2018), "Evaluation of Session-based Recommendation Algorithms" (S-KNN, V-SKNN)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perennial/models/recommend/sessions/next_item.h"
#include "perennial/models/recommend/sessions/next_item_answering.h"
#include "perennial/models/recommend/sessions/session_index.h"
#include "perennial/models/recommend/sessions/session_neighbours.h"

namespace perennial::models {

enum class SessionSimilarity : std::uint8_t { kPosition, kCosine };
// Whether a neighbour that shares only older items of the window counts less.
enum class NeighbourWeight : std::uint8_t { kFirstShared, kEqual };

class VmisKnn {
 public:
  static constexpr std::string_view kId = "recommend.vmis_knn/1";
  struct Options {
    std::size_t m = 500;   // most recent sessions sampled, per item and in all; >= 1
    std::size_t k = 100;   // neighbours; >= 1
    std::size_t last = 4;  // latest items of the session that are read; 1..100
    SessionSimilarity similarity = SessionSimilarity::kPosition;
    NeighbourWeight neighbour_weight = NeighbourWeight::kFirstShared;
    double idf_weighting = 1;           // 0..1000; above 0 it scales the scores and changes no list
    std::size_t longest_session = 100;  // different items; longer past sessions are robots; >= 1
  };

  static VmisKnn fit(const NextItem::Input& input, const Options& options);
  // A new value that has learnt from these sessions too: the same as fit on all of them. `items` may have grown.
  VmisKnn update(const NextItem::Input& batch) const;
  NextItem::Output predict(const NextItem::Input& input) const;

  using Request = NextItem::Request;
  using Offer = NextItem::Offer;
  // Working memory for one query after the other, of any model; one for each thread.
  class Scratch;
  // predict for one session, best first; valid until the scratch is used again.
  std::span<const Offer> answer(const Request& request, Scratch& scratch) const;

  // What is most likely looked at after this item, best first: the answer to a session of it alone.
  std::vector<ScoredItem> similar(std::uint32_t item, std::size_t n,
                                  std::span<const std::uint8_t> blocked = {}) const;

  std::size_t items() const { return index_.items(); }
  const SessionIndex& index() const { return index_; }
  const Options& options() const { return options_; }
  void save(ByteWriter& writer) const;
  static VmisKnn load(ByteReader& reader);

 private:
  VmisKnn(const Options& options, SessionIndex index);
  std::span<const Offer> offers(const Request& request, Scratch& scratch) const;
  double find_neighbours(std::span<const std::uint32_t> session,
                         SessionNeighbours& neighbours) const;

  Options options_;
  SessionIndex index_;
  std::vector<double> item_weights_;  // w(i)
};
static_assert(Updatable<VmisKnn, NextItem>);

class VmisKnn::Scratch {
 public:
  Scratch() = default;

 private:
  friend class VmisKnn;
  SessionNeighbours neighbours_;
  ItemSums sums_;
};

}  // namespace perennial::models
