// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/read_tile.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::augment {
namespace detail {

/// A row and a column.
struct nearest_pixel {
  index_t y, x;
};

/// The pixel that holds the point which pixel (y, x) of a pass shows; far points of warps, and NaN, lie at -65536.
MIXAUG_HD inline nearest_pixel nearest_of(fixed_map const& map, warp_list const& warps, index_t y, index_t x) noexcept {
  constexpr std::int64_t centre = half_step<augment::interpolation::nearest>;
  if (!map.warped)
    return {(map.y0 + y * map.yy + x * map.yx + centre) >> fixed_map::bits,
            (map.x0 + y * map.xy + x * map.xx + centre) >> fixed_map::bits};
  auto const whole = [](double v) {
    return v > -65536.0 && v < 65536.0 ? static_cast<index_t>(std::floor(v)) : index_t{-65536};
  };
  double px = static_cast<double>(x) + 0.5, py = static_cast<double>(y) + 0.5;
  warps.point(warps.count, px, py);
  return {whole(py), whole(px)};
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_EXACT_END
