// What the files of the module share, to be included before what includes base/error.h: one thread, plain arrays as tensors, and layers as views of one array.
#pragma once

// First, alone: in C++20 clang finds IValue incomplete otherwise.
#include <ATen/core/ivalue.h>

#include <torch/optim/adam.h>
#include <torch/types.h>
#undef CHECK  // glog's, which ends the process: ours comes after it

#include <cstddef>
#include <cstdint>
#include <span>

#include "perennial/base/error.h"

namespace perennial::models {

// LibTorch and BLAS use the calling thread only.
void use_one_thread();

inline std::int64_t signed_size(std::size_t size) { return static_cast<std::int64_t>(size); }

at::Tensor tensor_of(std::span<const float> values);

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

class ImageNetworks;
const ImageNetworks& torch_image_networks();

}  // namespace perennial::models
