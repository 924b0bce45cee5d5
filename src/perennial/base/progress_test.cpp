#include "perennial/base/progress.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
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

// What a terminal of so many columns is sent by `work`.
std::string on_terminal(std::uint16_t columns, const std::function<void(Progress&)>& work) {
  const int screen = posix_openpt(O_RDWR | O_NOCTTY);
  EXPECT_TRUE(screen >= 0 && grantpt(screen) == 0 && unlockpt(screen) == 0);
  const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  EXPECT_EQ(ioctl(screen, TIOCSWINSZ, &size), 0);
  std::FILE* stream = std::fopen(ptsname(screen), "w");
  work(*make_stream_progress(stream));
  std::fclose(stream);
  std::string sent;
  char buffer[256];
  // What was sent arrives before the end of the file.
  for (ssize_t count = 0; (count = read(screen, buffer, sizeof buffer)) > 0;)
    sent.append(buffer, static_cast<std::size_t>(count));
  close(screen);
  return sent;
}

TEST(Progress, SaysWhereALongStepStandsWithinTheTerminalsLine) {
  const auto tell = [](Progress& progress) {
    progress.begin("Judging", 3);
    progress.tell("epoch 5 of 100, loss 7.31, and much more than fits");
  };
  const std::string sent = on_terminal(40, tell);
  EXPECT_TRUE(sent.ends_with("\r\x1b[KJudging: epoch 5 of 100, loss 7.31, and")) << sent;
}

TEST(Progress, DoesNotFillALogWithWhereAStepStands) {
  std::FILE* file = std::tmpfile();
  const auto progress = make_stream_progress(file);
  progress->begin("Judging", 3);
  for (int i = 0; i < 100; ++i) progress->tell("epoch 5 of 100");
  EXPECT_EQ(written(file), "");
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
