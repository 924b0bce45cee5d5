#include "perennial/models/recommend/sessions/stan.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "perennial/base/error.h"
#include "perennial/base/time.h"

namespace perennial::models {
namespace {

constexpr std::string_view kName = "sequence and time aware neighbours";
constexpr std::size_t kLongestWindow = 100;

void validate(const Stan::Options& options) {
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
  const auto above_0 = [](std::string_view name, double value) {
    if (value > 0) return;
    fail(ErrorKind::kInvalidArgument, "{}: {} is {}, needs to be above 0", kName, name, value);
  };
  above_0("position_decay", options.position_decay);
  above_0("age_decay_days", options.age_decay_days);
  above_0("distance_decay", options.distance_decay);
}

SessionIndex::Limits limits_of(const Stan::Options& options) {
  return {
      .most_recent = options.m, .longest = options.longest_session, .order = ItemOrder::kLastLooks};
}

}  // namespace

Stan::Stan(const Options& options, SessionIndex index)
    : options_(options), index_(std::move(index)) {
  std::size_t longest = 0;
  const auto time = [&](std::size_t session) {
    return static_cast<double>(index_.time_of(static_cast<std::uint32_t>(session)).micros);
  };
  const double latest = time(index_.size() - 1);
  by_session_.reserve(index_.size());
  for (std::uint32_t s = 0; s < index_.size(); ++s) {
    const std::size_t items = index_.items_of(s).size();
    const double age_days = (latest - time(s)) / static_cast<double>(kMicrosPerDay);
    by_session_.push_back(std::exp(-age_days / options_.age_decay_days) /
                          std::sqrt(static_cast<double>(items)));
    longest = std::max(longest, items);
  }
  for (std::size_t distance = 0; distance < longest; ++distance) {
    by_distance_.push_back(std::exp(-static_cast<double>(distance) / options_.distance_decay));
  }
}

Stan Stan::fit(const NextItem::Input& input, const Options& options) {
  validate(options);
  validate_learning(input, SessionTimes::kNeeded, kName);
  SessionIndex index = SessionIndex(limits_of(options)).with(input.sessions, input.items);
  if (index.size() == 0) {
    fail(ErrorKind::kNotEnoughData, "{}: no sessions to learn from; import events first", kName);
  }
  return {options, std::move(index)};
}

Stan Stan::update(const NextItem::Input& batch) const {
  validate_batch(batch, SessionTimes::kNeeded, items(), kName);
  return {options_, index_.with(batch.sessions, batch.items)};
}

NextItem::Output Stan::predict(const NextItem::Input& input) const {
  validate_asking(input, items(), kName);
  return answer_sessions<Scratch>(
      input, [&](const Request& request, Scratch& scratch) { return offers(request, scratch); });
}

std::span<const NextItem::Offer> Stan::answer(const Request& request, Scratch& scratch) const {
  validate_request(request, items(), kName);
  return offers(request, scratch);
}

std::vector<ScoredItem> Stan::similar(std::uint32_t item, std::size_t n,
                                      std::span<const std::uint8_t> blocked) const {
  return similar_by_answer(*this, item, n, blocked);
}

void Stan::find_neighbours(std::span<const std::uint32_t> session,
                           SessionNeighbours& neighbours) const {
  neighbours.read_window(session, options_.last, index_, [&](std::size_t place, std::size_t) {
    return std::exp(-static_cast<double>(place - 1) / options_.position_decay);
  });
  neighbours.sample(options_.m);
  const double scale = 1 / std::sqrt(static_cast<double>(neighbours.window().size()));
  for (SessionNeighbours::Neighbour& neighbour : neighbours.found()) {
    neighbour.similarity *= scale * by_session_[neighbour.session];
  }
  neighbours.keep_nearest(options_.k);
}

// use(neighbour, item, what it adds to the item's score)
template <typename Use>
void Stan::each_part(const SessionNeighbours& neighbours, Use use) const {
  neighbours.each(index_, [&](const SessionNeighbours::Neighbour& neighbour) {
    const auto items = index_.items_of(neighbour.session);
    const std::uint32_t common = neighbours.window()[neighbour.first].item;
    const auto at = std::find(items.begin(), items.end(), common) - items.begin();
    for (std::ptrdiff_t i = 0; i < std::ssize(items); ++i) {
      const auto place = static_cast<std::size_t>(i);
      const auto distance = static_cast<std::size_t>(std::abs(i - at));
      use(neighbour, items[place], neighbour.similarity * by_distance_[distance]);
    }
  });
}

std::span<const NextItem::Offer> Stan::offers(const Request& request, Scratch& scratch) const {
  SessionNeighbours& neighbours = scratch.neighbours_;
  ItemSums& sums = scratch.sums_;
  sums.grow(items());
  find_neighbours(request.session, neighbours);
  each_part(neighbours, [&](const SessionNeighbours::Neighbour&, std::uint32_t item, double part) {
    sums.add(item, part);
  });
  sums.choose(request, [](std::uint32_t) { return 1.0; });
  sums.listen(neighbours.window().size());
  each_part(neighbours, [&](const SessionNeighbours::Neighbour& neighbour, std::uint32_t item,
                            double part) { sums.hear(neighbour.first, item, part); });
  sums.name_speakers([&](std::size_t s) { return neighbours.window()[s].item; });
  return sums.offers();
}

void Stan::save(ByteWriter& writer) const {
  writer.scalar<std::uint64_t>(options_.m);
  writer.scalar<std::uint64_t>(options_.k);
  writer.scalar<std::uint64_t>(options_.last);
  writer.scalar(options_.position_decay);
  writer.scalar(options_.age_decay_days);
  writer.scalar(options_.distance_decay);
  writer.scalar<std::uint64_t>(options_.longest_session);
  index_.save(writer);
}

Stan Stan::load(ByteReader& reader) {
  Options options;
  options.m = reader.scalar<std::uint64_t>();
  options.k = reader.scalar<std::uint64_t>();
  options.last = reader.scalar<std::uint64_t>();
  options.position_decay = reader.scalar<double>();
  options.age_decay_days = reader.scalar<double>();
  options.distance_decay = reader.scalar<double>();
  options.longest_session = reader.scalar<std::uint64_t>();
  if (options.m == 0 || options.k == 0 || options.longest_session == 0 || options.last == 0 ||
      options.last > kLongestWindow || !(options.position_decay > 0) ||
      !(options.age_decay_days > 0) || !(options.distance_decay > 0)) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: its options are out of range; run `perennial run` to make it anew", kId);
  }
  return {options, SessionIndex::load(limits_of(options), kId, reader)};
}

}  // namespace perennial::models
