// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/saliency/detail/levels.hpp>
#include <mixaug/saliency/detail/residual.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::saliency {

/// Spectral residual (Hou and Zhang, CVPR 2007): the difference of an image's log spectrum from its own local mean. The
/// steps are those of OpenCV's StaticSaliencySpectralResidual; maps agree with it within 1e-4 of their maximum on
/// photographs, and within 1.3e-4 on thumbnails, where the difference is due to OpenCV's less accurate arctangent. Bins
/// of the spectrum that vanish (flat or synthetic images) have phase 0, as in OpenCV. The image is first resized to
/// `work_height` x `work_width` pixels, powers of two from 8 to 1024, which set the scale of salient objects. Pixels
/// that are not 8 bit: see fine_grained.
/// Errors: a working size that is not a power of two from 8 to 1024.
struct spectral_residual {
  channel_order order = channel_order::of_view;
  value_range range{};
  channel_stats normalised{};
  index_t work_height = 64, work_width = 64;

  static constexpr char const* name = "spectral_residual";
  static constexpr bool reads_scores() noexcept { return false; }
  detail::pixel_rule pixels() const noexcept { return {order, range, normalised}; }
  void check(map_shape const& s) const {
    detail::check_pixels(name, pixels(), s);
    for (index_t const side : {work_height, work_width})
      if (side < 8 || side > 1024 || (side & (side - 1)) != 0)
        detail::fail("saliency::spectral_residual's work_height and work_width",
                     detail::text(work_height) + " and " + detail::text(work_width), "powers of two from 8 to 1024");
  }
  std::size_t bytes(map_shape const& s) const noexcept {
    return detail::gray_bytes(s) + detail::residual_bytes(s.height, s.width, work_height, work_width);
  }
  void operator()(image_batch const& images, index_t i, float* map, std::byte* scratch) const noexcept {
    std::uint8_t const* const gray = detail::gray_of(images, i, pixels(), scratch);
    detail::spectral_residual_map(gray, images.height(), images.width(), work_height, work_width, map, scratch);
  }
};

}  // namespace mixaug::saliency

MIXAUG_EXACT_END
