// SPDX-License-Identifier: MIT
#pragma once
// The binding to ATen, whose binaries serve the version of torch that they were built with.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <mixaug/interop/torch.hpp>

#include "tensors.hpp"

#define MIXAUG_TORCH_LIBRARY TORCH_LIBRARY
#define MIXAUG_TORCH_LIBRARY_IMPL TORCH_LIBRARY_IMPL
#define MIXAUG_TORCH_KERNEL(function) &function

namespace mixaug_torch {

using torch_tensor = at::Tensor;
template <class T>
using optional = c10::optional<T>;

inline tensor described(torch_tensor const& t) { return ma::detail::describe_torch(t); }

template <class T>
torch_tensor empty(std::vector<std::int64_t> const& shape) {
  return at::empty(shape, c10::CppTypeToScalarType<T>::value);
}

inline torch_tensor empty_as(torch_tensor const& like, std::vector<std::int64_t> const& shape) {
  described(like);  // refuses what has no memory of its own
  return at::empty(shape, like.options());
}

inline torch_tensor alike(torch_tensor const& like, std::int64_t rows) {
  described(like);  // refuses what has no memory of its own
  if (like.dim() > 0 && rows == like.size(0)) return at::empty_like(like);
  std::vector<std::int64_t> shape = like.sizes().vec();
  shape.at(0) = rows;
  return at::empty(shape, like.options(), like.suggest_memory_format());
}

template <class Give>
torch_tensor in_memory(torch_tensor const& like, void* data, Give give) {
  return at::from_blob(data, like.sizes(), like.strides(), give, like.options().requires_grad(false));
}

inline std::int64_t loop_threads() { return at::in_parallel_region() ? 1 : at::get_num_threads(); }
template <class Run>
void loop(std::int64_t count, Run const& run) {
  at::parallel_for(0, count, 1, run);
}

}  // namespace mixaug_torch
