#include "perennial/store/import/byte_source.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "perennial/base/error.h"

namespace perennial::store {
namespace {

constexpr std::size_t kPiece = std::size_t{256} * 1024;

class FileBytes : public ByteSource {
 public:
  explicit FileBytes(const std::filesystem::path& path)
      : name_(path.string()), file_(std::fopen(path.c_str(), "rb"), &std::fclose) {
    if (!file_) fail(ErrorKind::kIo, "{} cannot be opened: {}", name_, std::strerror(errno));
  }
  std::size_t read(char* to, std::size_t size) override {
    const std::size_t got = std::fread(to, 1, size, file_.get());
    if (got == 0 && std::ferror(file_.get()) != 0)
      fail(ErrorKind::kIo, "{} cannot be read: {}", name_, std::strerror(errno));
    consumed_ += got;
    return got;
  }
  std::uint64_t consumed() const override { return consumed_; }

 private:
  std::string name_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::uint64_t consumed_ = 0;
};

class MemoryBytes : public ByteSource {
 public:
  explicit MemoryBytes(std::string_view bytes) : bytes_(bytes) {}
  std::size_t read(char* to, std::size_t size) override {
    const std::size_t got = bytes_.substr(at_).copy(to, size);
    at_ += got;
    return got;
  }
  std::uint64_t consumed() const override { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// Gives back a few bytes that were read ahead, then the rest of the inner source.
class Peeked : public ByteSource {
 public:
  Peeked(std::string head, std::unique_ptr<ByteSource> inner)
      : head_(std::move(head)), inner_(std::move(inner)) {}
  std::size_t read(char* to, std::size_t size) override {
    if (at_ == head_.size()) return inner_->read(to, size);
    const std::size_t got = head_.copy(to, size, at_);
    at_ += got;
    return got;
  }
  std::uint64_t consumed() const override { return inner_->consumed(); }

 private:
  std::string head_;
  std::size_t at_ = 0;
  std::unique_ptr<ByteSource> inner_;
};

// Input side that the unpackers share: a buffer refilled from the inner source.
class Unpacker : public ByteSource {
 public:
  Unpacker(std::unique_ptr<ByteSource> inner, std::string name)
      : name_(std::move(name)), inner_(std::move(inner)), buffer_(kPiece) {}
  std::uint64_t consumed() const override { return inner_->consumed(); }

 protected:
  std::string_view refill() {
    return {buffer_.data(), inner_->read(buffer_.data(), buffer_.size())};
  }
  [[noreturn]] void broken(std::string_view what) const {
    fail(ErrorKind::kBadInput, "{} is cut or damaged inside its {} compression; fetch it again",
         name_, what);
  }
  std::string name_;

 private:
  std::unique_ptr<ByteSource> inner_;
  std::vector<char> buffer_;
};

class GzipBytes : public Unpacker {
 public:
  GzipBytes(std::unique_ptr<ByteSource> inner, std::string name)
      : Unpacker(std::move(inner), std::move(name)) {
    CHECK(inflateInit2(&stream_, 15 + 16) == Z_OK);
  }
  GzipBytes(const GzipBytes&) = delete;
  GzipBytes& operator=(const GzipBytes&) = delete;
  ~GzipBytes() override { inflateEnd(&stream_); }

  std::size_t read(char* to, std::size_t size) override {
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, 1U << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) {
        const std::string_view piece = refill();
        if (piece.empty()) {
          if (inside_) broken("gzip");
          return 0;
        }
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
        stream_.avail_in = static_cast<uInt>(piece.size());
      }
      inside_ = true;
      const int state = inflate(&stream_, Z_NO_FLUSH);
      if (state == Z_STREAM_END) {  // another member may follow
        inside_ = false;
        CHECK(inflateReset(&stream_) == Z_OK);
      } else if (state != Z_OK && state != Z_BUF_ERROR) {
        broken("gzip");
      }
    }
    return wanted - stream_.avail_out;
  }

 private:
  z_stream stream_{};
  bool inside_ = false;
};

class ZstdBytes : public Unpacker {
 public:
  ZstdBytes(std::unique_ptr<ByteSource> inner, std::string name)
      : Unpacker(std::move(inner), std::move(name)),
        stream_(ZSTD_createDStream(), &ZSTD_freeDStream) {
    CHECK(stream_ != nullptr);
  }

  std::size_t read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (out.pos == 0 && size > 0) {
      if (in_.pos == in_.size) {
        const std::string_view piece = refill();
        if (piece.empty()) {
          if (expected_ != 0) broken("zstd");
          return 0;
        }
        in_ = {piece.data(), piece.size(), 0};
      }
      expected_ = ZSTD_decompressStream(stream_.get(), &out, &in_);
      if (ZSTD_isError(expected_) != 0) broken("zstd");
    }
    return out.pos;
  }

 private:
  std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  std::size_t expected_ = 0;  // 0 between frames
};

// UTF-16 after its byte order mark; lone surrogates become U+FFFD.
class Utf16Bytes : public ByteSource {
 public:
  Utf16Bytes(std::unique_ptr<ByteSource> inner, bool big_endian)
      : inner_(std::move(inner)), big_endian_(big_endian), buffer_(kPiece) {}
  std::uint64_t consumed() const override { return inner_->consumed(); }

  std::size_t read(char* to, std::size_t size) override {
    while (at_ == text_.size()) {
      const std::size_t got = inner_->read(buffer_.data(), buffer_.size());
      text_.clear();
      at_ = 0;
      if (got == 0) {
        if (high_ != 0 || half_ >= 0) append(0xFFFD);
        high_ = 0;
        half_ = -1;
        if (text_.empty()) return 0;
        break;
      }
      for (std::size_t i = 0; i < got; ++i) take(static_cast<unsigned char>(buffer_[i]));
    }
    const std::size_t given = text_.copy(to, size, at_);
    at_ += given;
    return given;
  }

 private:
  void take(unsigned byte) {
    if (half_ < 0) {
      half_ = static_cast<int>(byte);
      return;
    }
    const auto first = static_cast<unsigned>(half_);
    const unsigned unit = big_endian_ ? first << 8 | byte : byte << 8 | first;
    half_ = -1;
    if (unit >= 0xDC00 && unit < 0xE000 && high_ != 0) {
      append(0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00));
      high_ = 0;
      return;
    }
    if (high_ != 0) append(0xFFFD);
    high_ = unit >= 0xD800 && unit < 0xDC00 ? unit : 0;
    if (high_ == 0) append(unit >= 0xDC00 && unit < 0xE000 ? 0xFFFD : unit);
  }
  void append(unsigned code_point) {
    const auto put = [&](unsigned byte) { text_ += static_cast<char>(byte); };
    if (code_point < 0x80) {
      put(code_point);
    } else if (code_point < 0x800) {
      put(0xC0 | code_point >> 6);
      put(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
      put(0xE0 | code_point >> 12);
      put(0x80 | (code_point >> 6 & 0x3F));
      put(0x80 | (code_point & 0x3F));
    } else {
      put(0xF0 | code_point >> 18);
      put(0x80 | (code_point >> 12 & 0x3F));
      put(0x80 | (code_point >> 6 & 0x3F));
      put(0x80 | (code_point & 0x3F));
    }
  }

  std::unique_ptr<ByteSource> inner_;
  bool big_endian_;
  std::vector<char> buffer_;
  std::string text_;
  std::size_t at_ = 0;
  int half_ = -1;      // first byte of a unit that is not complete
  unsigned high_ = 0;  // high surrogate that waits for its low one
};

// The first bytes of a source, and the source as if they had not been read.
std::string peek(std::unique_ptr<ByteSource>& source, std::size_t size) {
  std::string head(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const std::size_t more = source->read(head.data() + got, size - got);
    if (more == 0) break;
    got += more;
  }
  head.resize(got);
  source = std::make_unique<Peeked>(head, std::move(source));
  return head;
}

std::unique_ptr<ByteSource> unwrap(std::unique_ptr<ByteSource> source, const std::string& name) {
  const std::string magic = peek(source, 4);
  if (magic.starts_with("\x1F\x8B")) {
    source = std::make_unique<GzipBytes>(std::move(source), name);
  } else if (magic == "\x28\xB5\x2F\xFD") {
    source = std::make_unique<ZstdBytes>(std::move(source), name);
  }
  const std::string mark = peek(source, 3);
  const auto skip = [&](std::size_t bytes) {
    char dropped[3];
    CHECK(source->read(dropped, bytes) == bytes);
  };
  if (mark == "\xEF\xBB\xBF") {
    skip(3);
  } else if (mark.starts_with("\xFF\xFE") || mark.starts_with("\xFE\xFF")) {
    skip(2);
    source = std::make_unique<Utf16Bytes>(std::move(source), mark.starts_with("\xFE\xFF"));
  }
  return source;
}

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path) {
  return unwrap(std::make_unique<FileBytes>(path), path.string());
}

std::unique_ptr<ByteSource> open_memory(std::string_view bytes) {
  return unwrap(std::make_unique<MemoryBytes>(bytes), "input");
}

}  // namespace perennial::store
