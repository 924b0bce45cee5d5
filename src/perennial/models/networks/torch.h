// What all kinds of networks in this module share: LibTorch in the calling thread only, and arrays as tensors.
// To be included before anything that uses our CHECK, for LibTorch has one of its own.
#pragma once

// First, alone: in C++20 clang finds IValue incomplete otherwise.
#include <ATen/core/ivalue.h>

#include <ATen/Parallel.h>
#include <torch/types.h>
#undef CHECK  // glog's, which ends the process

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "perennial/models/learn/networks.h"

// Of OpenBLAS; another BLAS does not have it.
extern "C" void openblas_set_num_threads(int count) __attribute__((weak));

namespace perennial::models {

// Sums that do not depend on how many threads there are.
inline void use_one_thread() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
  });
  at::set_num_threads(1);  // of the calling thread
}

inline std::int64_t signed_size(std::size_t size) { return static_cast<std::int64_t>(size); }

inline at::Tensor tensor_of(std::span<const float> values) {
  at::Tensor tensor = at::empty({signed_size(values.size())});
  std::ranges::copy(values, tensor.data_ptr<float>());
  return tensor;
}

// Views of the weights, one after the other.
class WeightViews {
 public:
  explicit WeightViews(const at::Tensor& weights) : weights_(weights) {}
  at::Tensor matrix(std::int64_t rows, std::int64_t columns) {
    return take(rows * columns).view({rows, columns});
  }
  at::Tensor take(std::int64_t count) {
    at::Tensor view = weights_.narrow(0, used_, count);
    used_ += count;
    return view;
  }

 private:
  const at::Tensor& weights_;
  std::int64_t used_ = 0;
};

const ImageNetworks& torch_image_networks();
const SequenceNetworks& torch_sequence_networks();

}  // namespace perennial::models
