// What every model of the family of next items keeps to, whatever its method.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/base/random.h"
#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/sessions/sequential_rules.h"
#include "perennial/models/recommend/sessions/simulated_sessions.h"
#include "perennial/models/recommend/sessions/stan.h"
#include "perennial/models/recommend/sessions/vmis_knn.h"

namespace perennial::models {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kItems = 80;

template <typename Call>
bool is_corrupt(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kCorrupt;
  }
  return false;
}

NextItem::Input input_of(const SessionRows& rows, std::size_t items = kItems) {
  return {.sessions = rows.view(), .items = items};
}

// Per model the settings that take different paths, the defaults first.
template <typename M>
std::vector<typename M::Options> settings();

// Some of them drop sessions.
template <>
std::vector<VmisKnn::Options> settings<VmisKnn>() {
  return {{},
          {.m = 7, .k = 3},
          {.m = 20, .k = 8, .idf_weighting = 0, .longest_session = 6},
          {.last = 20,
           .similarity = SessionSimilarity::kCosine,
           .neighbour_weight = NeighbourWeight::kEqual,
           .idf_weighting = 0}};
}

template <>
std::vector<Stan::Options> settings<Stan>() {
  const double off = std::numeric_limits<double>::infinity();
  return {{},
          {.m = 7, .k = 3},
          {.m = 20, .k = 8, .last = 2, .age_decay_days = 1e-4, .longest_session = 6},
          {.position_decay = off, .age_decay_days = off, .distance_decay = off}};
}

template <>
std::vector<SequentialRules::Options> settings<SequentialRules>() {
  return {{},
          {.steps = 3, .top = 4},
          {.rule_weight = RuleWeight::kNone, .last = 1},
          {.steps = 1, .step_weight = StepWeight::kEqual, .last = 5, .decay = 1}};
}

template <typename M>
class NextItemContract : public ::testing::Test {};

template <typename M>
class LiveNextItemContract : public ::testing::Test {};

struct NameOfModel {
  template <typename M>
  static std::string GetName(int /*index*/) {
    const std::string_view id = M::kId;
    return std::string(id.substr(10, id.find('/') - 10));  // behind "recommend."
  }
};

using Models = ::testing::Types<VmisKnn, Stan, SequentialRules>;
using LiveModels = ::testing::Types<VmisKnn, Stan, SequentialRules>;  // that learn from a stream
TYPED_TEST_SUITE(NextItemContract, Models, NameOfModel);
TYPED_TEST_SUITE(LiveNextItemContract, LiveModels, NameOfModel);

// Sessions by number, in another order or only some.
SessionRows picked(const SessionRows& rows, std::span<const std::size_t> numbers) {
  SessionRows some;
  for (const std::size_t s : numbers) some.append(rows.view().items_of(s), rows.times[s]);
  return some;
}

std::vector<std::size_t> shuffled(std::size_t n, RandomStream& stream) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[stream.below(i)]);
  return order;
}

TYPED_TEST(NextItemContract, GivesTheSameBytesAndListsForAnyNumberOfThreads) {
  using M = TypeParam;
  const SessionRows past = simulate_sessions(700, kItems, 5, 1);
  for (const auto& options : settings<M>()) {
    NextItem::Input input = input_of(past);
    input.threads = {1};
    const auto one = M::fit(input, options);
    const auto lists = one.predict(input);
    EXPECT_GT(lists.items.size(), past.times.size());
    for (const int threads : {2, 8}) {
      input.threads = {threads};
      const auto many = M::fit(input, options);
      EXPECT_EQ(framed(many), framed(one));
      EXPECT_EQ(many.predict(input), lists);
    }
  }
}

TYPED_TEST(NextItemContract, AnswersOneSessionAsItPredictsManyWhateverTheScratchDidBefore) {
  using M = TypeParam;
  const SessionRows past = simulate_sessions(300, kItems, 5, 2);
  typename M::Scratch scratch;
  for (const auto& options : settings<M>()) {
    const auto model = M::fit(input_of(past), options);
    const auto lists = model.predict(input_of(past));
    for (std::size_t s = 0; s < lists.size(); ++s) {
      const auto offers = model.answer({.session = past.view().items_of(s)}, scratch);
      ASSERT_EQ(offers.size(), lists.items_of(s).size());
      for (std::size_t o = 0; o < offers.size(); ++o) {
        EXPECT_EQ(offers[o], (NextItem::Offer{lists.items_of(s)[o], lists.scores_of(s)[o],
                                              lists.because_of(s)[o]}));
      }
    }
  }
}

TYPED_TEST(LiveNextItemContract, IsTheSameAfterUpdatesAsFittedOnAllWhateverTheOrder) {
  using M = TypeParam;
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomStream stream(seed, 0);
    SessionRows all = simulate_sessions(1 + stream.below(80), kItems, 4, seed);
    // Equal times, and batches that are not in order of time.
    for (Time& time : all.times) time.micros = static_cast<std::int64_t>(stream.below(20));
    const auto order = shuffled(all.times.size(), stream);
    const std::size_t cut = 1 + stream.below(order.size());
    const SessionRows first = picked(all, std::span(order).first(cut));
    const SessionRows second = picked(all, std::span(order).subspan(cut));
    for (const auto& options : settings<M>()) {
      try {
        const auto before = M::fit(input_of(first), options);
        const std::string bytes = framed(before);
        const auto refitted = M::fit(input_of(all), options);
        RC_ASSERT(framed(before.update(input_of(second))) == framed(refitted));
        RC_ASSERT(framed(before) == bytes);
        const auto loaded_first = loaded<M>(bytes).update(input_of(second));
        RC_ASSERT(loaded_first.predict(input_of(all)) == refitted.predict(input_of(all)));
      } catch (const Error& error) {
        RC_ASSERT(error.kind() == ErrorKind::kNotEnoughData);  // all first ones are too long
      }
    }
  }));
}

TYPED_TEST(LiveNextItemContract, CountsNewSessionsAndNewItemsAtOnce) {
  using M = TypeParam;
  SessionRows past;
  past.append(std::vector<std::uint32_t>{0, 1}, {1});
  const auto model = M::fit(input_of(past, 2), {});
  SessionRows fresh;
  fresh.append(std::vector<std::uint32_t>{0, 2}, {2});
  const auto updated = model.update(input_of(fresh, 3));
  typename M::Scratch scratch;
  const std::vector<std::uint32_t> session{0};
  EXPECT_EQ(model.answer({.session = session}, scratch).size(), 1U);
  EXPECT_EQ(updated.answer({.session = session}, scratch).size(), 2U);
  EXPECT_THAT(message_of([&] { updated.update(input_of(past, 2)); }),
              HasSubstr("the batch numbers 2 items, the model knows 3"));
}

TYPED_TEST(NextItemContract, AnswersAfterSaveAndLoadBitForBit) {
  using M = TypeParam;
  const SessionRows past = simulate_sessions(200, kItems, 5, 3);
  for (const auto& options : settings<M>()) {
    const auto model = M::fit(input_of(past), options);
    const std::string bytes = framed(model);
    const auto again = loaded<M>(bytes);
    EXPECT_EQ(framed(again), bytes);
    EXPECT_EQ(again.predict(input_of(past)), model.predict(input_of(past)));
  }
}

TYPED_TEST(NextItemContract, RefusesCutAndFlippedBytes) {
  using M = TypeParam;
  const SessionRows past = simulate_sessions(10, kItems, 3, 3);
  const std::string bytes = framed(M::fit(input_of(past), {}));
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_THROW(loaded<M>(bytes.substr(0, size)), Error) << size;
  }
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_THROW(loaded<M>(flipped), Error) << i;
  }
}

// A frame can be right around numbers that cannot be.
TYPED_TEST(NextItemContract, RefusesOrAnswersFromAnyChangedNumber) {
  using M = TypeParam;
  const SessionRows past = simulate_sessions(30, kItems, 4, 4);
  ByteWriter writer;
  M::fit(input_of(past), settings<M>()[1]).save(writer);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < writer.bytes().size(); ++i) {
    std::string changed = writer.bytes();
    changed[i] = static_cast<char>(changed[i] ^ 0x41);
    ByteReader reader(changed);
    try {
      const M model = M::load(reader);
      reader.expect_done();
      model.predict(input_of(past, model.items()));
    } catch (const Error& error) {
      EXPECT_TRUE(error.kind() == ErrorKind::kCorrupt || error.kind() == ErrorKind::kBadInput);
      ++refused;
    }
  }
  EXPECT_GT(refused, writer.bytes().size() / 2);
  ByteWriter none;
  for (int i = 0; i < 40; ++i) none.scalar<std::uint64_t>(0);
  ByteReader zeros(none.bytes());
  EXPECT_TRUE(is_corrupt([&] { M::load(zeros); }));
}

TYPED_TEST(NextItemContract, NeverReturnsBlockedOrMaskedItemsAndNeverMoreThanN) {
  using M = TypeParam;
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomStream stream(seed, 1);
    const SessionRows past = simulate_sessions(60, kItems, 5, seed);
    std::vector<std::uint8_t> blocked(kItems);
    for (std::uint8_t& item : blocked) item = stream.bernoulli(0.3) ? 1 : 0;
    for (const auto& options : settings<M>()) {
      const auto model = M::fit(input_of(past), options);
      for (const SeenItems seen : {SeenItems::kMask, SeenItems::kKeep}) {
        NextItem::Input input = input_of(past);
        input.blocked = blocked;
        input.seen = seen;
        input.n = 1 + stream.below(8);
        const auto lists = model.predict(input);
        for (std::size_t s = 0; s < lists.size(); ++s) {
          const auto items = lists.items_of(s);
          const auto scores = lists.scores_of(s);
          const auto session = past.view().items_of(s);
          RC_ASSERT(items.size() <= input.n);
          for (std::size_t k = 0; k < items.size(); ++k) {
            RC_ASSERT(blocked[items[k]] == 0 && items[k] != session.back());
            const bool held = std::find(session.begin(), session.end(), items[k]) != session.end();
            RC_ASSERT(seen == SeenItems::kKeep || !held);
            if (k == 0) continue;
            RC_ASSERT(scores[k - 1] > scores[k] ||
                      (scores[k - 1] == scores[k] && items[k - 1] < items[k]));
          }
        }
      }
    }
  }));
}

TYPED_TEST(NextItemContract, RefusesRequestsThatDoNotFitByName) {
  using M = TypeParam;
  const SessionRows past = simulate_sessions(30, kItems, 3, 6);
  const auto model = M::fit(input_of(past), {});
  const auto fit = [](const NextItem::Input& input) {
    return message_of([&] { M::fit(input, {}); });
  };
  EXPECT_THAT(fit(input_of({})), HasSubstr("no sessions to learn from"));
  SessionRows odd = past;
  odd.times.pop_back();
  EXPECT_THAT(fit(input_of(odd)), HasSubstr("sessions.times has 29 entries, needs 30"));
  odd.begin[3] = 1;
  EXPECT_THAT(fit(input_of(odd)), HasSubstr("sessions.begin descends at session 2"));
  odd.begin.back() += 1;
  EXPECT_THAT(fit(input_of(odd)), HasSubstr("sessions.begin needs to go from 0"));
  odd = past;
  odd.items[0] = kItems;
  EXPECT_THAT(fit(input_of(odd)), HasSubstr("session 0 holds item 80, the shop has 80"));

  EXPECT_THAT(message_of([&] { model.predict(input_of(past, 81)); }),
              HasSubstr("the sessions number 81 items, the model was fitted on 80"));
  const std::vector<std::uint8_t> blocked(3);
  NextItem::Input input = input_of(past);
  input.blocked = blocked;
  EXPECT_THAT(message_of([&] { model.predict(input); }),
              HasSubstr("blocked has 3 entries, needs 80 or none"));
  typename M::Scratch scratch;
  EXPECT_THAT(message_of([&] { model.answer({.session = {}, .n = 0}, scratch); }),
              HasSubstr("n is 0, needs at least 1"));
  const std::vector<std::uint32_t> beyond{80};
  EXPECT_THAT(message_of([&] { model.answer({.session = beyond}, scratch); }),
              HasSubstr("the session holds item 80, the shop has 80"));
}

TYPED_TEST(NextItemContract, HasADocumentationPage) {
  using M = TypeParam;
  const std::string id(M::kId.substr(0, M::kId.find('/')));
  EXPECT_FALSE(read_file(PERENNIAL_SOURCE_DIR "/docs/models/" + id + ".md").empty());
}

}  // namespace
}  // namespace perennial::models
