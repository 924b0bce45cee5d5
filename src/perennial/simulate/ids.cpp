#include "perennial/simulate/ids.h"

#include "perennial/base/error.h"

namespace perennial::simulate {
namespace {

constexpr char kDigits[] = "0123456789abcdefghjkmnpqrstvwxyz";  // without i, l, o, u

void base32(char* place, int width, std::uint64_t value) {
  for (int i = width - 1; i >= 0; --i, value >>= 5) place[i] = kDigits[value & 31];
}

void decimal(char* place, int width, std::uint64_t value) {
  for (int i = width - 1; i >= 0; --i, value /= 10)
    place[i] = static_cast<char>('0' + static_cast<int>(value % 10));
}

}  // namespace

std::string_view make_id(TextArena& texts, char letter, std::uint64_t person, std::uint64_t number,
                         int width) {
  CHECK(person < 1ULL << 30 && number < 1ULL << (5 * width));
  const std::size_t size = 7 + static_cast<std::size_t>(width);
  char* place = texts.reserve(size);
  place[0] = letter;
  base32(place + 1, 6, person);
  base32(place + 7, width, number);
  return {place, size};
}

std::string_view anonymous_id(TextArena& texts, std::uint64_t person, std::uint64_t device) {
  constexpr std::uint64_t kMask = (1ULL << 40) - 1;
  CHECK(person < 1ULL << 30 && device < 16);
  std::uint64_t x =
      person << 4 | device;  // odd factors and shifted exclusive-or are bijections of 40 bits
  x = (x * 0x9E3779B97F4A7C15ULL) & kMask;
  x ^= x >> 21;
  x = (x * 0xBF58476D1CE4E5B9ULL) & kMask;
  x ^= x >> 19;
  char* place = texts.reserve(9);
  place[0] = 'a';
  base32(place + 1, 8, x);
  return {place, 9};
}

std::string_view customer_id(TextArena& texts, std::uint64_t person) {
  char* place = texts.reserve(9);
  place[0] = 'C';
  decimal(place + 1, 8, person + 1);
  return {place, 9};
}

std::string_view iso_date(TextArena& texts, Day day) {
  const CivilDate date = to_civil(day);
  char* place = texts.reserve(10);
  decimal(place, 4, static_cast<std::uint64_t>(date.year));
  place[4] = '-';
  decimal(place + 5, 2, static_cast<std::uint64_t>(date.month));
  place[7] = '-';
  decimal(place + 8, 2, static_cast<std::uint64_t>(date.day));
  return {place, 10};
}

}  // namespace perennial::simulate
