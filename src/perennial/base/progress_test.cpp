#include "perennial/base/progress.h"

#include <gtest/gtest.h>

#include <string>

#include "perennial/base/error.h"

namespace perennial {
namespace {

std::string written(std::FILE* file) {
  std::fflush(file);
  std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  EXPECT_EQ(std::fread(text.data(), 1, text.size(), file), text.size());
  return text;
}

TEST(Progress, WritesOnePlainLinePerTaskWhenNotATerminal) {
  std::FILE* file = std::tmpfile();
  const auto progress = make_stream_progress(file);
  {
    ProgressTask task(*progress, "Importing", 1000);
    for (int i = 0; i < 1000; ++i) task.advance();
  }
  const std::string text = written(file);
  EXPECT_TRUE(text.starts_with("Importing ")) << text;
  EXPECT_TRUE(text.ends_with("  1,000\n")) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos);
  std::fclose(file);
}

TEST(Progress, ShowsATaskWithinATaskAsPartOfIt) {
  std::FILE* file = std::tmpfile();
  const auto progress = make_stream_progress(file);
  {
    ProgressTask outer(*progress, "Outer", 2);
    outer.advance();
    {
      ProgressTask inner(*progress, "Inner", 100);
      inner.advance(50);
    }
    outer.advance();
  }
  const std::string text = written(file);
  EXPECT_EQ(text.find("Inner"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("  2\n")) << text;
  std::fclose(file);
}

TEST(Progress, StopsTheWorkAtItsNextStep) {
  const auto progress = make_quiet_progress();
  ProgressTask task(*progress, "Long work");
  task.advance();
  progress->stop();
  try {
    task.advance();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  }
}

}  // namespace
}  // namespace perennial
