#include "perennial/engine/model_versions.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "perennial/base/bytes.h"
#include "perennial/base/error.h"

namespace perennial::engine {
namespace {

class ModelVersions : public testing::Test {
 protected:
  ModelVersions()
      : folder_(std::filesystem::temp_directory_path() /
                ("perennial_versions_" + std::to_string(getpid()))) {}
  ~ModelVersions() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(ModelVersions, CountUpAndKeepTheNewest) {
  EXPECT_FALSE(latest_model_version(folder_, "value"));
  for (int i = 1; i <= kVersionsKept + 2; ++i) {
    ByteWriter writer;
    writer.scalar(i);
    const ModelVersion version =
        save_model_version(folder_, "value", {.models = {"value.test/1"}, .seed = 7},
                           {{"test.bin", frame("value.test/1", writer)}});
    EXPECT_EQ(version.version, fmt::format("{:04}", i));
  }
  const auto latest = latest_model_version(folder_, "value");
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->version, "0007");
  const std::string bytes = read_model_file(*latest, "test.bin");
  ByteReader reader(unframe("value.test/1", bytes));
  EXPECT_EQ(reader.scalar<int>(), 7);
  EXPECT_EQ(read_manifest(*latest)["models"][0], "value.test/1");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "value" / "0002"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "value" / "0003"));
}

TEST_F(ModelVersions, IgnoreWhatWasNeverFinished) {
  save_model_version(folder_, "value", {}, {});
  std::filesystem::create_directories(folder_ / "value" / "0002.unfinished");
  EXPECT_EQ(latest_model_version(folder_, "value")->version, "0001");
  EXPECT_THROW(read_model_file(*latest_model_version(folder_, "value"), "absent.bin"), Error);
}

}  // namespace
}  // namespace perennial::engine
