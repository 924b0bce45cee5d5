// Seeded random streams: any number of independent streams from one seed, each the same wherever and whenever it is
// drawn, so that parallel simulation does not depend on the number of threads.
//
// Story    Philox4x32-10 is a keyed bijection of a 128-bit counter: key = seed, high counter words = stream, low
//          counter words = position in the stream
// Cost     about 3 ns a 32-bit word; a stream is 48 bytes, made in no time, so make one per customer
// Source   Salmon, Moraes, Dror & Shaw (2011), "Parallel Random Numbers: As Easy as 1, 2, 3"; normal: Box-Muller;
//          gamma: Marsaglia & Tsang (2000); Poisson: inversion below mean 10, else PTRS of Hormann (1993)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace perennial {

// The bijection itself, for known-answer tests.
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key);

class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream);

  using result_type = std::uint32_t;  // satisfies UniformRandomBitGenerator
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xFFFFFFFFU; }
  result_type operator()();

  std::uint64_t next_u64();
  double uniform();                         // in (0, 1), 53 bits
  std::uint64_t below(std::uint64_t n);     // 0 .. n-1 without bias; REQUIRES: n >= 1
  double normal();                          // mean 0, variance 1
  double exponential(double rate);          // REQUIRES: rate > 0
  double gamma(double shape, double rate);  // mean shape / rate; REQUIRES: both > 0
  double beta(double a, double b);          // REQUIRES: both > 0
  std::uint64_t poisson(double mean);       // REQUIRES: 0 <= mean <= 1e9
  bool bernoulli(double probability) { return uniform() < probability; }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  std::size_t used_ = 4;
};

}  // namespace perennial
