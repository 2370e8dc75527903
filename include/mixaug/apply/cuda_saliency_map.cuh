// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/device_saliency_map.hpp>
#include <mixaug/backend/cuda.cuh>

namespace mixaug {

/// saliency_map on a stream, with scratch from the stream's memory pool.
template <saliency::detector D, class X, class Out>
requires(is_batch<X>&& is_tensor_view<Out>) void saliency_map(cuda const& be, D const& detector, X const& images,
                                                              Out const& scores) {
  if constexpr (detail::check_map_types<cuda, X, Out>()) {
    detail::stream_scratch scratch(be.stream);
    detail::device_map(be, detector, images, scores, scratch);
  }
}

}  // namespace mixaug
