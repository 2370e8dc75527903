// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/saliency/detail/lab_distance.hpp>
#include <mixaug/saliency/detail/levels.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::saliency {

/// Frequency-tuned saliency (Achanta, Hemami, Estrada and Suesstrunk, CVPR 2009): the distance in CIE Lab between
/// the image's mean colour and each pixel after a 5 x 5 binomial blur (reflect-101), divided by its maximum.
/// sRGB, D65; one channel: the distance in L. A constant image has a map of 0. Pixels that are not 8 bit: see
/// fine_grained.
struct frequency_tuned {
  channel_order order = channel_order::of_view;
  value_range range{};
  channel_stats normalised{};

  static constexpr char const* name = "frequency_tuned";
  static constexpr bool reads_scores() noexcept { return false; }
  detail::pixel_rule pixels() const noexcept { return {order, range, normalised}; }
  void check(map_shape const& s) const { detail::check_pixels(name, pixels(), s); }
  std::size_t bytes(map_shape const& s) const noexcept {
    return static_cast<std::size_t>(s.channels) * detail::aligned(s.pixels()) +
           detail::aligned(detail::level_rows::bytes(s.width)) +
           detail::lab_distance_bytes(s.height, s.width, s.channels);
  }
  void operator()(image_batch const& images, index_t i, float* map, std::byte* scratch) const noexcept {
    index_t const channels = images.channels(), w = images.width();
    std::size_t const plane = detail::aligned(images.pixels());
    std::byte *const rows = scratch + static_cast<std::size_t>(channels) * plane, *const rest =
                                                                                      rows +
                                                                                      detail::aligned(
                                                                                          detail::level_rows::bytes(w));
    detail::level_rows const levels(images, i, pixels(), rows);
    std::uint8_t const* planes[3] = {nullptr, nullptr, nullptr};
    for (index_t c = 0; c < channels; ++c) {
      auto* out = reinterpret_cast<std::uint8_t*>(scratch) + static_cast<std::size_t>(c) * plane;
      planes[!pixels().red_first(images) && channels == 3 ? 2 - c : c] = out;
      for (index_t y = 0; y < images.height(); ++y, out += w) {
        index_t step = 1;
        std::uint8_t const* const row = levels.row(c, y, step);
        detail::copy_levels(out, row, step, w);
      }
    }
    detail::lab_distance(planes, channels, images.height(), w, map, rest);
  }
};

}  // namespace mixaug::saliency

MIXAUG_EXACT_END
