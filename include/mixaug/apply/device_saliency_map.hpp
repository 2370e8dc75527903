// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/saliency_map.hpp>
#include <mixaug/saliency/detail/device_detectors.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// saliency_map on a device backend.
template <class Backend, class D, class X, class Out, class Scratch>
void device_map(Backend const& be, D const& detector, X const& x, Out const& out, Scratch& scratch) {
  image_batch const images = checked_images(x, out);
  detector.check({images.channels(), images.height(), images.width()});
  device_detect(be, detector, {images, out.data, {out.stride[0], out.stride[1], out.stride[2]}}, images.samples(),
                scratch);
}

}  // namespace detail

/// The same on a device backend: the images, the scores and `scratch` are on the device; does not wait. Scores that
/// `given` would refuse count as 0.
template <backend Backend, saliency::detector D, class X, class Out>
requires(is_batch<X>&& is_tensor_view<Out>&& Backend::memory ==
         space::device) void saliency_map(Backend const& be, D const& detector, X const& images, Out const& scores,
                                          workspace<space::device>& scratch) {
  if constexpr (detail::check_map_types<Backend, X, Out>()) detail::device_map(be, detector, images, scores, scratch);
}

}  // namespace mixaug

MIXAUG_EXACT_END
