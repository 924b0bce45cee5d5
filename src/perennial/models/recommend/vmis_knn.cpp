#include "perennial/models/recommend/vmis_knn.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/models/recommend/answering.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "session neighbours";
constexpr std::size_t kLongestWindow = 100;
constexpr double kMostWeighting = 1000;
constexpr std::uint32_t kTenths = 10;  // v(n) in whole numbers

void validate(const VmisKnn::Options& options) {
  const auto at_least_1 = [](std::string_view name, std::size_t value) {
    if (value >= 1) return;
    fail(ErrorKind::kInvalidArgument, "{}: {} is 0, needs at least 1", kName, name);
  };
  at_least_1("m", options.m);
  at_least_1("k", options.k);
  at_least_1("longest_session", options.longest_session);
  if (options.last < 1 || options.last > kLongestWindow) {
    fail(ErrorKind::kInvalidArgument, "{}: last is {}, needs 1 to {}", kName, options.last,
         kLongestWindow);
  }
  if (!(options.idf_weighting >= 0 && options.idf_weighting <= kMostWeighting)) {
    fail(ErrorKind::kInvalidArgument, "{}: idf_weighting is {}, needs 0 to {}", kName,
         options.idf_weighting, kMostWeighting);
  }
}

void validate_learning(const NextItem::Input& input) {
  models::validate(input.sessions, input.items, kName);
  if (input.sessions.times.size() != input.sessions.size()) {
    fail(ErrorKind::kInvalidArgument, "{}: sessions.times has {} entries, needs {}", kName,
         input.sessions.times.size(), input.sessions.size());
  }
}

void validate_request(std::span<const std::uint8_t> blocked, std::size_t n, std::size_t items) {
  if (!blocked.empty() && blocked.size() != items) {
    fail(ErrorKind::kInvalidArgument, "{}: blocked has {} entries, needs {} or none", kName,
         blocked.size(), items);
  }
  if (n == 0) fail(ErrorKind::kInvalidArgument, "{}: n is 0, needs at least 1", kName);
}

void append(NextItem::Output& part, std::span<const VmisKnn::Offer> offers) {
  for (const VmisKnn::Offer& offer : offers) {
    part.items.push_back(offer.item);
    part.scores.push_back(offer.score);
    part.because.push_back(offer.because);
  }
  part.begin.push_back(part.items.size());
}

}  // namespace

VmisKnn::VmisKnn(const Options& options, SessionIndex index)
    : options_(options), index_(std::move(index)), item_weights_(index_.items(), 1.0) {
  if (options_.idf_weighting == 0) return;
  const auto clicks = static_cast<double>(index_.clicks());
  for (std::size_t i = 0; i < items(); ++i) {
    const auto count = static_cast<double>(index_.counts()[i]);
    item_weights_[i] = count == 0 ? 0 : options_.idf_weighting * std::log(clicks / count);
  }
}

VmisKnn VmisKnn::fit(const NextItem::Input& input, const Options& options) {
  validate(options);
  validate_learning(input);
  const SessionIndex none({.most_recent = options.m, .longest = options.longest_session});
  SessionIndex index = none.with(input.sessions, input.items);
  if (index.size() == 0) {
    fail(ErrorKind::kNotEnoughData, "{}: no sessions to learn from; import events first", kName);
  }
  return {options, std::move(index)};
}

VmisKnn VmisKnn::update(const NextItem::Input& batch) const {
  validate_learning(batch);
  if (batch.items < items()) {
    fail(ErrorKind::kInvalidArgument,
         "{}: the batch numbers {} items, the model knows {}; use the same numbering", kName,
         batch.items, items());
  }
  return {options_, index_.with(batch.sessions, batch.items)};
}

NextItem::Output VmisKnn::predict(const NextItem::Input& input) const {
  if (input.items != items()) {
    fail(ErrorKind::kInvalidArgument,
         "{}: the sessions number {} items, the model was fitted on {}; use the same numbering",
         kName, input.items, items());
  }
  models::validate(input.sessions, input.items, kName);
  validate_request(input.blocked, input.n, items());

  constexpr std::size_t kSessionsPerChunk = 64;
  const std::size_t sessions = input.sessions.size();
  std::vector<NextItem::Output> parts((sessions + kSessionsPerChunk - 1) / kSessionsPerChunk);
  ScratchPool<Scratch> pool;
  parallel_chunks(
      sessions, kSessionsPerChunk, input.threads, [&](std::size_t first, std::size_t last) {
        const auto make = [] { return Scratch(); };
        pool.lend(make, [&](Scratch& scratch) {
          for (std::size_t s = first; s < last; ++s) {
            append(
                parts[first / kSessionsPerChunk],
                offers({input.sessions.items_of(s), input.blocked, input.seen, input.n}, scratch));
          }
        });
      });
  NextItem::Output all;
  for (const NextItem::Output& part : parts) append_lists(all, part);
  return all;
}

std::span<const VmisKnn::Offer> VmisKnn::answer(const Request& request, Scratch& scratch) const {
  validate_request(request.blocked, request.n, items());
  for (const std::uint32_t item : request.session) {
    if (item >= items()) {
      fail(ErrorKind::kBadInput, "{}: the session holds item {}, the shop has {}", kName, item,
           items());
    }
  }
  return offers(request, scratch);
}

std::span<const VmisKnn::Offer> VmisKnn::offers(const Request& request, Scratch& scratch) const {
  if (scratch.sums_.size() < items()) {
    scratch.sums_.resize(items(), 0.0);
    scratch.hidden_.resize(items(), 0);
    scratch.chosen_.resize(items(), 0);
  }
  read_window(request.session, scratch);
  sample(scratch);
  keep_nearest(scratch);
  add_up(scratch);
  choose(request, scratch);
  find_reasons(scratch);
  return scratch.offers_;
}

void VmisKnn::read_window(std::span<const std::uint32_t> session, Scratch& scratch) const {
  const auto window = session.last(std::min(session.size(), options_.last));
  const bool by_position = options_.similarity == SessionSimilarity::kPosition;
  auto& readers = scratch.readers_;
  readers.clear();
  for (std::size_t place = 1; place <= window.size(); ++place) {
    const std::uint32_t item = window[window.size() - place];
    const auto same = [item](const Scratch::Reader& reader) { return reader.item == item; };
    if (std::any_of(readers.begin(), readers.end(), same)) continue;
    const auto list = index_.sessions_of(item);
    readers.push_back(
        {.item = item,
         .weight = by_position ? static_cast<std::uint32_t>(window.size() + 1 - place) : 1,
         .place = static_cast<std::uint32_t>(place),
         .newest = list.empty() ? 0 : list.front() + 1,

         .next = 0,
         .list = list});
  }
  const auto different = static_cast<double>(std::max<std::size_t>(1, readers.size()));
  scratch.scale_ = 1 / (by_position ? different : std::sqrt(different));
  if (options_.neighbour_weight == NeighbourWeight::kFirstShared) scratch.scale_ /= kTenths;
}

// Merges the window's lists from their most recent session on. Which list comes next cannot be foreseen, so the steps
// add and move by 0 or 1 instead of branching.
void VmisKnn::sample(Scratch& scratch) const {
  auto& neighbours = scratch.neighbours_;
  neighbours.clear();
  while (neighbours.size() < options_.m) {
    std::uint32_t newest = 0;
    for (const Scratch::Reader& reader : scratch.readers_) {
      newest = std::max(newest, reader.newest);
    }
    if (newest == 0) break;
    std::uint32_t weight = 0;
    std::uint32_t first = 0;
    for (std::size_t r = scratch.readers_.size(); r-- > 0;) {
      Scratch::Reader& reader = scratch.readers_[r];
      const bool holds = reader.newest == newest;
      weight += holds ? reader.weight : 0;
      first = holds ? static_cast<std::uint32_t>(r) : first;
      reader.next += holds ? 1 : 0;
      reader.newest = reader.next < reader.list.size() ? reader.list[reader.next] + 1 : 0;
    }
    neighbours.push_back({newest - 1, first, static_cast<double>(weight)});
  }
}

void VmisKnn::keep_nearest(Scratch& scratch) const {
  auto& neighbours = scratch.neighbours_;
  if (options_.similarity == SessionSimilarity::kCosine) {
    for (Scratch::Neighbour& neighbour : neighbours) {
      const std::size_t length = index_.items_of(neighbour.session).size();
      neighbour.similarity /= std::sqrt(static_cast<double>(length));
    }
  }
  if (neighbours.size() <= options_.k) return;
  auto& values = scratch.similarities_;
  values.clear();
  for (const Scratch::Neighbour& neighbour : neighbours) values.push_back(neighbour.similarity);
  const auto last = values.begin() + static_cast<std::ptrdiff_t>(options_.k) - 1;
  std::nth_element(values.begin(), last, values.end(), std::greater<>());
  const double least = *last;
  // Of the least similar ones as many as there is room for, most recent first as they stand.
  auto room = options_.k - static_cast<std::size_t>(std::count_if(
                               values.begin(), last, [&](double v) { return v > least; }));
  std::size_t kept = 0;
  for (const Scratch::Neighbour& neighbour : neighbours) {
    if (neighbour.similarity < least) continue;
    if (neighbour.similarity == least && room == 0) continue;
    if (neighbour.similarity == least) --room;
    neighbours[kept++] = neighbour;
  }
  neighbours.resize(kept);
}

void VmisKnn::add_up(Scratch& scratch) const {
  scratch.touched_.clear();
  for (Scratch::Neighbour& neighbour : scratch.neighbours_) {
    if (options_.neighbour_weight == NeighbourWeight::kFirstShared) {
      const std::uint32_t place = scratch.readers_[neighbour.first].place;
      neighbour.similarity *= place < kTenths ? kTenths - place : 0;
    }
    if (neighbour.similarity == 0) continue;
    for (const std::uint32_t item : index_.items_of(neighbour.session)) {
      double& sum = scratch.sums_[item];
      if (sum == 0) scratch.touched_.push_back(item);
      sum += neighbour.similarity;
    }
  }
}

void VmisKnn::choose(const Request& request, Scratch& scratch) const {
  const auto session = request.session;
  const auto masked = request.seen == SeenItems::kMask
                          ? session
                          : session.last(std::min<std::size_t>(1, session.size()));
  for (const std::uint32_t item : masked) scratch.hidden_[item] = 1;
  scratch.selection_.clear(request.n);
  for (const std::uint32_t item : scratch.touched_) {
    const double score =
        std::exchange(scratch.sums_[item], 0.0) * (item_weights_[item] * scratch.scale_);
    if (score <= 0 || scratch.hidden_[item] != 0) continue;
    if (!request.blocked.empty() && request.blocked[item] != 0) continue;
    scratch.selection_.offer(item, score);
  }
  for (const std::uint32_t item : masked) scratch.hidden_[item] = 0;
  scratch.offers_.clear();
  for (const Selection::Candidate& best : scratch.selection_.sorted()) {
    scratch.offers_.push_back({best.id, best.score, kNoItem});
  }
}

// Second pass over the same neighbours, for the few items that were chosen.
void VmisKnn::find_reasons(Scratch& scratch) const {
  auto& offers = scratch.offers_;
  const std::size_t readers = scratch.readers_.size();
  for (std::size_t o = 0; o < offers.size(); ++o) {
    scratch.chosen_[offers[o].item] = static_cast<std::uint32_t>(o + 1);
  }
  scratch.spoken_.assign(offers.size() * readers, 0.0);
  for (const Scratch::Neighbour& neighbour : scratch.neighbours_) {
    for (const std::uint32_t item : index_.items_of(neighbour.session)) {
      const std::uint32_t place = scratch.chosen_[item];
      if (place == 0) continue;
      scratch.spoken_[(place - 1) * readers + neighbour.first] += neighbour.similarity;
    }
  }
  for (std::size_t o = 0; o < offers.size(); ++o) {
    const auto first = scratch.spoken_.begin() + static_cast<std::ptrdiff_t>(o * readers);
    const auto loudest = std::max_element(first, first + static_cast<std::ptrdiff_t>(readers));
    offers[o].because = scratch.readers_[static_cast<std::size_t>(loudest - first)].item;
    scratch.chosen_[offers[o].item] = 0;
  }
}

void VmisKnn::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(options_.m);
  writer.scalar<std::uint64_t>(options_.k);
  writer.scalar<std::uint64_t>(options_.last);
  writer.scalar(options_.similarity);
  writer.scalar(options_.neighbour_weight);
  writer.scalar(options_.idf_weighting);
  writer.scalar<std::uint64_t>(options_.longest_session);
  index_.save(writer);
}

VmisKnn VmisKnn::load(ByteReader& reader) {
  Options options;
  options.m = reader.scalar<std::uint64_t>();
  options.k = reader.scalar<std::uint64_t>();
  options.last = reader.scalar<std::uint64_t>();
  options.similarity = reader.scalar<SessionSimilarity>();
  options.neighbour_weight = reader.scalar<NeighbourWeight>();
  options.idf_weighting = reader.scalar<double>();
  options.longest_session = reader.scalar<std::uint64_t>();
  if (options.m == 0 || options.k == 0 || options.longest_session == 0 || options.last == 0 ||
      options.last > kLongestWindow || options.similarity > SessionSimilarity::kCosine ||
      options.neighbour_weight > NeighbourWeight::kEqual ||
      !(options.idf_weighting >= 0 && options.idf_weighting <= kMostWeighting)) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its options are out of range; run `perennial run` to make it anew", kId);
  }
  return {options, SessionIndex::load({options.m, options.longest_session}, kId, reader)};
}

}  // namespace perennial::models
