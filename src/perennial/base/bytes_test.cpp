#include "perennial/base/bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace perennial {
namespace {

TEST(Bytes, ReadWhatWasWritten) {
  EXPECT_TRUE(rc::check("round trip",
                        [](double a, const std::vector<std::int32_t>& b, const std::string& c) {
                          ByteWriter writer;
                          writer.scalar(a);
                          writer.array(b);
                          writer.text(c);
                          const std::string framed = frame("value.test/1", writer);
                          ByteReader reader(unframe("value.test/1", framed));
                          RC_ASSERT(reader.scalar<double>() == a);
                          RC_ASSERT(reader.array<std::int32_t>() == b);
                          RC_ASSERT(reader.text() == c);
                          RC_ASSERT(reader.done());
                        }));
}

TEST(Bytes, RefuseEveryCutAndEveryFlip) {
  ByteWriter writer;
  writer.array(std::vector<double>{1, 2, 3});
  const std::string framed = frame("value.test/1", writer);
  for (std::size_t size = 0; size < framed.size(); ++size) {
    EXPECT_THROW(unframe("value.test/1", std::string_view(framed).substr(0, size)), Error) << size;
  }
  for (std::size_t i = 0; i < framed.size(); ++i) {
    std::string flipped = framed;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_THROW(unframe("value.test/1", flipped), Error) << i;
  }
  EXPECT_THROW(unframe("value.other/1", framed), Error);
}

TEST(Bytes, RefuseLengthsBeyondTheEnd) {
  ByteWriter writer;
  writer.scalar<std::uint64_t>(~std::uint64_t{0});
  EXPECT_THROW(ByteReader(writer.bytes()).array<double>(), Error);
  EXPECT_THROW(ByteReader(writer.bytes()).text(), Error);
}

}  // namespace
}  // namespace perennial
