#include "perennial/base/random.h"

#include <cmath>
#include <numbers>

#include "perennial/base/error.h"

namespace perennial {

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) {
  constexpr std::uint64_t kMultiplier0 = 0xD2511F53;
  constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = kMultiplier0 * counter[0];
    const std::uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t stream)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0, 0, static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)} {
}

RandomStream::result_type RandomStream::operator()() {
  if (used_ == 4) {
    block_ = philox4x32_10(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
  }
  return block_[used_++];
}

std::uint64_t RandomStream::next_u64() {
  const std::uint64_t low = (*this)();
  return low | static_cast<std::uint64_t>((*this)()) << 32;
}

double RandomStream::uniform() { return (static_cast<double>(next_u64() >> 11) + 0.5) * 0x1p-53; }

std::uint64_t RandomStream::below(std::uint64_t n) {
  CHECK(n >= 1);
  __extension__ using Wide =
      unsigned __int128;  // Lemire (2019): multiply, reject the short lowest bucket
  Wide product = static_cast<Wide>(next_u64()) * n;
  if (static_cast<std::uint64_t>(product) < n) {
    const std::uint64_t threshold = (0 - n) % n;
    while (static_cast<std::uint64_t>(product) < threshold)
      product = static_cast<Wide>(next_u64()) * n;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double RandomStream::normal() {
  const double radius = std::sqrt(-2.0 * std::log(uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double RandomStream::exponential(double rate) {
  CHECK(rate > 0);
  return -std::log(uniform()) / rate;
}

double RandomStream::gamma(double shape, double rate) {
  CHECK(shape > 0 && rate > 0);
  if (shape < 1) {  // Gamma(a) = Gamma(a + 1) U^(1/a)
    const double boosted = gamma(shape + 1, 1);
    return boosted * std::exp(std::log(uniform()) / shape) / rate;
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = normal();
    const double v = std::pow(1.0 + c * x, 3);
    if (v <= 0) continue;
    if (std::log(uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v / rate;
  }
}

double RandomStream::beta(double a, double b) {
  const double x = gamma(a, 1);
  const double y = gamma(b, 1);
  const double sum = x + y;
  return sum > 0 ? x / sum : (bernoulli(a / (a + b)) ? 1.0 : 0.0);
}

std::uint64_t RandomStream::poisson(double mean) {
  CHECK(mean >= 0 && mean <= 1e9);
  if (mean < 10) {
    const double limit = std::exp(-mean);
    std::uint64_t count = 0;
    double product = uniform();
    while (product > limit) {
      product *= uniform();
      ++count;
    }
    return count;
  }
  const double log_mean = std::log(mean);
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double quick_accept = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = uniform() - 0.5;
    const double v = uniform();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= quick_accept) return static_cast<std::uint64_t>(k);
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double left = std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b);
    if (left <= k * log_mean - mean - std::lgamma(k + 1)) return static_cast<std::uint64_t>(k);
  }
}

}  // namespace perennial
