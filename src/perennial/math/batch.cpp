#include "perennial/math/batch.h"

#include <bit>
#include <cstdint>

#include "perennial/base/error.h"

// GCC makes one version for each and picks one when the program starts. Sanitizers run before it may pick.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PERENNIAL_VECTOR __attribute__((target_clones("avx2", "default"), optimize("O3")))
#else
#define PERENNIAL_VECTOR
#endif

namespace perennial::math {
namespace {

constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kShift =
    6755399441055744.0;  // 2^52 + 2^51: a small whole number added to it sits in the low bits

inline double log_of(double x) {
  // x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  constexpr std::uint64_t kHalfRoot = 0x3FE6A09E667F3BCD;
  constexpr std::uint64_t kBias = 1024;
  const std::uint64_t up = (bits - kHalfRoot + (kBias << 52)) >> 52;  // k + kBias
  const double k = std::bit_cast<double>(up | 0x4330000000000000) - (4503599627370496.0 + kBias);
  const double f = std::bit_cast<double>(bits - ((up - kBias) << 52)) - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  const double w = z * z;
  const double even = w * (3.999999999940941908e-01 +
                           w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd = z * (6.666666666666735130e-01 +
                          w * (2.857142874366239149e-01 +
                               w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const double half_square = 0.5 * f * f;
  return k * kLn2High - ((half_square - (s * (half_square + (even + odd)) + k * kLn2Low)) - f);
}

inline double exp_of(double x) {
  constexpr double kLeast = -708;
  constexpr double kMost = 709.7;
  const double held = x < kLeast ? kLeast : (x > kMost ? kMost : x);
  const double shifted = held * 1.44269504088896338700 + kShift;
  const double k = shifted - kShift;
  const double high = held - k * kLn2High;
  const double low = k * kLn2Low;
  const double r = high - low;
  const double t = r * r;
  const double c =
      r - t * (1.66666666666666019037e-01 +
               t * (-2.77777777770155933842e-03 +
                    t * (6.61375632143793436117e-05 +
                         t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  const double y = 1 - ((low - (r * c) / (2 - c)) - high);
  const std::uint64_t exponent = std::bit_cast<std::uint64_t>(shifted) << 52;
  const double value = std::bit_cast<double>(std::bit_cast<std::uint64_t>(y) + exponent);
  return x < kLeast ? 0.0 : (x > kMost ? std::bit_cast<double>(0x7FF0000000000000) : value);
}

inline double log1p_of(double x) {
  const double u = 1 + x;
  return log_of(u) + (x - (u - 1)) / u;
}

PERENNIAL_VECTOR void exp_all(const double* in, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = exp_of(in[i]);
}
PERENNIAL_VECTOR void log_all(const double* in, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = log_of(in[i]);
}
PERENNIAL_VECTOR void log1p_all(const double* in, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = log1p_of(in[i]);
}

}  // namespace

void exp_batch(std::span<const double> in, std::span<double> out) {
  CHECK(in.size() == out.size());
  exp_all(in.data(), out.data(), in.size());
}
void log_batch(std::span<const double> in, std::span<double> out) {
  CHECK(in.size() == out.size());
  log_all(in.data(), out.data(), in.size());
}
void log1p_batch(std::span<const double> in, std::span<double> out) {
  CHECK(in.size() == out.size());
  log1p_all(in.data(), out.data(), in.size());
}

}  // namespace perennial::math
