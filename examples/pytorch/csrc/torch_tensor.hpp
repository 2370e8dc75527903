// SPDX-License-Identifier: MIT
#pragma once
#include <ATen/ATen.h>

#include <mixaug/interop/torch.hpp>

#include "output_pool.hpp"
#include "tensors.hpp"

namespace mixaug_torch {

/// What a tensor of torch holds; it must outlive the description.
inline tensor described(at::Tensor const& t) { return ma::detail::describe_torch(t); }

/// A new tensor of `rows` rows as those of `like`, in its order of memory.
inline at::Tensor alike(at::Tensor const& like, std::int64_t rows) {
  described(like);  // refuses what has no memory of its own
  if (like.dim() > 0 && rows == like.size(0)) return at::empty_like(like);
  std::vector<std::int64_t> shape = like.sizes().vec();
  shape.at(0) = rows;
  return at::empty(shape, like.options(), like.suggest_memory_format());
}

/// The same in memory of the pool, for large outputs.
inline at::Tensor pooled(at::Tensor const& like, std::int64_t rows) {
  std::size_t const bytes = like.nbytes();
  if (bytes < output_pool::smallest || !like.is_cpu() || rows != like.size(0) || !like.is_non_overlapping_and_dense())
    return alike(like, rows);
  described(like);  // refuses what has no memory of its own
  auto const give = [bytes](void* data) { outputs().give(data, bytes); };
  return at::from_blob(outputs().take(bytes), like.sizes(), like.strides(), give, like.options().requires_grad(false));
}

}  // namespace mixaug_torch
