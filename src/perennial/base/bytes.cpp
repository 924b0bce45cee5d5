#include "perennial/base/bytes.h"

#include <bit>

namespace perennial {

static_assert(std::endian::native == std::endian::little, "saved models are little-endian");

namespace {
constexpr std::string_view kMagic = "PRNL";
constexpr std::string_view kRemedy = "run `perennial run` to make it anew";

template <typename T>
T read_front(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}
}  // namespace

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

std::string frame(std::string_view id, const ByteWriter& body) {
  ByteWriter head;
  head.scalar(static_cast<std::uint32_t>(id.size()));
  std::string out(kMagic);
  out += head.bytes();
  out += id;
  ByteWriter length;
  length.scalar<std::uint64_t>(body.bytes().size());
  out += length.bytes();
  out += body.bytes();
  ByteWriter checksum;
  checksum.scalar(fnv1a(out));
  return out + checksum.bytes();
}

std::string_view unframe(std::string_view id, std::string_view framed) {
  if (framed.size() < 24 || !framed.starts_with(kMagic)) {
    fail(ErrorKind::kCorrupt, "saved model {}: not a model file or cut short; {}", id, kRemedy);
  }
  const std::string_view content = framed.substr(0, framed.size() - 8);
  if (read_front<std::uint64_t>(framed.substr(content.size())) != fnv1a(content)) {
    fail(ErrorKind::kCorrupt,
         "saved model {}: the checksum does not match, bytes are cut or changed; {}", id, kRemedy);
  }
  const auto id_size = read_front<std::uint32_t>(framed.substr(4));
  if (id_size > content.size() - 16)
    fail(ErrorKind::kCorrupt, "saved model {}: damaged header; {}", id, kRemedy);
  const std::string_view stored_id = content.substr(8, id_size);
  if (stored_id != id) {
    fail(ErrorKind::kCorrupt, "saved model: expected {}, the file holds {}; {}", id, stored_id,
         kRemedy);
  }
  const std::string_view rest = content.substr(8 + id_size);
  if (read_front<std::uint64_t>(rest) != rest.size() - 8) {
    fail(ErrorKind::kCorrupt, "saved model {}: damaged length; {}", id, kRemedy);
  }
  return rest.substr(8);
}

}  // namespace perennial
