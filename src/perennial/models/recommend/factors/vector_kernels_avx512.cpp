#include "perennial/models/recommend/factors/vector_kernels.h"

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace perennial::models {

#ifdef __AVX512F__
namespace {

constexpr const char* kName = "AVX-512";
constexpr int kTileRows = 8;
constexpr int kTilePanels = 2;
constexpr int kSinglePanels = 8;
constexpr std::size_t kAhead = 8;
#include "perennial/models/recommend/factors/vector_kernels.inc"

}  // namespace

const VectorKernels* avx512_kernels() {
  const bool known = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                     __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  return known ? &kKernels : nullptr;
}
#else
const VectorKernels* avx512_kernels() { return nullptr; }
#endif

}  // namespace perennial::models
