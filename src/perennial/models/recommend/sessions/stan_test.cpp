#include "perennial/models/recommend/sessions/stan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "perennial/base/random.h"
#include "perennial/models/model_testing.h"

namespace perennial::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Session = std::vector<std::uint32_t>;

constexpr double kOff = std::numeric_limits<double>::infinity();
constexpr Stan::Options kNoDecay{
    .position_decay = kOff, .age_decay_days = kOff, .distance_decay = kOff};

// One session a day, oldest first.
SessionRows rows_of(const std::vector<Session>& sessions) {
  SessionRows rows;
  for (const Session& session : sessions) {
    rows.append(session, {static_cast<std::int64_t>(rows.times.size()) * kMicrosPerDay});
  }
  return rows;
}

Stan fitted(const SessionRows& rows, std::size_t items, const Stan::Options& options) {
  return Stan::fit({.sessions = rows.view(), .items = items}, options);
}

std::vector<NextItem::Offer> asked(const Stan& model, NextItem::Request request) {
  Stan::Scratch scratch;
  const auto offers = model.answer(request, scratch);
  return {offers.begin(), offers.end()};
}

std::vector<std::uint32_t> items_for(const Stan& model, const Session& session) {
  std::vector<std::uint32_t> items;
  for (const auto& offer : asked(model, {.session = session})) items.push_back(offer.item);
  return items;
}

TEST(Stan, IsAPlainCosineWithoutDecays) {
  const auto model = fitted(rows_of({{0, 1}, {0, 2, 3}}), 4, kNoDecay);
  const Session session{0};
  const auto offers = asked(model, {.session = session});
  ASSERT_EQ(offers.size(), 3U);
  EXPECT_EQ(offers[0].item, 1U);
  EXPECT_NEAR(offers[0].score, 1 / std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(offers[1].score, 1 / std::sqrt(3.0), 1e-12);
}

TEST(Stan, LetsTheLatestItemOfTheSessionSpeakLoudest) {
  auto options = kNoDecay;
  options.position_decay = 1;
  const auto model = fitted(rows_of({{0, 2}, {1, 3}}), 4, options);
  EXPECT_THAT(items_for(model, {0, 1}), ElementsAre(3, 0, 2));
  const Session session{0, 1};
  EXPECT_NEAR(asked(model, {.session = session})[2].score, std::exp(-1) / 2, 1e-12);
}

TEST(Stan, LetsOldSessionsFade) {
  auto options = kNoDecay;
  options.age_decay_days = 0.5;
  const auto model = fitted(rows_of({{0, 1}, {0, 1}, {0, 2}}), 3, options);
  const Session session{0};
  const auto offers = asked(model, {.session = session});
  EXPECT_EQ(offers[0].item, 2U);
  EXPECT_NEAR(offers[1].score, (std::exp(-2) + std::exp(-4)) / std::sqrt(2.0), 1e-12);
}

TEST(Stan, PrefersWhatStoodNearTheCommonItemOnEitherSide) {
  auto options = kNoDecay;
  options.distance_decay = 1;
  const auto model = fitted(rows_of({{1, 3, 0, 2}}), 4, options);
  EXPECT_THAT(items_for(model, {0}), ElementsAre(2, 3, 1));
  // Where it was looked at last counts.
  EXPECT_THAT(items_for(fitted(rows_of({{2, 0, 3, 1, 2}}), 4, options), {2}), ElementsAre(1, 3, 0));
}

TEST(Stan, ForgetsWithoutFailingWhatIsTooOldToWeighAnything) {
  auto options = kNoDecay;
  options.age_decay_days = 1e-6;
  EXPECT_THAT(items_for(fitted(rows_of({{0, 1}, {2, 3}}), 4, options), {0}), IsEmpty());
}

TEST(Stan, RefusesOptionsOutOfRangeByName) {
  const auto message = [](const Stan::Options& options) {
    return message_of([&] { fitted(rows_of({{0, 1}}), 2, options); });
  };
  EXPECT_THAT(message({.position_decay = 0}), HasSubstr("position_decay is 0, needs to be above"));
  EXPECT_THAT(message({.age_decay_days = -1}), HasSubstr("age_decay_days is -1"));
  EXPECT_THAT(message({.distance_decay = std::nan("")}), HasSubstr("distance_decay is nan"));
}

// ---- the slow obvious version: all sessions scanned, no lists

using Parts = std::map<std::uint32_t, std::map<std::uint32_t, double>>;  // item -> i* -> part

struct SlowNeighbour {
  Session items;  // without repetitions
  double similarity = 0;
  std::uint32_t first = 0;
};

Session last_looks(const Session& session) {
  Session kept;
  for (auto item = session.rbegin(); item != session.rend(); ++item) {
    if (std::find(kept.begin(), kept.end(), *item) == kept.end()) kept.push_back(*item);
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

double days_of(Time time) {
  return static_cast<double>(time.micros) / static_cast<double>(kMicrosPerDay);
}

std::vector<SlowNeighbour> slow_neighbours(const SessionRows& past, const Session& window,
                                           const Stan::Options& options) {
  const std::set<std::uint32_t> different(window.begin(), window.end());
  double latest = 0;
  for (std::size_t s = 0; s < past.times.size(); ++s) {
    const auto row = past.view().items_of(s);
    if (last_looks({row.begin(), row.end()}).size() > options.longest_session) continue;
    latest = days_of(past.times[s]);
  }
  std::vector<SlowNeighbour> found;
  for (std::size_t s = past.times.size(); s-- > 0 && found.size() < options.m;) {
    const auto row = past.view().items_of(s);
    SlowNeighbour n{.items = last_looks({row.begin(), row.end()})};
    std::set<std::uint32_t> shared;
    for (std::size_t place = 1; place <= window.size(); ++place) {
      const std::uint32_t item = window[window.size() - place];
      if (std::find(n.items.begin(), n.items.end(), item) == n.items.end()) continue;
      if (!shared.insert(item).second) continue;
      if (shared.size() == 1) n.first = item;
      n.similarity += std::exp(-static_cast<double>(place - 1) / options.position_decay);
    }
    n.similarity /= std::sqrt(static_cast<double>(different.size() * n.items.size()));
    n.similarity *= std::exp(-(latest - days_of(past.times[s])) / options.age_decay_days);
    if (!shared.empty() && n.items.size() <= options.longest_session) found.push_back(n);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.similarity > b.similarity * (1 + 1e-12);
  });
  if (found.size() > options.k) found.resize(options.k);
  return found;
}

Parts slow_answer(const SessionRows& past, const Session& session, const Stan::Options& options) {
  const auto length = std::min(session.size(), options.last);
  const Session window(session.end() - static_cast<std::ptrdiff_t>(length), session.end());
  Parts parts;
  for (const SlowNeighbour& n : slow_neighbours(past, window, options)) {
    const auto at = std::find(n.items.begin(), n.items.end(), n.first) - n.items.begin();
    for (std::ptrdiff_t i = 0; i < std::ssize(n.items); ++i) {
      const std::uint32_t item = n.items[static_cast<std::size_t>(i)];
      if (item == session.back()) continue;
      const auto distance = static_cast<double>(std::abs(i - at));
      parts[item][n.first] += n.similarity * std::exp(-distance / options.distance_decay);
    }
  }
  return parts;
}

// Irregular, or neighbours would be equally similar up to rounding.
double drawn_decay(RandomStream& stream) { return 0.5 + 5 * stream.uniform(); }

Stan::Options drawn_options(RandomStream& stream) {
  return {.m = 1 + stream.below(20),
          .k = 1 + stream.below(12),
          .last = 1 + stream.below(12),
          .position_decay = drawn_decay(stream),
          .age_decay_days = drawn_decay(stream),
          .distance_decay = drawn_decay(stream),
          .longest_session = 3 + stream.below(10)};
}

Session drawn_session(RandomStream& stream, std::size_t items) {
  Session session(1 + stream.below(14));
  for (std::uint32_t& item : session) item = static_cast<std::uint32_t>(stream.below(items));
  return session;
}

TEST(Stan, AgreesWithTheSlowVersion) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomStream stream(seed, 0);
    const std::size_t items = 2 + stream.below(20);
    std::vector<Session> past(1 + stream.below(60));
    for (Session& session : past) session = drawn_session(stream, items);
    past.push_back({0, 1});  // one that no option leaves out
    const SessionRows rows = rows_of(past);
    const auto options = drawn_options(stream);
    const auto model = fitted(rows, items, options);
    for (int question = 0; question < 5; ++question) {
      const Session session = drawn_session(stream, items);
      const Parts slow = slow_answer(rows, session, options);
      const auto offers = asked(model, {.session = session, .n = items});
      RC_ASSERT(offers.size() == slow.size());
      for (const NextItem::Offer& offer : offers) {
        const auto& spoken = slow.at(offer.item);
        double score = 0;
        for (const auto& [item, part] : spoken) {
          score += part;
          RC_ASSERT(part <= spoken.at(offer.because) * (1 + 1e-9));
        }
        RC_ASSERT(std::abs(offer.score - score) <= 1e-9 * score);
      }
    }
  }));
}

}  // namespace
}  // namespace perennial::models
