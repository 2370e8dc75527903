// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/saliency/detail/center_surround.hpp>
#include <mixaug/saliency/detail/levels.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::saliency {

/// Fine-grained saliency (Montabone and Soto, Image and Vision Computing 2010): how much brighter or darker than its
/// surround a pixel is, over six sizes of surround. Scores are k / 255, with the arithmetic of OpenCV's
/// StaticSaliencyFineGrained. The bits are the same on 8-bit images of up to 255 x 255 pixels, except for pixels whose
/// two polarities sum to more than 255 (some 4 in 10^8), where OpenCV's byte wraps around to a low score and this one
/// is 1. On larger images OpenCV's sums in float may be rounded; here they are exact.
///
/// 8-bit images are used unchanged. Others are converted to 8 bit: with `range` (black, white), with `normalised` (mean
/// and std of the loader), or, with neither, from each image's own minimum to its maximum. NaN is black, infinities are
/// black or white. A constant image has no salient pixel: its map is 0.
struct fine_grained {
  channel_order order = channel_order::of_view;
  value_range range{};
  channel_stats normalised{};

  static constexpr char const* name = "fine_grained";
  static constexpr bool reads_scores() noexcept { return false; }
  detail::pixel_rule pixels() const noexcept { return {order, range, normalised}; }
  void check(map_shape const& s) const { detail::check_pixels(name, pixels(), s); }
  std::size_t bytes(map_shape const& s) const noexcept {
    return detail::gray_bytes(s) + detail::center_surround_bytes(s.height, s.width);
  }
  void operator()(image_batch const& images, index_t i, float* map, std::byte* scratch) const noexcept {
    std::uint8_t const* const gray = detail::gray_of(images, i, pixels(), scratch);
    detail::center_surround(gray, images.height(), images.width(), map, scratch);
  }
};

}  // namespace mixaug::saliency

MIXAUG_EXACT_END
