// Saved models as bytes: little-endian scalars, length-prefixed vectors, and a frame that refuses cut or flipped bytes.
//
// Format   frame = magic "PRNL", u32 length of id, id, u64 length of body, body, u64 FNV-1a of all before it
// Errors   reading past the end, a wrong id or a wrong checksum is kCorrupt
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "perennial/base/error.h"

namespace perennial {

class ByteWriter {
 public:
  template <typename T>
  void scalar(T value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    append(&value, sizeof value);
  }

  template <typename T>
  void array(std::span<const T> values) {
    static_assert(std::is_arithmetic_v<T>);
    scalar<std::uint64_t>(values.size());
    append(values.data(), values.size_bytes());
  }
  template <typename T>
  void array(const std::vector<T>& values) {
    array(std::span<const T>(values));
  }

  void text(std::string_view value) {
    scalar<std::uint64_t>(value.size());
    append(value.data(), value.size());
  }

  const std::string& bytes() const { return bytes_; }

 private:
  void append(const void* data, std::size_t size) {
    if (size > 0) bytes_.append(static_cast<const char*>(data), size);
  }
  std::string bytes_;
};

// Reads what ByteWriter wrote, in the same order. Keeps a view: the bytes must outlive the reader.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T scalar() {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  template <typename T>
  std::vector<T> array() {
    static_assert(std::is_arithmetic_v<T>);
    const auto count = scalar<std::uint64_t>();
    if (count > rest_.size() / sizeof(T)) corrupt();
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), take(count * sizeof(T)).data(), count * sizeof(T));
    return values;
  }

  std::string text() {
    const auto size = scalar<std::uint64_t>();
    if (size > rest_.size()) corrupt();
    return std::string(take(size));
  }

  bool done() const { return rest_.empty(); }
  void expect_done() const {
    if (!done()) corrupt();
  }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) corrupt();
    const std::string_view front = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return front;
  }
  [[noreturn]] static void corrupt() {
    fail(ErrorKind::kCorrupt,
         "saved model: the bytes are cut or changed; run `perennial run` to make it anew");
  }
  std::string_view rest_;
};

std::uint64_t fnv1a(std::string_view bytes);

std::string frame(std::string_view id, const ByteWriter& body);
// The body inside a frame; a view into `framed`.
std::string_view unframe(std::string_view id, std::string_view framed);

}  // namespace perennial
