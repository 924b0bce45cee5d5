#include "perennial/models/recommend/sessions/vmis_knn.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "perennial/base/error.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "session neighbours";
constexpr std::size_t kLongestWindow = 100;
static_assert(kLongestWindow * (kLongestWindow + 1) / 2 < SessionNeighbours::kMostWhole);
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
  validate_learning(input, SessionTimes::kNeeded, kName);
  const SessionIndex none({.most_recent = options.m, .longest = options.longest_session});
  SessionIndex index = none.with(input.sessions, input.items);
  if (index.size() == 0) {
    fail(ErrorKind::kNotEnoughData, "{}: no sessions to learn from; import events first", kName);
  }
  return {options, std::move(index)};
}

VmisKnn VmisKnn::update(const NextItem::Input& batch) const {
  validate_batch(batch, SessionTimes::kNeeded, items(), kName);
  return {options_, index_.with(batch.sessions, batch.items)};
}

NextItem::Output VmisKnn::predict(const NextItem::Input& input) const {
  validate_asking(input, items(), kName);
  return answer_sessions<Scratch>(
      input, [&](const Request& request, Scratch& scratch) { return offers(request, scratch); });
}

std::span<const VmisKnn::Offer> VmisKnn::answer(const Request& request, Scratch& scratch) const {
  validate_request(request, items(), kName);
  return offers(request, scratch);
}

std::vector<ScoredItem> VmisKnn::similar(std::uint32_t item, std::size_t n,
                                         std::span<const std::uint8_t> blocked) const {
  return similar_by_answer(*this, item, n, blocked);
}

std::span<const VmisKnn::Offer> VmisKnn::offers(const Request& request, Scratch& scratch) const {
  ItemSums& sums = scratch.sums_;
  SessionNeighbours& neighbours = scratch.neighbours_;
  sums.grow(items());
  const double scale = find_neighbours(request.session, neighbours);
  neighbours.each(index_, [&](const SessionNeighbours::Neighbour& neighbour) {
    for (const std::uint32_t item : index_.items_of(neighbour.session)) {
      sums.add(item, neighbour.similarity);
    }
  });
  sums.choose(request, [&](std::uint32_t item) { return item_weights_[item] * scale; });
  sums.listen(neighbours.window().size());
  for (const SessionNeighbours::Neighbour& neighbour : neighbours.found()) {
    for (const std::uint32_t item : index_.items_of(neighbour.session)) {
      sums.hear(neighbour.first, item, neighbour.similarity);
    }
  }
  sums.name_speakers([&](std::size_t s) { return neighbours.window()[s].item; });
  return sums.offers();
}

// The neighbours with v(n) * sim(n), but for a constant of the query, which is returned.
double VmisKnn::find_neighbours(std::span<const std::uint32_t> session,
                                SessionNeighbours& neighbours) const {
  const bool cosine = options_.similarity == SessionSimilarity::kCosine;
  neighbours.read_window(session, options_.last, index_,
                         [&](std::size_t place, std::size_t length) {
                           return cosine ? 1.0 : static_cast<double>(length + 1 - place);
                         });
  neighbours.sample(options_.m);
  if (cosine) {
    for (SessionNeighbours::Neighbour& neighbour : neighbours.found()) {
      const std::size_t length = index_.items_of(neighbour.session).size();
      neighbour.similarity /= std::sqrt(static_cast<double>(length));
    }
  }
  neighbours.keep_nearest(options_.k, cosine ? SessionNeighbours::Similarities::kAny
                                             : SessionNeighbours::Similarities::kWhole);
  const auto different = static_cast<double>(std::max<std::size_t>(1, neighbours.window().size()));
  const double scale = 1 / (cosine ? std::sqrt(different) : different);
  if (options_.neighbour_weight == NeighbourWeight::kEqual) return scale;
  for (SessionNeighbours::Neighbour& neighbour : neighbours.found()) {
    const std::uint32_t place = neighbours.window()[neighbour.first].place;
    neighbour.similarity *= place < kTenths ? kTenths - place : 0;
  }
  return scale / kTenths;
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
