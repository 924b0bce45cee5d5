#include "perennial/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "perennial/base/error.h"

namespace perennial {
namespace {

[[noreturn]] void refuse(const char* what, const std::filesystem::path& path) {
  const int code = errno;
  fail(ErrorKind::kIo, "{} cannot be {}: {}", path.string(), what,
       std::generic_category().message(code));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

void sync(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0) refuse("written to disk", path);
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// mkstemp gives 0600; a file that people share gets what the process would have given it.
mode_t default_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT) fail(ErrorKind::kNotFound, "{} is not there", path.string());
    refuse("read", path);
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) refuse("read", path);
  std::string bytes;
  bytes.reserve(static_cast<std::size_t>(status.st_size));
  char buffer[1 << 16];
  while (true) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse("read", path);
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  FileReplacement replacement(path);
  {
    const Descriptor file(::open(replacement.path().c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0) refuse("written", path);
    while (!bytes.empty()) {
      const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) refuse("written", path);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  replacement.commit();
}

FileReplacement::FileReplacement(std::filesystem::path target) : target_(std::move(target)) {
  std::string name =
      (folder_of(target_) / ("." + target_.filename().string() + ".XXXXXX")).string();
  const Descriptor file(::mkstemp(name.data()));
  if (file.get() < 0) refuse("written", target_);
  temporary_ = name;
  if (::fchmod(file.get(), default_mode()) != 0) refuse("written", target_);
}

FileReplacement::~FileReplacement() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
}

void FileReplacement::commit() {
  sync(temporary_);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) refuse("written", target_);
  temporary_.clear();
  sync(folder_of(target_));
}

}  // namespace perennial
