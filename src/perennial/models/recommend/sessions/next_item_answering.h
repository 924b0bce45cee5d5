// What every model of next items does around its scores: check the request, walk the sessions in parallel, keep masked
// items out, choose the best, and find out which item of the session spoke for them.
//
// Speakers the items of the session that have a say, numbered by the model; a second pass over the same parts, for the
//          few items that were chosen only, tells which speaker added most
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/models/recommend/answering.h"
#include "perennial/models/recommend/sessions/next_item.h"

namespace perennial::models {

// In the name of `model`, by the rules of next_item.h. A model that orders past sessions by time needs all times.
enum class SessionTimes : std::uint8_t { kNeeded, kOptional };
void validate_learning(const NextItem::Input& input, SessionTimes times, std::string_view model);
// A batch for a model that knows `items` items; the batch may number more.
void validate_batch(const NextItem::Input& batch, SessionTimes times, std::size_t items,
                    std::string_view model);
void validate_asking(const NextItem::Input& input, std::size_t items, std::string_view model);
void validate_request(const NextItem::Request& request, std::size_t items, std::string_view model);

// A sum per item for one query after the other. Grows to 17 bytes an item; then a query allocates nothing.
class ItemSums {
 public:
  using Offer = NextItem::Offer;

  void grow(std::size_t items);
  // REQUIRES: part >= 0. Without a branch, which would be a coin toss.
  void add(std::uint32_t item, double part) {
    double& sum = sums_[item];
    touched_[count_] = item;
    count_ += sum == 0 && part > 0 ? 1 : 0;
    sum += part;
  }
  // The best n of sum * factor(item), and all sums back to 0.
  template <typename Factor>
  void choose(const NextItem::Request& request, Factor factor);

  // After choose, in this order: listen, hear as often as there are parts, name_speakers.
  void listen(std::size_t speakers);
  // Without a branch, as add.
  void hear(std::size_t speaker, std::uint32_t item, double part) {
    spoken_[chosen_[item] * speakers_ + speaker] += part;
  }
  // items[s] is the item that speaker s stands for.
  template <typename ItemOf>
  void name_speakers(ItemOf item_of);

  std::span<const Offer> offers() const { return offers_; }  // best first

 private:
  std::size_t loudest(std::size_t offer) const;

  std::vector<double> sums_;            // per item, 0 between queries
  std::vector<std::uint8_t> hidden_;    // per item, 0 between queries
  std::vector<std::uint32_t> chosen_;   // per item: 1 + its place in the list, 0 between queries
  std::vector<std::uint32_t> touched_;  // first count_: items with a sum; items + 1 long
  std::size_t count_ = 0;
  std::vector<double> spoken_;  // row x speaker; row 0 for all that was not chosen
  std::size_t speakers_ = 0;
  std::vector<Offer> offers_;
  Selection selection_{1};
};

template <typename Factor>
void ItemSums::choose(const NextItem::Request& request, Factor factor) {
  const auto session = request.session;
  const auto masked = request.seen == SeenItems::kMask
                          ? session
                          : session.last(std::min<std::size_t>(1, session.size()));
  for (const std::uint32_t item : masked) hidden_[item] = 1;
  selection_.clear(request.n);
  for (const std::uint32_t item : std::span(touched_).first(std::exchange(count_, 0))) {
    const double score = std::exchange(sums_[item], 0.0) * factor(item);
    if (score <= 0 || score < selection_.floor() || hidden_[item] != 0) continue;
    if (!request.blocked.empty() && request.blocked[item] != 0) continue;
    selection_.offer(item, score);
  }
  for (const std::uint32_t item : masked) hidden_[item] = 0;
  offers_.clear();
  for (const Selection::Candidate& best : selection_.sorted()) {
    offers_.push_back({best.id, best.score, kNoItem});
  }
}

template <typename ItemOf>
void ItemSums::name_speakers(ItemOf item_of) {
  for (std::size_t o = 0; o < offers_.size(); ++o) {
    offers_[o].because = item_of(loudest(o));
    chosen_[offers_[o].item] = 0;
  }
}

// What the model offers after one item.
template <typename M>
std::vector<ScoredItem> similar_by_answer(const M& model, std::uint32_t item, std::size_t n,
                                          std::span<const std::uint8_t> blocked) {
  typename M::Scratch scratch;
  std::vector<ScoredItem> found;
  const NextItem::Request request{.session = {&item, 1}, .blocked = blocked, .n = n};
  for (const NextItem::Offer& offer : model.answer(request, scratch)) {
    found.push_back({offer.item, offer.score});
  }
  return found;
}

// The answers of all sessions; offers(request, scratch) gives those of one.
template <typename Scratch, typename Offers>
NextItem::Output answer_sessions(const NextItem::Input& input, Offers offers) {
  constexpr std::size_t kSessionsPerChunk = 64;
  const std::size_t sessions = input.sessions.size();
  std::vector<NextItem::Output> parts((sessions + kSessionsPerChunk - 1) / kSessionsPerChunk);
  ScratchPool<Scratch> pool;
  parallel_chunks(sessions, kSessionsPerChunk, input.threads,
                  [&](std::size_t first, std::size_t last) {
                    const auto make = [] { return Scratch(); };
                    pool.lend(make, [&](Scratch& scratch) {
                      NextItem::Output& part = parts[first / kSessionsPerChunk];
                      for (std::size_t s = first; s < last; ++s) {
                        const NextItem::Request request{input.sessions.items_of(s), input.blocked,
                                                        input.seen, input.n};
                        for (const NextItem::Offer& offer : offers(request, scratch)) {
                          part.items.push_back(offer.item);
                          part.scores.push_back(offer.score);
                          part.because.push_back(offer.because);
                        }
                        part.begin.push_back(part.items.size());
                      }
                    });
                  });
  NextItem::Output all;
  for (const NextItem::Output& part : parts) append_lists(all, part);
  return all;
}

}  // namespace perennial::models
