// Which random stream serves what; a person's stream is the person's number (below 2^30).
#pragma once

#include <cstdint>

namespace perennial::simulate {

inline constexpr std::uint64_t kCategoryStream = 1ULL << 40;
inline constexpr std::uint64_t kBrandStream = 2ULL << 40;
inline constexpr std::uint64_t kItemStream = 3ULL << 40;
inline constexpr std::uint64_t kPriceStream = 4ULL << 40;
inline constexpr std::uint64_t kStockStream = 5ULL << 40;
inline constexpr std::uint64_t kTasteSampleStream = 6ULL << 40;
inline constexpr std::uint64_t kPictureStream = 7ULL << 40;

}  // namespace perennial::simulate
