// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/kind.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

inline box rescale_box(box const& b, plan_shape const& from, plan_shape const& to) noexcept {
  if (b.empty()) return no_box;
  index_t const *a = from.size, *t = to.size;
  return {rescale_corner(b.z0, t[0], a[0]), rescale_corner(b.z1, t[0], a[0]), rescale_corner(b.y0, t[1], a[1]),
          rescale_corner(b.y1, t[1], a[1]), rescale_corner(b.x0, t[2], a[2]), rescale_corner(b.x1, t[2], a[2])};
}
/// Returns the beginning of a range of `length` pixels at another resolution, moved so that the range stays inside.
inline std::int32_t rescale_begin(index_t begin, index_t length, index_t to, index_t from) noexcept {
  return static_cast<std::int32_t>(lesser(rescale_corner(begin, to, from), to - length));
}
/// Returns a box of the size of `b` at another place.
MIXAUG_HD inline box sized(box const& b, std::int32_t z, std::int32_t y, std::int32_t x) noexcept {
  if (b.empty()) return {0, 0, 0, 0, 0, 0};
  return {z, z + b.z1 - b.z0, y, y + b.y1 - b.y0, x, x + b.x1 - b.x0};
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
