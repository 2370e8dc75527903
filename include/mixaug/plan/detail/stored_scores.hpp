// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/core/image_batch.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Detector that returns given score maps unchanged.
struct stored_scores {
  static constexpr bool reads_scores() noexcept { return true; }
  void check(map_shape const& s) const {
    if (s.channels != 1) fail("the maps' channels", text(s.channels), "1 for saliency::given");
  }
  std::size_t bytes(map_shape const&) const noexcept { return 0; }
  void operator()(image_batch const& maps, index_t i, float* map, std::byte*) const noexcept {
    for (index_t y = 0; y < maps.height(); ++y) maps.values(i, 0, y, map + y * maps.width());
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
