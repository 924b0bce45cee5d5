#include "perennial/store/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "perennial/base/error.h"

namespace perennial::store {
namespace {

// From /proc/locks, whose lines read "1: FLOCK ADVISORY WRITE 1234 08:01:5678 0 EOF". 0 when it does not say.
int holder_of(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return 0;
  const std::string wanted =
      fmt::format("{:02x}:{:02x}:{}", major(status.st_dev), minor(status.st_dev), status.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number;
    std::string kind;
    std::string advice;
    std::string mode;
    int pid = 0;
    std::string place;
    if (words >> number >> kind >> advice >> mode >> pid >> place && kind == "FLOCK" &&
        place == wanted) {
      return pid;
    }
  }
  return 0;
}

std::string program_of(int pid) {
  std::ifstream file(fmt::format("/proc/{}/comm", pid));
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

void fail_locked(const std::filesystem::path& shop, Access access, int pid) {
  const char* why = access == Access::kRead ? "is being written" : "is open";
  if (pid == ::getpid()) {
    fail(ErrorKind::kLocked, "shop {} {} in this very process; close it there first", shop.string(),
         why);
  }
  std::string who = "another process";
  if (pid > 0) {
    const std::string program = program_of(pid);
    who = program.empty() ? fmt::format("process {}", pid)
                          : fmt::format("process {} ({})", pid, program);
  }
  fail(ErrorKind::kLocked, "shop {} {} in {}; wait until it ends or stop it, then run this again",
       shop.string(), why, who);
}

DirectoryLock::DirectoryLock(const std::filesystem::path& folder, Access access)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) {
    const int code = errno;
    fail(ErrorKind::kIo, "{} cannot be opened: {}", folder.string(),
         std::generic_category().message(code));
  }
  const int mode = access == Access::kRead ? LOCK_SH : LOCK_EX;
  if (::flock(descriptor_, mode | LOCK_NB) == 0) return;
  const int code = errno;
  const int pid = code == EWOULDBLOCK ? holder_of(descriptor_) : 0;
  ::close(descriptor_);
  if (code == EWOULDBLOCK) fail_locked(folder, access, pid);
  fail(ErrorKind::kIo, "{} cannot be locked: {}", folder.string(),
       std::generic_category().message(code));
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : descriptor_(other.descriptor_) {
  other.descriptor_ = -1;
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace perennial::store
