#include "perennial/base/error.h"

#include <cstddef>

namespace perennial {

const std::array<ErrorKindInfo, 11>& error_kinds() {
  static constexpr std::array<ErrorKindInfo, 11> kKinds = {{
      {ErrorKind::kInvalidArgument, "invalid_argument", 2, 400, "InvalidArgument"},
      {ErrorKind::kBadInput, "bad_input", 3, 422, "BadInput"},
      {ErrorKind::kNotFound, "not_found", 4, 404, "NotFound"},
      {ErrorKind::kAlreadyExists, "already_exists", 5, 409, "AlreadyExists"},
      {ErrorKind::kLocked, "locked", 6, 423, "Locked"},
      {ErrorKind::kNotEnoughData, "not_enough_data", 7, 422, "NotEnoughData"},
      {ErrorKind::kNoConvergence, "no_convergence", 8, 422, "NoConvergence"},
      {ErrorKind::kCorrupt, "corrupt", 9, 500, "Corrupt"},
      {ErrorKind::kUnsupported, "unsupported", 10, 501, "Unsupported"},
      {ErrorKind::kInterrupted, "interrupted", 130, 503, "Interrupted"},
      {ErrorKind::kIo, "io", 11, 500, "IoError"},
  }};
  return kKinds;
}

const ErrorKindInfo& info(ErrorKind kind) { return error_kinds()[static_cast<std::size_t>(kind)]; }

void check_failed(const char* condition, const char* file, int line) {
  throw Bug(fmt::format("{}:{}: CHECK({}) does not hold", file, line, condition));
}

}  // namespace perennial
