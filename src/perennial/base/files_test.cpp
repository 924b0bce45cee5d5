#include "perennial/base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "perennial/base/error.h"

namespace perennial {
namespace {

class Files : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "filesXXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::size_t entries() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) ++count;
    return count;
  }

  std::filesystem::path folder_;
};

TEST_F(Files, ReadBackWhatWasWrittenZerosIncluded) {
  const std::string bytes("a\0b\n\xff", 5);
  write_file(folder_ / "model", bytes);
  EXPECT_EQ(read_file(folder_ / "model"), bytes);
  write_file(folder_ / "model", "");
  EXPECT_EQ(read_file(folder_ / "model"), "");
  const std::string large(300'000, 'x');
  write_file(folder_ / "model", large);
  EXPECT_EQ(read_file(folder_ / "model"), large);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, AreReadableByOthersAsTheProcessAllows) {
  write_file(folder_ / "model", "x");
  struct stat status{};
  ASSERT_EQ(::stat((folder_ / "model").c_str(), &status), 0);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  EXPECT_EQ(status.st_mode & 0777U, 0666U & ~mask);
}

TEST_F(Files, KeepTheOldFileWhenAReplacementIsNotCommitted) {
  write_file(folder_ / "model", "old");
  {
    const FileReplacement replacement(folder_ / "model");
    EXPECT_EQ(entries(), 2U);
  }
  EXPECT_EQ(read_file(folder_ / "model"), "old");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, SayWhatIsMissing) {
  try {
    read_file(folder_ / "nothing");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
    EXPECT_NE(std::string(error.what()).find("nothing"), std::string::npos);
  }
  try {
    write_file(folder_ / "no" / "folder", "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
  }
}

}  // namespace
}  // namespace perennial
