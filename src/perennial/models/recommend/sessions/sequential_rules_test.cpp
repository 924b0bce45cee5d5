#include "perennial/models/recommend/sessions/sequential_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "perennial/base/random.h"
#include "perennial/models/model_testing.h"

namespace perennial::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Session = std::vector<std::uint32_t>;

constexpr SequentialRules::Options kPublished{.rule_weight = RuleWeight::kNone, .last = 1};

SessionRows rows_of(const std::vector<Session>& sessions) {
  SessionRows rows;
  for (const Session& session : sessions) rows.append(session, {});
  return rows;
}

SequentialRules fitted(const std::vector<Session>& sessions, std::size_t items,
                       const SequentialRules::Options& options) {
  const SessionRows rows = rows_of(sessions);
  return SequentialRules::fit({.sessions = rows.view(), .items = items}, options);
}

std::vector<NextItem::Offer> asked(const SequentialRules& model, NextItem::Request request) {
  SequentialRules::Scratch scratch;
  const auto offers = model.answer(request, scratch);
  return {offers.begin(), offers.end()};
}

std::vector<std::uint32_t> items_for(const SequentialRules& model, const Session& session) {
  std::vector<std::uint32_t> items;
  for (const auto& offer : asked(model, {.session = session})) items.push_back(offer.item);
  return items;
}

TEST(SequentialRules, OffersWhatCameSoonerAfterTheLastItemFirst) {
  const auto model = fitted({{0, 1, 2}, {0, 2, 3}, {3, 0}}, 4, kPublished);
  const Session session{3, 0};
  const auto offers = asked(model, {.session = session});
  ASSERT_EQ(offers.size(), 3U);
  EXPECT_EQ(offers[0], (NextItem::Offer{2, 1.5, 0}));
  EXPECT_EQ(offers[1], (NextItem::Offer{1, 1, 0}));
  EXPECT_EQ(offers[2], (NextItem::Offer{3, 0.5, 0}));
}

TEST(SequentialRules, KeepsTheOrderOfThePast) {
  EXPECT_THAT(items_for(fitted({{0, 1}}, 2, {}), {1}), IsEmpty());
}

TEST(SequentialRules, IsAMarkovChainWithOneStep) {
  auto chain = kPublished;
  chain.steps = 1;
  EXPECT_THAT(items_for(fitted({{0, 1, 2}}, 3, chain), {0}), ElementsAre(1));
}

TEST(SequentialRules, CountsThreeThirdsLikeOneWhole) {
  const Session third{0, 9, 8, 2};
  const auto model = fitted({third, third, third, {0, 1}}, 10, kPublished);
  const Session session{0};
  const auto offers = asked(model, {.session = session});
  EXPECT_EQ(offers[2].item, 1U);
  EXPECT_EQ(offers[3].item, 2U);
  EXPECT_EQ(offers[2].score, offers[3].score);
}

TEST(SequentialRules, LetsPopularItemsCountLessAndOlderOnesOfTheSessionToo) {
  const auto model = fitted({{0, 1}, {2, 3}, {1}, {1}}, 4, {.decay = 0.5});
  const Session session{0, 2};
  const auto offers = asked(model, {.session = session});
  ASSERT_EQ(offers.size(), 2U);
  EXPECT_EQ(offers[0].item, 3U);
  EXPECT_NEAR(offers[0].score, 1 / std::sqrt(2.0 * 2.0), 1e-7);
  EXPECT_EQ(offers[1].because, 0U);
  EXPECT_NEAR(offers[1].score, 0.5 / std::sqrt(2.0 * 4.0), 1e-7);
}

TEST(SequentialRules, ListsWhatFollowsAnItemStrongestFirst) {
  const auto model = fitted({{0, 1, 2, 3}}, 4, kPublished);
  const auto followers = model.similar(0, 2);
  EXPECT_THAT(followers, ElementsAre(ScoredItem{1, 1.0}, ScoredItem{2, 0.5}));
  const std::vector<std::uint8_t> blocked{0, 1, 0, 0};
  EXPECT_EQ(model.similar(0, 1, blocked)[0].item, 2U);
  EXPECT_THAT(message_of([&] { model.similar(4, 1); }), HasSubstr("holds item 4, the shop has 4"));
}

TEST(SequentialRules, KeepsTheStrongestRulesOnlyButCountsAllForLater) {
  auto few = kPublished;
  few.top = 1;
  const auto model = fitted({{0, 1}, {0, 1}, {0, 2}}, 3, few);
  EXPECT_THAT(items_for(model, {0}), ElementsAre(1));
  EXPECT_EQ(model.rules(), 1U);
  const SessionRows batch = rows_of({{0, 2}, {0, 2}});
  EXPECT_THAT(items_for(model.update({.sessions = batch.view(), .items = 3}), {0}), ElementsAre(2));
}

TEST(SequentialRules, RefusesOptionsOutOfRangeByName) {
  const auto message = [](const SequentialRules::Options& options) {
    return message_of([&] { fitted({{0, 1}}, 2, options); });
  };
  EXPECT_THAT(message({.steps = 0}), HasSubstr("steps is 0, needs 1 to 20"));
  EXPECT_THAT(message({.steps = 21}), HasSubstr("steps is 21, needs 1 to 20"));
  EXPECT_THAT(message({.last = 101}), HasSubstr("last is 101, needs 1 to 100"));
  EXPECT_THAT(message({.decay = 0}), HasSubstr("decay is 0, needs to be above 0 and at most 1"));
  EXPECT_THAT(message({.decay = std::nan("")}), HasSubstr("decay is nan"));
}

// ---- the slow obvious version: every pair of places, maps

using Parts = std::map<std::uint32_t, std::map<std::uint32_t, double>>;  // item -> speaker -> part

Parts slow_answer(const std::vector<Session>& past, const Session& session,
                  const SequentialRules::Options& options) {
  std::map<std::uint32_t, double> clicks;
  Parts counts;  // a -> b
  for (const Session& row : past) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      ++clicks[row[j]];
      for (std::size_t i = 0; i < j; ++i) {
        const auto distance = static_cast<double>(j - i);
        if (j - i > options.steps || row[i] == row[j]) continue;
        counts[row[i]][row[j]] += options.step_weight == StepWeight::kEqual ? 1 : 1 / distance;
      }
    }
  }
  Parts parts;
  for (std::size_t p = 0; p < std::min(session.size(), options.last); ++p) {
    const std::uint32_t a = session[session.size() - 1 - p];
    for (const auto& [b, count] : counts[a]) {
      const double popular = std::sqrt((1 + clicks[a]) * (1 + clicks[b]));
      const double rule = options.rule_weight == RuleWeight::kNone ? count : count / popular;
      if (b == session.back()) continue;
      parts[b][a] += std::pow(options.decay, static_cast<double>(p)) * rule;
    }
  }
  return parts;
}

SequentialRules::Options drawn_options(RandomStream& stream) {
  return {.steps = 1 + stream.below(12),
          .step_weight = stream.bernoulli(0.7) ? StepWeight::kInverse : StepWeight::kEqual,
          .rule_weight = stream.bernoulli(0.5) ? RuleWeight::kPopularity : RuleWeight::kNone,
          .last = 1 + stream.below(12),
          .decay = 0.1 + 0.9 * stream.uniform()};
}

Session drawn_session(RandomStream& stream, std::size_t items) {
  Session session(1 + stream.below(14));
  for (std::uint32_t& item : session) item = static_cast<std::uint32_t>(stream.below(items));
  return session;
}

TEST(SequentialRules, AgreesWithTheSlowVersion) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomStream stream(seed, 0);
    const std::size_t items = 2 + stream.below(20);
    std::vector<Session> past(1 + stream.below(40));
    for (Session& session : past) session = drawn_session(stream, items);
    const auto options = drawn_options(stream);
    const auto model = fitted(past, items, options);
    for (int question = 0; question < 5; ++question) {
      const Session session = drawn_session(stream, items);
      const Parts slow = slow_answer(past, session, options);
      const auto offers = asked(model, {.session = session, .n = items});
      RC_ASSERT(offers.size() == slow.size());
      for (const NextItem::Offer& offer : offers) {
        const auto& spoken = slow.at(offer.item);
        double score = 0;
        for (const auto& [item, part] : spoken) {
          score += part;
          RC_ASSERT(part <= spoken.at(offer.because) * (1 + 1e-6));
        }
        RC_ASSERT(std::abs(offer.score - score) <= 1e-6 * score);
      }
    }
  }));
}

}  // namespace
}  // namespace perennial::models
