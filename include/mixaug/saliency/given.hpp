// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/saliency/detail/levels.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::saliency {

/// A map that is there already (a class activation map, attention, a learned detector), kept as it is: (n, h, w)
/// or (n, 1, h, w), finite and not negative. As a method's detector: the map is inputs(x).scores(v).
struct given {
  static constexpr char const* name = "given";
  static constexpr bool checks_values = true;  ///< what is not finite, or negative, is refused
  void check(detail::map_shape const& s) const {
    if (s.channels != 1) detail::fail("the maps' channels", detail::text(s.channels), "1 for saliency::given");
  }
  std::size_t bytes(detail::map_shape const&) const noexcept { return 0; }
  void operator()(detail::image_batch const& maps, index_t i, float* map, std::byte*) const noexcept {
    for (index_t y = 0; y < maps.height(); ++y) maps.values(i, 0, y, map + y * maps.width());
  }
};

}  // namespace mixaug::saliency

MIXAUG_EXACT_END
