// SPDX-License-Identifier: MIT
#pragma once
// Short names for the views of LibTorch's tensors that the trainers use, all of float but the ids.

#include <torch/torch.h>

#include <cstdint>
#include <mixaug/interop/torch.hpp>
#include <mixaug/mixaug.hpp>

namespace example {

namespace ma = mixaug;

inline auto ids_of(torch::Tensor const& t) { return ma::class_ids<std::int64_t>(t); }
inline auto numbers_of(torch::Tensor const& t) { return ma::labels<float>(t); }
inline auto rows_of(torch::Tensor const& t) { return ma::features<float>(t); }
// Images or feature maps (n, c, h, w).
inline auto images_of(torch::Tensor const& t) { return ma::nchw<float>(t); }
// Maps of one channel (n, h, w).
inline auto maps_of(torch::Tensor const& t) { return ma::scores<float>(t); }

}  // namespace example
