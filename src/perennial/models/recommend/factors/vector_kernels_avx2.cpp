#include "perennial/models/recommend/factors/vector_kernels.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace perennial::models {

#ifdef __AVX2__
namespace {

constexpr const char* kName = "AVX2";
constexpr int kTileRows = 4;
constexpr int kTilePanels = 1;
constexpr int kSinglePanels = 4;
constexpr std::size_t kAhead = 8;
#include "perennial/models/recommend/factors/vector_kernels.inc"

}  // namespace

const VectorKernels* avx2_kernels() { return __builtin_cpu_supports("avx2") ? &kKernels : nullptr; }
#else
const VectorKernels* avx2_kernels() { return nullptr; }
#endif

}  // namespace perennial::models
