// SPDX-License-Identifier: MIT
#pragma once
// mixaug's views of LibTorch's tensors, with the tensors' own strides: nothing is copied, and a
// tensor in channels-last order stays in it.

#include <torch/torch.h>

#include <cstdint>
#include <mixaug/mixaug.hpp>

namespace example {

namespace ma = mixaug;

inline auto ids_of(torch::Tensor const& t) { return ma::class_ids(t.data_ptr<std::int64_t>(), {t.size(0)}); }
inline auto numbers_of(torch::Tensor const& t) { return ma::labels(t.data_ptr<float>(), {t.size(0)}); }
inline auto rows_of(torch::Tensor const& t) {
  return ma::features(t.data_ptr<float>(), {t.size(0), t.size(1)}, {t.stride(0), t.stride(1)});
}
// Images or feature maps (n, c, h, w).
inline auto images_of(torch::Tensor const& t) {
  return ma::nchw(t.data_ptr<float>(), {t.size(0), t.size(1), t.size(2), t.size(3)},
                  {t.stride(0), t.stride(1), t.stride(2), t.stride(3)});
}
// Maps of one channel (n, h, w).
inline auto maps_of(torch::Tensor const& t) {
  return ma::scores(t.data_ptr<float>(), {t.size(0), t.size(1), t.size(2)}, {t.stride(0), t.stride(1), t.stride(2)});
}

}  // namespace example
