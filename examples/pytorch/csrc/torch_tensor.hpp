// SPDX-License-Identifier: MIT
#pragma once
#include <ATen/ATen.h>

#include <mixaug/interop/torch.hpp>

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

}  // namespace mixaug_torch
