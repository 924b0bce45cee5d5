#include "perennial/models/recommend/sequences/sequence_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "perennial/base/error.h"
#include "perennial/base/files.h"
#include "perennial/base/random.h"
#include "perennial/models/learn/networks.h"
#include "perennial/models/model_testing.h"
#include "perennial/models/recommend/sessions/simulated_sessions.h"

namespace perennial::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Options = SequenceNetwork::Options;

constexpr std::size_t kItems = 80;

NextItem::Input input_of(const SessionRows& rows, std::size_t items = kItems) {
  return {.sessions = rows.view(), .items = items};
}

Options tiny(SequenceCell cell, SequenceLoss loss = SequenceLoss::kFullSoftmax) {
  return {.cell = cell,
          .width = 8,
          .layers = 2,
          .heads = 2,
          .longest = 6,
          .loss = loss,
          .negatives = 20,
          .dropout = 0.1,
          .batch = 32,
          .epochs = 2,
          .learning_rate = 0.01,
          .validation_share = 0.2,
          .device = ComputeDevice::kCpu};
}

// Every cell, and every loss.
std::vector<Options> settings() {
  return {tiny(SequenceCell::kSasrec), tiny(SequenceCell::kGru, SequenceLoss::kSampledSoftmax),
          tiny(SequenceCell::kLstm, SequenceLoss::kBprMax), tiny(SequenceCell::kRnn)};
}

ErrorKind kind_of(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::kIo;
}

class SequenceNetworkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!networks_available()) GTEST_SKIP() << "this build has no module of neural networks";
  }
};

// After i comes i + 1; the last item of all is followed by the first.
SessionRows circle(std::size_t items, std::size_t sessions) {
  SessionRows rows;
  for (std::size_t s = 0; s < sessions; ++s) {
    std::vector<std::uint32_t> session;
    for (std::size_t k = 0; k < 4 + s % 3; ++k)
      session.push_back(static_cast<std::uint32_t>((s + k) % items));
    rows.append(session, {0});
  }
  return rows;
}

TEST_F(SequenceNetworkTest, LearnsWhatComesNextWithEveryCellAndLoss) {
  const SessionRows rows = circle(12, 48);
  SessionRows asked;
  for (std::uint32_t item = 0; item < 11; ++item)
    asked.append(std::vector<std::uint32_t>{(item + 11) % 12, item}, {0});
  NextItem::Input input = input_of(asked, 12);
  input.n = 1;
  std::vector<Options> all = settings();
  all.push_back(tiny(SequenceCell::kSasrec, SequenceLoss::kSampledSoftmax));
  all.push_back(tiny(SequenceCell::kGru));
  for (Options options : all) {
    options.width = 16;
    options.layers = 1;
    options.dropout = 0;
    options.bpr_penalty = 0.1;
    options.learning_rate = 0.02;
    options.epochs = 30;
    options.batch = 16;
    options.validation_share = 0;
    const auto lists = SequenceNetwork::fit(input_of(rows, 12), options).predict(input);
    for (std::uint32_t item = 0; item < 11; ++item)
      EXPECT_THAT(lists.items_of(item), ElementsAre(item + 1)) << static_cast<int>(options.cell);
  }
}

// One batch an epoch, so that every step can be seen.
TEST_F(SequenceNetworkTest, JudgesAndKeepsTheMovingAverageOfItsWeights) {
  const SequenceShape shape{.items = 5, .width = 4, .longest = 4};
  const SequenceRows rows{.begin = {0, 3, 6}, .items = {0, 1, 2, 3, 4, 0}, .held_out = {0, 0}};
  std::vector<float> average = initial_weights(shape, 1);
  int step = 0;
  const auto compare = [&](const SequenceState& state) {
    ++step;
    const float kept = (1.0F + static_cast<float>(step)) / (10.0F + static_cast<float>(step));
    for (std::size_t i = 0; i < average.size(); ++i) {
      average[i] = kept * average[i] + (1 - kept) * state.weights[i];
      EXPECT_NEAR(state.average[i], average[i], 1e-5);
    }
    EXPECT_EQ(state.best, state.average);
    return true;
  };
  sequence_networks().train(shape, {.weights = average}, rows,
                            {.epochs = 8, .learning_rate = 0.05, .device = ComputeDevice::kCpu},
                            {.after_epoch = compare});
  EXPECT_EQ(step, 8);
}

// What is sampled tends to the whole: of two trainings on the same batches, the losses of the first epoch are near.
TEST_F(SequenceNetworkTest, SampledSoftmaxNearsTheFullOneAsMoreIsDrawn) {
  const SessionRows rows = simulate_sessions(100, kItems, 5, 8);
  const auto loss_of = [&](SequenceLoss loss, std::size_t negatives) {
    Options options = tiny(SequenceCell::kGru, loss);
    options.dropout = 0;
    options.negatives = negatives;
    options.epochs = 1;
    double last = 0;
    SequenceNetwork::fit(input_of(rows), options, {.progress = [&](const auto& progress) {
                           last = progress.loss;
                           return true;
                         }});
    return last;
  };
  const double full = loss_of(SequenceLoss::kFullSoftmax, 1);
  EXPECT_NEAR(loss_of(SequenceLoss::kSampledSoftmax, 5'000), full, 0.02);
}

TEST_F(SequenceNetworkTest, GivesTheSameBytesAndListsForAnyNumberOfThreads) {
  const SessionRows rows = simulate_sessions(100, kItems, 5, 1);
  for (const Options& options : settings()) {
    NextItem::Input input = input_of(rows);
    input.threads = {1};
    const auto one = SequenceNetwork::fit(input, options);
    const auto lists = one.predict(input);
    EXPECT_EQ(lists.items.size(), 100 * input.n);
    for (const int threads : {2, 8}) {
      input.threads = {threads};
      const auto many = SequenceNetwork::fit(input, options);
      EXPECT_EQ(framed(many), framed(one));
      EXPECT_EQ(many.predict(input), lists);
    }
  }
}

TEST_F(SequenceNetworkTest, DoesNotDependOnTheOrderOfTheSessions) {
  const SessionRows rows = simulate_sessions(100, kItems, 5, 2);
  SessionRows turned;
  for (std::size_t s = 100; s-- > 0;) turned.append(rows.view().items_of(s), rows.times[s]);
  for (const Options& options : settings())
    EXPECT_EQ(framed(SequenceNetwork::fit(input_of(turned), options)),
              framed(SequenceNetwork::fit(input_of(rows), options)));
}

TEST_F(SequenceNetworkTest, EndsWithTheSameBytesWhenItWasStoppedAndResumed) {
  const SessionRows rows = simulate_sessions(100, kItems, 5, 3);
  for (Options options : settings()) {
    options.epochs = 4;
    const std::string whole = framed(SequenceNetwork::fit(input_of(rows), options));
    std::string kept;
    SequenceNetwork::Watch watch;
    watch.keep = [&](std::string_view state) { kept = state; };
    watch.progress = [](const SequenceProgress& progress) {
      return progress.epoch < 3 || progress.rows_done < 64;  // in the midst of the third epoch
    };
    EXPECT_EQ(kind_of([&] { SequenceNetwork::fit(input_of(rows), options, watch); }),
              ErrorKind::kInterrupted);
    const auto resumed = SequenceNetwork::fit(input_of(rows), options, {.kept = kept});
    EXPECT_EQ(framed(resumed), whole);
  }
}

TEST_F(SequenceNetworkTest, RefusesAKeptTrainingThatIsCutOrNotItsOwn) {
  const SessionRows rows = simulate_sessions(60, kItems, 4, 3);
  Options options = tiny(SequenceCell::kGru);
  std::string kept;
  const SequenceNetwork::Watch watch{.keep = [&](std::string_view state) { kept = state; }};
  SequenceNetwork::fit(input_of(rows), options, watch);
  const auto resume = [&](const std::string& state) {
    SequenceNetwork::fit(input_of(rows), options, {.kept = state});
  };
  EXPECT_EQ(kind_of([&] { resume(kept.substr(0, kept.size() / 2)); }), ErrorKind::kCorrupt);
  options.seed = 2;
  EXPECT_THAT(message_of([&] { resume(kept); }), HasSubstr("belongs to other data or options"));
}

TEST_F(SequenceNetworkTest, ReportsEveryBatchAndWhatItFoundOnTheHeldOutItems) {
  const SessionRows rows = simulate_sessions(100, kItems, 5, 4);
  std::vector<SequenceProgress> seen;
  SequenceNetwork::fit(input_of(rows), tiny(SequenceCell::kSasrec),
                       {.progress = [&](const SequenceProgress& progress) {
                         seen.push_back(progress);
                         return true;
                       }});
  ASSERT_EQ(seen.size(), 8U);
  EXPECT_EQ(seen[0].rows_done, 32U);
  EXPECT_EQ(seen[3].rows_done, seen[3].rows);
  EXPECT_TRUE(std::isnan(seen[3].best_ndcg));
  EXPECT_EQ(seen[4].epoch, 2);
  EXPECT_GE(seen[4].best_ndcg, 0);
  EXPECT_NEAR(seen[0].loss, std::log(80.0), 1);
}

TEST_F(SequenceNetworkTest, AnswersAfterSaveAndLoadBitForBit) {
  const SessionRows rows = simulate_sessions(80, kItems, 5, 5);
  for (const Options& options : settings()) {
    const auto model = SequenceNetwork::fit(input_of(rows), options);
    const std::string bytes = framed(model);
    const auto again = loaded<SequenceNetwork>(bytes);
    EXPECT_EQ(framed(again), bytes);
    EXPECT_EQ(again.predict(input_of(rows)), model.predict(input_of(rows)));
    EXPECT_EQ(again.similar(3, 5), model.similar(3, 5));
  }
}

TEST_F(SequenceNetworkTest, RefusesCutFlippedAndChangedBytes) {
  const SessionRows rows = simulate_sessions(20, kItems, 3, 3);
  const auto model = SequenceNetwork::fit(input_of(rows), tiny(SequenceCell::kGru));
  const std::string bytes = framed(model);
  for (std::size_t size = 0; size < bytes.size(); size += 97)
    EXPECT_THROW(loaded<SequenceNetwork>(bytes.substr(0, size)), Error) << size;
  for (std::size_t i = 0; i < bytes.size(); i += 97) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_THROW(loaded<SequenceNetwork>(flipped), Error) << i;
  }
  ByteWriter writer;
  model.save(writer);
  const auto refused = [](const std::string& body) {
    ByteReader reader(body);
    return kind_of([&] { SequenceNetwork::load(reader); });
  };
  for (std::size_t i = 0; i < 41; ++i) {  // the cell and the sizes
    std::string changed = writer.bytes();
    changed[i] = static_cast<char>(changed[i] ^ 0x48);
    // The longest sequence that is read is free within its range.
    if (i == 25) continue;
    EXPECT_EQ(refused(changed), ErrorKind::kCorrupt) << i;
  }
  std::string infinite = writer.bytes();
  const float infinity = std::numeric_limits<float>::infinity();
  std::memcpy(infinite.data() + infinite.size() - sizeof infinity, &infinity, sizeof infinity);
  EXPECT_EQ(refused(infinite), ErrorKind::kCorrupt);
  EXPECT_EQ(refused(std::string(200, '\0')), ErrorKind::kCorrupt);
}

TEST_F(SequenceNetworkTest, NeverReturnsBlockedOrMaskedItemsAndNeverMoreThanN) {
  RandomStream stream(1, 1);
  const SessionRows rows = simulate_sessions(80, kItems, 5, 6);
  std::vector<std::uint8_t> blocked(kItems);
  for (std::uint8_t& item : blocked) item = stream.bernoulli(0.3) ? 1 : 0;
  for (const Options& options : settings()) {
    const auto model = SequenceNetwork::fit(input_of(rows), options);
    for (const SeenItems seen : {SeenItems::kMask, SeenItems::kKeep}) {
      NextItem::Input input = input_of(rows);
      input.blocked = blocked;
      input.seen = seen;
      input.n = 7;
      const auto lists = model.predict(input);
      for (std::size_t s = 0; s < lists.size(); ++s) {
        const auto items = lists.items_of(s);
        const auto scores = lists.scores_of(s);
        const auto session = rows.view().items_of(s);
        ASSERT_EQ(items.size(), 7U);
        for (std::size_t k = 0; k < items.size(); ++k) {
          EXPECT_EQ(blocked[items[k]], 0);
          EXPECT_NE(items[k], session.back());
          EXPECT_EQ(lists.because_of(s)[k], kNoItem);
          EXPECT_TRUE(std::isfinite(scores[k]));
          if (seen == SeenItems::kMask) {
            EXPECT_EQ(std::ranges::find(session, items[k]), session.end());
          }
          if (k == 0) continue;
          EXPECT_TRUE(scores[k - 1] > scores[k] ||
                      (scores[k - 1] == scores[k] && items[k - 1] < items[k]));
        }
      }
    }
  }
}

TEST_F(SequenceNetworkTest, OffersKnownItemsOnlyAndReadsNoOthers) {
  SessionRows rows = circle(12, 48);
  rows.append(std::vector<std::uint32_t>{20}, {0});  // alone: nothing to be learnt of it
  const auto model = SequenceNetwork::fit(input_of(rows, 30), tiny(SequenceCell::kGru));
  SessionRows asked;
  asked.append(std::vector<std::uint32_t>{3, 20, 4, 29}, {0});
  asked.append(std::vector<std::uint32_t>{3, 4}, {0});
  asked.append(std::vector<std::uint32_t>{20}, {0});
  asked.append(std::vector<std::uint32_t>{}, {0});
  NextItem::Input input = input_of(asked, 30);
  input.seen = SeenItems::kMask;
  const auto lists = model.predict(input);
  EXPECT_EQ(lists.items_of(0).size(), 10U);
  EXPECT_TRUE(std::ranges::equal(lists.items_of(0), lists.items_of(1)));
  EXPECT_THAT(lists.items_of(2), IsEmpty());
  EXPECT_THAT(lists.items_of(3), IsEmpty());
  EXPECT_THAT(model.similar(20, 5), IsEmpty());
}

TEST_F(SequenceNetworkTest, SimilarItemsAreThoseWhoseVectorsPointTheSameWay) {
  const SessionRows rows = simulate_sessions(80, kItems, 5, 7);
  const auto model = SequenceNetwork::fit(input_of(rows), tiny(SequenceCell::kSasrec));
  const std::size_t width = model.shape().width;
  const auto slow_cosine = [&](std::size_t a, std::size_t b) {
    double both = 0, of_a = 0, of_b = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const double x = model.weights()[a * width + i], y = model.weights()[b * width + i];
      both += x * y;
      of_a += x * x;
      of_b += y * y;
    }
    return both / std::sqrt(of_a * of_b);
  };
  const std::uint32_t item = model.known()[5];
  std::vector<std::uint8_t> blocked(kItems);
  blocked[model.similar(item, 1)[0].item] = 1;
  const auto found = model.similar(item, kItems, blocked);
  ASSERT_EQ(found.size(), model.known().size() - 2);
  for (std::size_t k = 0; k < found.size(); ++k) {
    const auto place = std::ranges::find(model.known(), found[k].item) - model.known().begin();
    EXPECT_NEAR(found[k].score, slow_cosine(5, static_cast<std::size_t>(place)), 1e-5);
    EXPECT_EQ(blocked[found[k].item], 0);
    if (k == 0) continue;
    EXPECT_GE(found[k - 1].score, found[k].score);
  }
}

TEST_F(SequenceNetworkTest, RefusesRequestsThatDoNotFitByName) {
  const SessionRows rows = simulate_sessions(30, kItems, 3, 6);
  const auto fit = [&](const SessionRows& learned, const Options& options) {
    return message_of([&] { SequenceNetwork::fit(input_of(learned), options); });
  };
  SessionRows single;
  single.append(std::vector<std::uint32_t>{1}, {0});
  EXPECT_THAT(fit({}, {}), HasSubstr("no sequences of two items or more"));
  EXPECT_THAT(fit(single, {}), HasSubstr("no sequences of two items or more"));
  EXPECT_THAT(fit(rows, {.width = 0}), HasSubstr("width is 0, needs 1 to 1024"));
  EXPECT_THAT(fit(rows, {.width = 64, .heads = 3}), HasSubstr("heads is 3, needs to divide"));
  EXPECT_THAT(fit(rows, {.dropout = 1}), HasSubstr("dropout is 1, needs 0 to 0.9"));
  EXPECT_THAT(fit(rows, {.epochs = 0}), HasSubstr("epochs is 0, needs 1 to 10000"));
  EXPECT_THAT(fit(rows, {.learning_rate = std::nan("")}), HasSubstr("learning_rate is nan"));
  SessionRows odd = rows;
  odd.items[0] = kItems;
  EXPECT_THAT(fit(odd, {}), HasSubstr("session 0 holds item 80, the shop has 80"));
  if (!sequence_networks().has_cuda()) {
    EXPECT_THAT(fit(rows, {.device = ComputeDevice::kCuda}), HasSubstr("use device auto or cpu"));
  }

  const auto model = SequenceNetwork::fit(input_of(rows), tiny(SequenceCell::kGru));
  EXPECT_THAT(message_of([&] { model.predict(input_of(rows, 81)); }),
              HasSubstr("the sessions number 81 items, the model was fitted on 80"));
  const std::vector<std::uint8_t> blocked(3);
  NextItem::Input input = input_of(rows);
  input.blocked = blocked;
  EXPECT_THAT(message_of([&] { model.predict(input); }),
              HasSubstr("blocked has 3 entries, needs 80 or none"));
  EXPECT_THAT(message_of([&] { model.similar(3, 5, blocked); }),
              HasSubstr("blocked has 3 entries, needs 80 or none"));
  EXPECT_THAT(message_of([&] { model.similar(80, 5); }),
              HasSubstr("item 80 was asked for, there are 80"));
  input = input_of(rows);
  input.n = 0;
  EXPECT_THAT(message_of([&] { model.predict(input); }), HasSubstr("n is 0, needs at least 1"));
}

TEST(SequenceNetworkPage, IsThere) {
  EXPECT_FALSE(
      read_file(PERENNIAL_SOURCE_DIR "/docs/models/recommend.sequence_network.md").empty());
}

}  // namespace
}  // namespace perennial::models
