// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

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

}  // namespace mixaug

MIXAUG_EXACT_END
