// What can go wrong, in two kinds: the world (Error) and ourselves (Bug).
//
// An Error is one sentence for the person at the keyboard: it names the value, where it stands, and the way out.
// Every face (command, server, Python) catches it once and turns its kind into an exit status, an HTTP status or a
// Python class by the table in error.cpp. CHECK guards our own contracts in all builds.
#pragma once

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace perennial {

enum class ErrorKind {
  kInvalidArgument,  // an option or a parameter outside its range
  kBadInput,         // data that cannot be read or makes no sense
  kNotFound,         // a shop, file, customer or model that is not there
  kAlreadyExists,    // would overwrite something
  kLocked,           // another process has the shop open
  kNotEnoughData,    // legal data, too little of it for the question
  kNoConvergence,    // an optimiser or a sampler did not arrive
  kCorrupt,          // stored bytes are cut or changed
  kUnsupported,      // legal, but not by this build or version
  kInterrupted,      // stopped by the user or a deadline
  kIo,               // the disk or the operating system refused
};

struct ErrorKindInfo {
  ErrorKind kind;
  std::string_view name;  // snake_case, stable: part of JSON answers
  int exit_status;        // of the command
  int http_status;
  std::string_view python_class;
};

// One row per ErrorKind, in the order of the enum.
const std::array<ErrorKindInfo, 11>& error_kinds();
const ErrorKindInfo& info(ErrorKind kind);

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

// A broken promise of our own code. Exit status 70, HTTP 500.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

template <typename... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace perennial

// Throws Bug when a contract of our own does not hold; stays on in release builds.
#define CHECK(condition)                                                         \
  do {                                                                           \
    if (!(condition)) ::perennial::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
