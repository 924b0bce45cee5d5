#include "perennial/models/recommend/sessions/simulated_sessions.h"

#include <cmath>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/base/random.h"

namespace perennial::models {
namespace {

constexpr std::size_t kTopic = 40;
constexpr double kOnTopic = 0.6;
constexpr double kBack = 0.2;

// Of n, the lower the more often.
std::size_t draw_rank(RandomStream& stream, std::size_t n) {
  return static_cast<std::size_t>(std::pow(stream.uniform(), 2.5) * static_cast<double>(n));
}

}  // namespace

SessionRows simulate_sessions(std::size_t sessions, std::size_t items, double clicks_each,
                              std::uint64_t seed) {
  CHECK(items >= kTopic && clicks_each >= 2);
  SessionRows rows;
  std::vector<std::uint32_t> clicks;
  for (std::size_t s = 0; s < sessions; ++s) {
    RandomStream stream(seed, s);
    const std::size_t topic = draw_rank(stream, items / kTopic);
    const std::uint64_t count = 2 + stream.poisson(clicks_each - 2);
    clicks.clear();
    while (clicks.size() < count) {
      const double kind = stream.uniform();
      if (kind < kOnTopic) {
        clicks.push_back(static_cast<std::uint32_t>(topic * kTopic + draw_rank(stream, kTopic)));
      } else if (kind < kOnTopic + kBack && !clicks.empty()) {
        clicks.push_back(clicks[stream.below(clicks.size())]);
      } else {
        clicks.push_back(static_cast<std::uint32_t>(draw_rank(stream, items)));
      }
    }
    rows.append(clicks, {static_cast<std::int64_t>(s) * kMicrosPerSecond});
  }
  return rows;
}

}  // namespace perennial::models
