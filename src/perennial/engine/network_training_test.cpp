#include "perennial/engine/network_training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "perennial/base/bytes.h"
#include "perennial/base/error.h"
#include "perennial/engine/small_shop_testing.h"
#include "perennial/models/learn/networks.h"
#include "perennial/models/recommend/sessions/simulated_sessions.h"

namespace perennial::engine {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Ctrl-C when the n-th network comes to an epoch.
class StopAtEpoch : public Progress {
 public:
  StopAtEpoch(int epoch, int network) : epoch_(fmt::format("epoch {} ", epoch)), left_(network) {}

 private:
  void on_begin(std::string_view, std::uint64_t) override {}
  void on_advance(std::uint64_t) override {}
  void on_end(std::uint64_t) override {}
  void on_tell(std::string_view where) override {
    const bool is_there = where.find(epoch_) != std::string_view::npos;
    if (is_there && !was_there_ && --left_ == 0) stop();
    was_there_ = is_there;
  }

  std::string epoch_;
  int left_;
  bool was_there_ = false;
};

class NetworkTraining : public testing::Test {
 protected:
  NetworkTraining()
      : folder_(fs::temp_directory_path() /
                fmt::format("perennial_training_{}_{}", getpid(),
                            testing::UnitTest::GetInstance()->current_test_info()->name())),
        rows_(models::simulate_sessions(60, 40, 5, 3)),
        quiet_(make_quiet_progress()) {
    fs::remove_all(folder_);
  }
  ~NetworkTraining() override { fs::remove_all(folder_); }
  void SetUp() override {
    if (!models::networks_available())
      GTEST_SKIP() << "this build has no module of neural networks";
  }

  std::string trained(const FitWatch& watch, std::uint64_t seed = 1) const {
    ByteWriter writer;
    train_network({.sessions = rows_.view(), .items = 40},
                  {.width = 8, .batch = 32, .epochs = 5, .seed = seed}, watch)
        .save(writer);
    return writer.bytes();
  }
  std::string interruption(KeptTrainings* trainings, int epoch) const {
    StopAtEpoch stopping(epoch, 1);
    try {
      trained({stopping, trainings});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
      return error.what();
    }
    return "it was not interrupted";
  }
  std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  fs::path folder_;
  models::SessionRows rows_;
  std::unique_ptr<Progress> quiet_;
};

TEST_F(NetworkTraining, GoesOnAfterAnInterruptionToTheSameBytes) {
  const std::string whole = trained(*quiet_);
  KeptTrainings first(folder_);
  EXPECT_THAT(interruption(&first, 3), HasSubstr("the same run goes on from it"));
  EXPECT_EQ(files(), 1);
  KeptTrainings second(folder_);
  EXPECT_THAT(interruption(&second, 4), HasSubstr("the same run goes on from it"));
  KeptTrainings third(folder_);
  StopAtEpoch afresh(1, 1);  // never: it goes on from epoch 4
  EXPECT_EQ(trained({afresh, &third}), whole);
  EXPECT_THAT(third.notes(), IsEmpty());
  third.clear();
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(NetworkTraining, KeepsNothingWithoutAPlaceOrWithoutAnEpoch) {
  EXPECT_THAT(interruption(nullptr, 3), HasSubstr("what was committed is kept"));
  KeptTrainings trainings(folder_);
  EXPECT_THAT(interruption(&trainings, 1), HasSubstr("what was committed is kept"));
  trained({*quiet_, &trainings});  // seconds: not worth a file
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(NetworkTraining, BeginsAfreshAndSaysSoWhenWhatIsKeptIsNotItsOwn) {
  KeptTrainings first(folder_);
  interruption(&first, 3);
  KeptTrainings second(folder_);
  EXPECT_EQ(trained({*quiet_, &second}, 2), trained(*quiet_, 2));
  EXPECT_THAT(second.notes(), ElementsAre(HasSubstr("it began afresh: sequence network: the kept "
                                                    "training belongs to other data or options")));
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_))
    fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
  KeptTrainings third(folder_);
  EXPECT_EQ(trained({*quiet_, &third}), trained(*quiet_));
  EXPECT_THAT(third.notes(), ElementsAre(HasSubstr("it began afresh")));
}

TEST_F(NetworkTraining, SaysThatAKeptTrainingWasOfOtherData) {
  KeptTrainings first(folder_);
  interruption(&first, 3);
  rows_ = models::simulate_sessions(60, 40, 5, 4);
  KeptTrainings second(folder_);
  trained({*quiet_, &second});
  EXPECT_THAT(second.notes(), ElementsAre(HasSubstr("was of other data")));
}

TEST_F(NetworkTraining, RefusesAPlaceThatCannotBeWritten) {
  std::ofstream(folder_) << "a file where a folder is needed";
  KeptTrainings trainings(folder_ / "training");
  EXPECT_THROW(trainings.keep("any", "state"), Error);
}

class ThoroughRunSlow : public SmallShop {};

TEST_F(ThoroughRunSlow, WritesTheSameListsWhenItWasInterruptedInATraining) {
  if (!models::networks_available()) GTEST_SKIP() << "this build has no module of neural networks";
  order_for_a_year(150);
  import_orders();
  const auto lists = [&] {
    return value<std::string>(
        "SELECT string_agg(CAST(r AS VARCHAR), ';' ORDER BY customer_id, rank) "
        "FROM derived.recommendations AS r");
  };
  run({.thorough = true});
  const std::string whole = lists();
  const fs::path kept = shop() / "models" / "recommend" / "training";
  EXPECT_FALSE(fs::exists(kept));
  for (const int network : {1, 2}) {  // the one that is judged, and that of the lesson
    StopAtEpoch stopping(3, network);
    Context context{.now = context_.now, .threads = {2}, .memory_limit = {}, .progress = stopping};
    EXPECT_EQ(refusal([&] { Run::run({.shop = shop(), .thorough = true}, context); }),
              ErrorKind::kInterrupted);
    EXPECT_TRUE(fs::exists(kept));
  }
  run();
  EXPECT_TRUE(fs::exists(kept)) << "a run that is not thorough leaves it alone";
  const Run::Output output = run({.thorough = true});
  EXPECT_EQ(lists(), whole);
  EXPECT_FALSE(fs::exists(kept));
}

}  // namespace
}  // namespace perennial::engine
