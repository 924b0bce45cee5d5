// Opening an input: the bytes of a file as UTF-8-ready text, whatever it is wrapped in.
//
// Detects  by content, never by name: gzip (several members allowed) and zstd (several frames) are unpacked; a
//          UTF-8 byte order mark is skipped; UTF-16 with a byte order mark becomes UTF-8. Other bytes pass through:
//          what is not UTF-8 is judged field by field (see field.h)
// Errors   a file that is cut inside its compression, or cannot be read, is kBadInput or kIo and named
// Cost     reads 256 KiB at a time; memory does not grow with the file
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace perennial::store {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to `size` bytes; 0 at the end only.
  virtual std::size_t read(char* to, std::size_t size) = 0;
  // Bytes taken so far from the file itself, for progress.
  virtual std::uint64_t consumed() const = 0;
};

std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path);
// The same over bytes in memory, which must outlive the source.
std::unique_ptr<ByteSource> open_memory(std::string_view bytes);

}  // namespace perennial::store
