// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Half-open box [z0, z1) x [y0, y1) x [x0, x1) in pixels. A 2-D image uses z = [0, 1), a 1-D signal
/// also y = [0, 1).
struct box {
  std::int32_t z0 = 0, z1 = 1, y0 = 0, y1 = 1, x0 = 0, x1 = 1;

  MIXAUG_HD constexpr bool empty() const noexcept { return z0 >= z1 || y0 >= y1 || x0 >= x1; }
  MIXAUG_HD constexpr index_t volume() const noexcept { return empty() ? 0 : index_t{z1 - z0} * (y1 - y0) * (x1 - x0); }
  MIXAUG_HD constexpr bool has_row(index_t z, index_t y) const noexcept {
    return z >= z0 && z < z1 && y >= y0 && y < y1;
  }
  friend constexpr bool operator==(box const&, box const&) = default;
};

/// The empty box, at the origin.
inline constexpr box no_box{0, 0, 0, 0, 0, 0};

/// True if two boxes have the same extents.
MIXAUG_HD constexpr bool same_size(box const& a, box const& b) noexcept {
  return a.z1 - a.z0 == b.z1 - b.z0 && a.y1 - a.y0 == b.y1 - b.y0 && a.x1 - a.x0 == b.x1 - b.x0;
}

/// Offset from the pixel that is written to the pixel of the source that is read.
struct offset {
  std::int32_t z = 0, y = 0, x = 0;
  friend constexpr bool operator==(offset const&, offset const&) = default;
};

namespace detail {

/// The smallest of `from`, `to` and `best` that is greater than `at`; `best` bounds the result.
MIXAUG_HD constexpr std::int32_t next_face(std::int32_t at, std::int32_t from, std::int32_t to,
                                           std::int32_t best) noexcept {
  if (from > at && from < best) best = from;
  return to > at && to < best ? to : best;
}

/// Number of pixels covered by at least one of `count` boxes; exact, allocates nothing. All rows between two
/// neighbouring faces of boxes are alike, so each such strip costs O(count^2), whatever its height.
MIXAUG_HD inline index_t union_volume(box const* boxes, index_t count) noexcept {
  if (count == 1) return boxes[0].volume();
  std::int32_t z0 = INT32_MAX, z1 = 0, y0 = INT32_MAX, y1 = 0;
  for (index_t j = 0; j < count; ++j) {
    box const& b = boxes[j];
    if (b.empty()) continue;
    if (b.z0 < z0) z0 = b.z0;
    if (b.z1 > z1) z1 = b.z1;
    if (b.y0 < y0) y0 = b.y0;
    if (b.y1 > y1) y1 = b.y1;
  }
  index_t pixels = 0;
  for (std::int32_t z = z0, z_next; z < z1; z = z_next) {
    z_next = z1;
    for (index_t j = 0; j < count; ++j)
      if (!boxes[j].empty()) z_next = next_face(z, boxes[j].z0, boxes[j].z1, z_next);
    for (std::int32_t y = y0, y_next; y < y1; y = y_next) {
      y_next = y1;
      for (index_t j = 0; j < count; ++j)
        if (!boxes[j].empty()) y_next = next_face(y, boxes[j].y0, boxes[j].y1, y_next);
      index_t const rows = index_t{z_next - z} * (y_next - y);
      for (std::int32_t at = INT32_MIN;;) {  // sweep the intervals of these rows from left to right
        std::int32_t begin = INT32_MAX, end = at;
        for (index_t j = 0; j < count; ++j) {
          box const& b = boxes[j];
          if (b.empty() || !b.has_row(z, y) || b.x1 <= at) continue;
          std::int32_t const from = b.x0 < at ? at : b.x0;
          if (from < begin)
            begin = from, end = b.x1;
          else if (from == begin && b.x1 > end)
            end = b.x1;
        }
        if (begin == INT32_MAX) break;
        pixels += rows * (end - begin);
        at = end;
      }
    }
  }
  return pixels;
}

/// b * to / from, rounded half to even (as numpy's rint): a box corner at another resolution.
constexpr std::int32_t rescale_corner(index_t b, index_t to, index_t from) noexcept {
  index_t const twice = 2 * b * to, floor = twice / (2 * from), rest = twice % (2 * from);
  bool const up = rest > from || (rest == from && floor % 2 != 0);
  return static_cast<std::int32_t>(floor + (up ? 1 : 0));
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
