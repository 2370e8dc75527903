// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Pixel values of black and white; low == high: not given.
struct value_range {
  float low = 0.0f, high = 0.0f;
  MIXAUG_HD constexpr bool given() const noexcept { return low != high; }
};

/// Normalisation that a loader applied to the pixels, v = (p - mean) / std for each channel; all 0: none. Without a
/// value_range p is in [0, 1]. Statistics of the data set in the units of p: {{0.485f, ...}, {0.229f, ...}}.
struct channel_stats {
  float mean[3] = {0, 0, 0}, std[3] = {0, 0, 0};
  MIXAUG_HD constexpr bool given() const noexcept {
    for (int c = 0; c < 3; ++c)
      if (mean[c] != 0.0f || std[c] != 0.0f) return true;
    return false;
  }
};

/// Normalisation that a loader applied to pixels in [0, 1], v = (p - mean) / std, for up to 8 channels; all 0: none.
struct pixel_normalisation {
  float mean[8] = {}, std[8] = {};
  constexpr bool given() const noexcept {
    bool any = false;
    for (int c = 0; c < 8; ++c) any = any || mean[c] != 0.0f || std[c] != 0.0f;
    return any;
  }
};

namespace detail {

/// What maps a pixel to [0, 1]: v * std + mean of its channel, or (v - low) / (high - low).
struct pixel_map {
  double scale[8], shift[8];
  bool by_channel;
  MIXAUG_HD double operator()(double v, index_t channel) const noexcept {
    index_t const c = by_channel ? channel : 0;
    return fused_sum(v, scale[c], shift[c]);
  }
  /// The pixel whose value in [0, 1] is u.
  MIXAUG_HD double inverse(double u, index_t channel) const noexcept {
    index_t const c = by_channel ? channel : 0;
    return (u - shift[c]) / scale[c];
  }
};
inline pixel_map pixel_map_of(value_range const& range, pixel_normalisation const& normalised) noexcept {
  pixel_map map{{}, {}, normalised.given()};
  for (int c = 0; c < 8 && map.by_channel; ++c) {
    map.scale[c] = static_cast<double>(normalised.std[c]);
    map.shift[c] = static_cast<double>(normalised.mean[c]);
  }
  if (!map.by_channel) {
    double const low = static_cast<double>(range.low), width = static_cast<double>(range.high) - low;
    map.scale[0] = 1.0 / width;
    map.shift[0] = -low / width;
  }
  return map;
}
/// Refuses a range without width, and a normalisation without a std for one of `channels`; `owner` has these options.
inline void check_pixel_map(char const* owner, value_range const& range, pixel_normalisation const& normalised,
                            index_t channels) {
  std::string const name = owner;
  if (!normalised.given()) {
    if (!(finite(range.low) && finite(range.high) && range.low < range.high))
      fail(name + "'s range",
           "{" + text(static_cast<double>(range.low)) + ", " + text(static_cast<double>(range.high)) + "}",
           "the lowest and the highest value of a pixel");
    return;
  }
  for (int c = 0; c < 8; ++c)
    if (!(finite(normalised.mean[c]) && finite(normalised.std[c]) && normalised.std[c] >= 0.0f))
      fail(name + "'s normalised, channel " + text(index_t{c}), text(static_cast<double>(normalised.std[c])),
           "a finite mean and a std > 0");
  for (index_t c = 0; c < channels; ++c)
    if (c >= 8 || !(normalised.std[c] > 0.0f))
      fail(name + "'s normalised", "without a std for channel " + text(c),
           "a mean and a std for each of the " + text(channels) + " channels, at most 8");
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
