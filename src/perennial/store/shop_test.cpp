#include "perennial/store/shop.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "perennial/base/error.h"
#include "perennial/base/files.h"

namespace perennial::store {
namespace {

namespace fs = std::filesystem;

constexpr Time kNow{1'700'000'000'000'000};

class ShopTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "shop XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = fs::path(name) / "shop";
  }
  void TearDown() override { fs::remove_all(folder_.parent_path()); }

  // The kind and message of what opening throws.
  Error refusal(Access access) const {
    try {
      Shop::open(folder_, access, kNow);
    } catch (const Error& error) {
      return error;
    }
    throw std::runtime_error("the shop opened");
  }

  fs::path folder_;
};

TEST_F(ShopTest, HoldsFactsDerivedAndModels) {
  Shop shop = Shop::create(folder_, {.currency = "gbp"}, kNow);
  Connection connection = shop.connect();
  EXPECT_EQ(read_value<std::string>(connection, "SELECT current_database()"), "facts");
  EXPECT_EQ(read_value<std::int64_t>(connection, "SELECT count(*) FROM order_lines"), 0);
  connection.run("CREATE TABLE derived.orders AS SELECT 1::BIGINT AS n");
  EXPECT_EQ(read_value<std::int64_t>(connection, "SELECT n FROM derived.orders"), 1);
  EXPECT_EQ(read_value<std::string>(connection, "SELECT current_setting('TimeZone')"), "UTC");
  EXPECT_TRUE(fs::is_directory(shop.models_dir()));
  EXPECT_EQ(shop.setting("currency"), "GBP");
}

TEST_F(ShopTest, KeepsWhatWasCommittedWhenOpenedAgain) {
  {
    Shop shop = Shop::create(folder_, {}, kNow);
    EXPECT_EQ(shop.setting("currency"), std::nullopt);
    shop.set_setting("currency", "GBP", kNow);
    shop.set_setting("currency", "EUR", {kNow.micros + 1});
    shop.set_setting("currency", "SEK", {kNow.micros + 1});
    shop.connect().run("CREATE TABLE derived.x AS SELECT 7::BIGINT AS n");
  }
  Shop shop = Shop::open(folder_, Access::kRead, kNow);
  EXPECT_EQ(shop.setting("currency"), "SEK");
  Connection connection = shop.connect();
  EXPECT_EQ(read_value<std::int64_t>(connection, "SELECT n FROM derived.x"), 7);
  connection.run("CREATE TEMP TABLE staged AS SELECT 1 AS n");
  EXPECT_THROW(connection.run("CREATE TABLE t (n BIGINT)"), Error);
  EXPECT_THROW(connection.run("CREATE TABLE derived.t (n BIGINT)"), Error);
}

TEST_F(ShopTest, KeepsTheStorageVersionThatItWasMadeWith) {
  const auto versions = [](Shop shop) {
    Connection connection = shop.connect();
    connection.run(
        "INSERT INTO events (event_id, event, time, source, import_id) VALUES ('a', 'b', "
        "now()::TIMESTAMP, "
        "'c', 1)");
    shop.checkpoint();
    return read_value<std::int64_t>(connection,
                                    "SELECT count(*) FROM duckdb_databases() WHERE database_name "
                                    "IN ('facts', 'derived') AND tags['storage_version'] LIKE "
                                    "'v1.4.0%'");
  };
  EXPECT_EQ(versions(Shop::create(folder_, {}, kNow)), 2);
  EXPECT_EQ(versions(Shop::open(folder_, Access::kWrite, kNow)), 2);
}

TEST_F(ShopTest, IsNotMadeOverAnythingElse) {
  {
    const Shop shop = Shop::create(folder_, {}, kNow);
  }
  const auto kind_of_create = [&](const fs::path& path, const std::string& currency) {
    try {
      Shop::create(path, {.currency = currency}, kNow);
    } catch (const Error& error) {
      return error.kind();
    }
    throw std::runtime_error("the shop was made");
  };
  EXPECT_EQ(kind_of_create(folder_, ""), ErrorKind::kAlreadyExists);
  EXPECT_EQ(kind_of_create(folder_ / "models" / "..", ""), ErrorKind::kAlreadyExists);
  write_file(folder_ / "models" / "letter.txt", "dear");
  EXPECT_EQ(kind_of_create(folder_ / "models", ""), ErrorKind::kAlreadyExists);
  EXPECT_EQ(kind_of_create(folder_ / "models" / "letter.txt", ""), ErrorKind::kAlreadyExists);
  EXPECT_EQ(kind_of_create(folder_ / "new", "GBPP"), ErrorKind::kInvalidArgument);
  EXPECT_FALSE(fs::exists(folder_ / "new"));
  fs::create_directory(folder_ / "empty");
  EXPECT_NO_THROW(Shop::create(folder_ / "empty", {}, kNow));
}

TEST_F(ShopTest, SaysHowToMakeOneWhereThereIsNone) {
  const Error error = refusal(Access::kRead);
  EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
  EXPECT_NE(std::string(error.what()).find("perennial init"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(ShopTest, MakesDerivedAnewWhenItIsMissingOrBroken) {
  {
    const Shop shop = Shop::create(folder_, {}, kNow);
  }
  const fs::path derived = folder_ / "derived.duckdb";
  const auto usable = [&](Access access) {
    Shop shop = Shop::open(folder_, access, kNow);
    Connection connection = shop.connect();
    return read_value<std::int64_t>(
               connection,
               "SELECT count(*) FROM duckdb_databases() WHERE database_name = 'derived'") == 1;
  };
  for (const Access access : {Access::kRead, Access::kWrite}) {
    fs::remove(derived);
    EXPECT_TRUE(usable(access));
    write_file(derived, "");
    EXPECT_TRUE(usable(access));
    write_file(derived, std::string(20'000, 'x'));
    EXPECT_TRUE(usable(access));
    {
      Shop shop = Shop::open(folder_, Access::kWrite, kNow);
      shop.connect().run("CREATE TABLE derived.t AS SELECT range AS n FROM range(100000)");
    }
    const std::string whole = read_file(derived);
    ASSERT_GT(whole.size(), 100'000U);
    write_file(derived, whole.substr(0, 20'000));
    EXPECT_TRUE(usable(access));
    write_file(derived, whole.substr(0, 4096) + std::string(3 * 4096, '\1') + whole.substr(16'384));
    EXPECT_TRUE(usable(access));
    write_file(folder_ / "derived.duckdb.wal", std::string(5000, 'x'));
    EXPECT_TRUE(usable(access));
  }
}

TEST_F(ShopTest, BuildsInScratchWithoutTouchingTheFile) {
  {
    Shop shop = Shop::create(folder_, {}, kNow);
    shop.connect().run("CREATE TABLE derived.orders AS SELECT 1::BIGINT AS n");
  }
  {
    Shop shop = Shop::open(folder_, Access::kRead, kNow);
    shop.use_scratch_derived();
    Connection connection = shop.connect();
    connection.run("CREATE TABLE derived.orders AS SELECT 2::BIGINT AS n");
    EXPECT_EQ(read_value<std::int64_t>(connection, "SELECT n FROM derived.orders"), 2);
  }
  Shop shop = Shop::open(folder_, Access::kRead, kNow);
  Connection connection = shop.connect();
  EXPECT_EQ(read_value<std::int64_t>(connection, "SELECT n FROM derived.orders"), 1);
}

TEST_F(ShopTest, IsReadByManyAndWrittenByOne) {
  {
    const Shop shop = Shop::create(folder_, {}, kNow);
  }
  {
    const Shop reader = Shop::open(folder_, Access::kRead, kNow);
    EXPECT_NO_THROW(Shop::open(folder_, Access::kRead, kNow));
    EXPECT_EQ(refusal(Access::kWrite).kind(), ErrorKind::kLocked);
  }
  const Shop writer = Shop::open(folder_, Access::kWrite, kNow);
  const Error error = refusal(Access::kRead);
  EXPECT_EQ(error.kind(), ErrorKind::kLocked);
  EXPECT_NE(std::string(error.what()).find("this very process"), std::string::npos) << error.what();
}

// Runs `hold` in a child until the parent is done with it; `ready` returns once the child holds.
class Child {
 public:
  template <typename Hold>
  explicit Child(Hold hold) {
    int up[2];
    if (::pipe(up) != 0 || ::pipe(down_) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(down_[1]);
      const auto held = hold();
      char byte = 'r';
      const bool told = ::write(up[1], &byte, 1) == 1;
      while (told && ::read(down_[0], &byte, 1) > 0) {
      }
      ::_exit(0);
    }
    ::close(up[1]);
    ::close(down_[0]);
    char byte = 0;
    ready_ = ::read(up[0], &byte, 1) == 1;
    ::close(up[0]);
  }
  ~Child() {
    ::close(down_[1]);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool ready() const { return ready_; }
  pid_t pid() const { return pid_; }

 private:
  int down_[2]{};
  pid_t pid_ = 0;
  bool ready_ = false;
};

TEST_F(ShopTest, NamesTheProcessThatHasItOpen) {
  {
    const Shop shop = Shop::create(folder_, {}, kNow);
  }
  {
    const Child child([&] { return Shop::open(folder_, Access::kWrite, kNow); });
    ASSERT_TRUE(child.ready());
    for (const Access access : {Access::kRead, Access::kWrite}) {
      const Error error = refusal(access);
      EXPECT_EQ(error.kind(), ErrorKind::kLocked);
      const std::string message = error.what();
      EXPECT_NE(message.find("process " + std::to_string(child.pid())), std::string::npos)
          << message;
      EXPECT_NE(message.find(folder_.string()), std::string::npos) << message;
    }
  }
  EXPECT_NO_THROW(Shop::open(folder_, Access::kWrite, kNow));
}

TEST_F(ShopTest, NamesAForeignProgramThatHasTheFactsOpen) {
  {
    const Shop shop = Shop::create(folder_, {}, kNow);
  }
  const Child child([&] { return Database(folder_ / "facts.duckdb", {}); });
  ASSERT_TRUE(child.ready());
  const Error error = refusal(Access::kWrite);
  EXPECT_EQ(error.kind(), ErrorKind::kLocked);
  EXPECT_NE(std::string(error.what()).find("process " + std::to_string(child.pid())),
            std::string::npos)
      << error.what();
}

TEST_F(ShopTest, RefusesFactsThatAreNotAShops) {
  fs::create_directory(folder_);
  {
    Database database(folder_ / "facts.duckdb", {});
    database.connect().run("CREATE TABLE recipes (name VARCHAR)");
  }
  EXPECT_EQ(refusal(Access::kWrite).kind(), ErrorKind::kBadInput);
  EXPECT_EQ(refusal(Access::kRead).kind(), ErrorKind::kBadInput);
  write_file(folder_ / "facts.duckdb", std::string(20'000, 'x'));
  EXPECT_EQ(refusal(Access::kWrite).kind(), ErrorKind::kIo);
}

TEST_F(ShopTest, RefusesASchemaOfTheFuture) {
  {
    const Shop shop = Shop::create(folder_, {}, kNow);
  }
  {
    Shop shop = Shop::open(folder_, Access::kWrite, kNow);
    shop.connect().run("INSERT INTO schema_migrations VALUES (999, 'later', '2030-01-01')");
  }
  for (const Access access : {Access::kRead, Access::kWrite}) {
    const Error error = refusal(access);
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
    EXPECT_NE(std::string(error.what()).find("999"), std::string::npos);
  }
}

TEST_F(ShopTest, FinishesAnInitThatWasCutShort) {
  fs::create_directory(folder_);
  {
    const Database database(folder_ / "facts.duckdb", {});
  }
  Shop shop = Shop::open(folder_, Access::kRead, kNow);
  Connection connection = shop.connect();
  EXPECT_EQ(read_value<std::int64_t>(connection, "SELECT count(*) FROM events"), 0);
}

}  // namespace
}  // namespace perennial::store
