#include "perennial/models/recommend/factors/vector_kernels.h"

namespace perennial::models {
namespace {

constexpr const char* kName = "portable";
constexpr int kTileRows = 2;
constexpr int kTilePanels = 1;
constexpr int kSinglePanels = 2;
constexpr std::size_t kAhead = 8;
#include "perennial/models/recommend/factors/vector_kernels.inc"

}  // namespace

const VectorKernels* portable_kernels() { return &kKernels; }

const VectorKernels& vector_kernels() {
  static const VectorKernels* const best = [] {
    const VectorKernels* wide = avx512_kernels();
    if (wide == nullptr) wide = avx2_kernels();
    return wide != nullptr ? wide : portable_kernels();
  }();
  return *best;
}

}  // namespace perennial::models
