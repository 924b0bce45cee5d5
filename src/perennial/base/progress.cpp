#include "perennial/base/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string>

#include "perennial/base/error.h"
#include "perennial/base/time.h"

namespace perennial {

void Progress::begin(std::string_view task, std::uint64_t total) {
  check_stopped();
  if (depth_.fetch_add(1) > 0) return;
  done_.store(0);
  on_begin(task, total);
}

void Progress::advance(std::uint64_t steps) {
  check_stopped();
  if (depth_.load() > 1) return;
  on_advance(done_.fetch_add(steps) + steps);
}

void Progress::end() {
  if (depth_.fetch_sub(1) == 1) on_end(done_.load());
}

void Progress::check_stopped() const {
  if (stopped()) fail(ErrorKind::kInterrupted, "stopped on request; what was committed is kept");
}

namespace {

class QuietProgress final : public Progress {
  void on_begin(std::string_view, std::uint64_t) override {}
  void on_advance(std::uint64_t) override {}
  void on_end(std::uint64_t) override {}
};

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kDrawEvery{80};
constexpr std::chrono::seconds kTellEvery{30};  // where nothing can be drawn over

class StreamProgress final : public Progress {
 public:
  explicit StreamProgress(std::FILE* stream)
      : stream_(stream), terminal_(isatty(fileno(stream)) == 1) {}

 private:
  void on_begin(std::string_view task, std::uint64_t total) override {
    const std::lock_guard lock(mutex_);
    task_ = task;
    total_ = total;
    start_ = Clock::now();
    last_draw_ = {};
    last_told_ = terminal_ ? last_draw_ : start_;
    if (terminal_) draw(0);
  }

  void on_advance(std::uint64_t done) override {
    if (!terminal_) return;
    const std::lock_guard lock(mutex_);
    if (Clock::now() - last_draw_ >= kDrawEvery) draw(done);
  }

  void on_tell(std::string_view where) override {
    const std::lock_guard lock(mutex_);
    const Clock::time_point now = Clock::now();
    if (now - last_told_ < (terminal_ ? kDrawEvery : kTellEvery)) return;
    last_told_ = now;
    const std::string line = fmt::format("{}: {}", task_, where);
    if (terminal_) {
      fmt::print(stream_, "\r\x1b[K{}", std::string_view(line).substr(0, columns() - 1));
    } else {
      fmt::print(stream_, "{}\n", line);
    }
    std::fflush(stream_);
  }

  void on_end(std::uint64_t done) override {
    const std::lock_guard lock(mutex_);
    const std::string count = done > 0 ? fmt::format("  {}", with_separators(done)) : "";
    fmt::print(stream_, "{}{:<40}{:>10}{}\n", terminal_ ? "\r\x1b[K" : "", task_,
               format_duration(seconds()), count);
    std::fflush(stream_);
  }

  // "Importing                [######........] 42 %  3 s, 4 s left"
  void draw(std::uint64_t done) {
    last_draw_ = Clock::now();
    std::string line = fmt::format("\r\x1b[K{:<40}", task_);
    if (total_ > 0) {
      const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
      const auto filled = static_cast<std::size_t>(share * 24);
      line += fmt::format("[{}{}] {:3.0f} %  {}", std::string(filled, '#'),
                          std::string(24 - filled, '.'), share * 100, format_duration(seconds()));
      if (share > 0.02)
        line += fmt::format(", {} left", format_duration(seconds() * (1 / share - 1)));
    } else {
      line += fmt::format("{}  {}", done > 0 ? with_separators(done) : "...",
                          format_duration(seconds()));
    }
    fmt::print(stream_, "{}", line);
    std::fflush(stream_);
  }

  std::size_t columns() const {
    winsize size{};
    const bool known = ioctl(fileno(stream_), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known ? size.ws_col : 80;
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  static std::string with_separators(std::uint64_t n) {
    std::string text = std::to_string(n);
    for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
    return text;
  }

  std::FILE* stream_;
  bool terminal_;
  std::mutex mutex_;
  std::string task_;
  std::uint64_t total_ = 0;
  Clock::time_point start_;
  Clock::time_point last_draw_;
  Clock::time_point last_told_;
};

}  // namespace

std::unique_ptr<Progress> make_quiet_progress() { return std::make_unique<QuietProgress>(); }
std::unique_ptr<Progress> make_stream_progress(std::FILE* stream) {
  return std::make_unique<StreamProgress>(stream);
}

}  // namespace perennial
