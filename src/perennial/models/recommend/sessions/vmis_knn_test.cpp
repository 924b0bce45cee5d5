#include "perennial/models/recommend/sessions/vmis_knn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
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

// One session a second, oldest first.
SessionRows rows_of(const std::vector<Session>& sessions) {
  SessionRows rows;
  for (const Session& session : sessions) {
    rows.append(session, {static_cast<std::int64_t>(rows.times.size()) * kMicrosPerSecond});
  }
  return rows;
}

VmisKnn fitted(const SessionRows& rows, std::size_t items, const VmisKnn::Options& options = {}) {
  return VmisKnn::fit({.sessions = rows.view(), .items = items}, options);
}

std::vector<VmisKnn::Offer> asked(const VmisKnn& model, VmisKnn::Request request) {
  VmisKnn::Scratch scratch;
  const auto offers = model.answer(request, scratch);
  return {offers.begin(), offers.end()};
}

std::vector<std::uint32_t> items_for(const VmisKnn& model, const Session& session) {
  std::vector<std::uint32_t> items;
  for (const auto& offer : asked(model, {.session = session})) items.push_back(offer.item);
  return items;
}

TEST(VmisKnn, OffersWhatSimilarSessionsHeldBesidesWithTheReason) {
  const auto model = fitted(rows_of({{0, 1}, {0, 1}, {2, 3}, {5, 4}}), 6);
  const Session session{2, 0};
  const auto offers = asked(model, {.session = session});
  ASSERT_EQ(offers.size(), 3U);
  // {0, 1} twice: similarity 2/2, first shared at place 1; {2, 3}: similarity 1/2, at place 2. 8 clicks in all.
  EXPECT_EQ(offers[0].item, 1U);
  EXPECT_EQ(offers[0].because, 0U);
  EXPECT_NEAR(offers[0].score, 2 * 0.9 * std::log(8.0 / 2), 1e-12);
  EXPECT_EQ(offers[1].item, 2U);
  EXPECT_EQ(offers[2].item, 3U);
  EXPECT_EQ(offers[2].because, 2U);
  EXPECT_NEAR(offers[2].score, 0.5 * 0.8 * std::log(8.0), 1e-12);
}

TEST(VmisKnn, ReadsTheLatestItemsOnlyAndRepeatedOnesOnce) {
  const auto model = fitted(rows_of({{0, 1}, {2, 3}}), 4, {.last = 2});
  EXPECT_THAT(items_for(model, {0, 2, 2}), ElementsAre(3));
  const Session repeated{2, 2};
  const Session once{2};
  // The place counts from the end and the length with repetitions: (2 + 1 - 1) / 1.
  EXPECT_NEAR(asked(model, {.session = repeated})[0].score,
              2 * asked(model, {.session = once})[0].score, 1e-12);
}

TEST(VmisKnn, SamplesTheMostRecentSessionsAndOfEquallySimilarOnesKeepsTheMostRecent) {
  const auto rows = rows_of({{0, 1}, {0, 2}, {0, 3}});
  EXPECT_THAT(items_for(fitted(rows, 4, {.m = 2}), {0}), ElementsAre(2, 3));
  EXPECT_THAT(items_for(fitted(rows, 4, {.k = 1}), {0}), ElementsAre(3));
}

TEST(VmisKnn, NeverOffersTheItemJustLookedAtAndMasksTheOthersWhenAsked) {
  const auto model = fitted(rows_of({{0, 1, 2}, {0, 1}, {3}}), 4);
  const Session session{0, 1};
  EXPECT_THAT(items_for(model, session), ElementsAre(0, 2));
  const auto masked = asked(model, {.session = session, .seen = SeenItems::kMask});
  ASSERT_EQ(masked.size(), 1U);
  EXPECT_EQ(masked[0].item, 2U);
  EXPECT_THAT(items_for(model, {}), IsEmpty());
}

TEST(VmisKnn, LeavesRobotsOut) {
  const auto model = fitted(rows_of({{0, 1, 2, 3}, {0, 1}}), 4, {.longest_session = 3});
  EXPECT_THAT(items_for(model, {0}), ElementsAre(1));
}

TEST(VmisKnn, ListsWhatIsLookedAtAfterAnItem) {
  const auto model = fitted(rows_of({{0, 1}, {0, 1}, {0, 2}}), 3);
  const auto similar = model.similar(0, 1);
  ASSERT_EQ(similar.size(), 1U);
  EXPECT_EQ(similar[0].item, 1U);
  const std::vector<std::uint8_t> blocked{0, 1, 0};
  EXPECT_EQ(model.similar(0, 1, blocked)[0].item, 2U);
}

TEST(VmisKnn, RefusesOptionsOutOfRangeByName) {
  const auto message = [](const VmisKnn::Options& options) {
    return message_of([&] { fitted(rows_of({{0, 1}}), 2, options); });
  };
  EXPECT_THAT(message({.m = 0}), HasSubstr("m is 0, needs at least 1"));
  EXPECT_THAT(message({.k = 0}), HasSubstr("k is 0, needs at least 1"));
  EXPECT_THAT(message({.last = 0}), HasSubstr("last is 0, needs 1 to 100"));
  EXPECT_THAT(message({.idf_weighting = std::nan("")}), HasSubstr("idf_weighting is nan"));
}

// ---- the slow obvious version: all sessions scanned, no lists

struct Slow {
  std::map<std::uint32_t, double> scores;
  std::map<std::uint32_t, std::map<std::uint32_t, double>> spoken;  // item -> window item -> part
};

struct SlowNeighbour {
  std::set<std::uint32_t> items;
  double similarity = 0;
  double weight = 1;
  std::uint32_t first = 0;
};

// Most recent first.
std::vector<SlowNeighbour> slow_neighbours(const SessionRows& past, const Session& window,
                                           const VmisKnn::Options& options) {
  std::vector<SlowNeighbour> found;
  const std::set<std::uint32_t> different(window.begin(), window.end());
  for (std::size_t s = past.times.size(); s-- > 0 && found.size() < options.m;) {
    const auto row = past.view().items_of(s);
    SlowNeighbour n{.items = {row.begin(), row.end()}};
    std::set<std::uint32_t> shared;
    for (std::size_t place = 1; place <= window.size(); ++place) {
      const std::uint32_t item = window[window.size() - place];
      if (!n.items.contains(item) || !shared.insert(item).second) continue;
      if (shared.size() == 1) {
        n.first = item;
        if (options.neighbour_weight == NeighbourWeight::kFirstShared) {
          n.weight = std::max(0.0, 1 - static_cast<double>(place) / 10);
        }
      }
      n.similarity += static_cast<double>(window.size() + 1 - place);
    }
    n.similarity /= static_cast<double>(different.size());
    if (options.similarity == SessionSimilarity::kCosine) {
      n.similarity = static_cast<double>(shared.size()) /
                     std::sqrt(static_cast<double>(different.size() * n.items.size()));
    }
    if (!shared.empty() && n.items.size() <= options.longest_session) found.push_back(n);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.similarity > b.similarity + 1e-12;
  });
  if (found.size() > options.k) found.resize(options.k);
  return found;
}

Slow slow_answer(const SessionRows& past, const Session& session, const VmisKnn::Options& options) {
  const auto length = std::min(session.size(), options.last);
  const Session window(session.end() - static_cast<std::ptrdiff_t>(length), session.end());
  std::map<std::uint32_t, double> counts;
  double clicks = 0;
  for (std::size_t s = 0; s < past.times.size(); ++s) {
    const auto row = past.view().items_of(s);
    const std::set<std::uint32_t> items(row.begin(), row.end());
    if (items.size() > options.longest_session) continue;
    for (const std::uint32_t item : items) ++counts[item];
    clicks += static_cast<double>(items.size());
  }
  Slow slow;
  for (const SlowNeighbour& n : slow_neighbours(past, window, options)) {
    for (const std::uint32_t item : n.items) {
      const double idf =
          options.idf_weighting == 0 ? 1 : options.idf_weighting * std::log(clicks / counts[item]);
      if (item == session.back() || n.weight * idf <= 0) continue;
      slow.scores[item] += n.weight * n.similarity * idf;
      slow.spoken[item][n.first] += n.weight * n.similarity * idf;
    }
  }
  return slow;
}

VmisKnn::Options drawn_options(RandomStream& stream) {
  return {.m = 1 + stream.below(20),
          .k = 1 + stream.below(12),
          .last = 1 + stream.below(12),
          .similarity =
              stream.bernoulli(0.7) ? SessionSimilarity::kPosition : SessionSimilarity::kCosine,
          .neighbour_weight =
              stream.bernoulli(0.7) ? NeighbourWeight::kFirstShared : NeighbourWeight::kEqual,
          .idf_weighting = static_cast<double>(stream.below(3)),
          .longest_session = 3 + stream.below(10)};
}

Session drawn_session(RandomStream& stream, std::size_t items) {
  Session session(1 + stream.below(14));
  for (std::uint32_t& item : session) item = static_cast<std::uint32_t>(stream.below(items));
  return session;
}

TEST(VmisKnn, AgreesWithTheSlowVersion) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomStream stream(seed, 0);
    const std::size_t items = 2 + stream.below(20);
    std::vector<Session> past(1 + stream.below(60));
    for (Session& session : past) session = drawn_session(stream, items);
    past.push_back({0, 1});  // one that no option leaves out
    const SessionRows rows = rows_of(past);
    const VmisKnn::Options options = drawn_options(stream);
    const auto model = fitted(rows, items, options);
    for (int question = 0; question < 5; ++question) {
      const Session session = drawn_session(stream, items);
      const Slow slow = slow_answer(rows, session, options);
      const auto offers = asked(model, {.session = session, .n = items});
      RC_ASSERT(offers.size() == slow.scores.size());
      for (std::size_t o = 0; o < offers.size(); ++o) {
        const double score = slow.scores.at(offers[o].item);
        RC_ASSERT(std::abs(offers[o].score - score) < 1e-9);
        if (o > 0) RC_ASSERT(offers[o].score <= offers[o - 1].score);
        const auto& spoken = slow.spoken.at(offers[o].item);
        RC_ASSERT(spoken.contains(offers[o].because));
        for (const auto& [item, part] : spoken) {
          RC_ASSERT(part <= spoken.at(offers[o].because) + 1e-9);
        }
      }
    }
  }));
}

}  // namespace
}  // namespace perennial::models
