// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/box.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/core/random.hpp>
#include <mixaug/plan/columns.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Placement of a box of a given side along each axis of length S.
enum class placement : unsigned char {
  clipped,         ///< centre uniform, [c - side / 2, c + side / 2) clipped: the published arithmetic of CutMix
  inside,          ///< every position at which the whole box fits, equally likely
  shifted,         ///< centre uniform, then moved inside, keeping its size
  uniform_pixels,  ///< every pixel equally likely to be covered; clipped at the border
  clipped_odd      ///< as clipped, but odd sides stay odd, [c - side / 2, c + (side + 1) / 2): timm 1.0.31
};

namespace detail {

/// Refuses options that leave every box of the batch empty for all draws. `most` is the longest side along the axis of
/// `size` pixels that the options allow, `least` the shortest that holds a pixel.
inline void check_longest_side(char const* rule, plan_shape const& s, index_t size, index_t most, index_t least,
                               char const* advice) {
  if (most < least)
    fail(std::string(rule) + " would leave the batch as it is: along the axis of " + text(size) + " pixels of " +
         shape_text(s.size + 3 - s.spatial, s.spatial) + " its boxes are at most " + text(most) + " long, and " +
         (least > 1 ? "clipped ones, [c - side / 2, c + side / 2), need 2; " : "hold no pixel; ") + advice);
}

struct interval {
  std::int32_t begin, end;
};
inline interval place_interval(placement where, index_t size, index_t side, random const& draw,
                               std::uint32_t number) noexcept {
  index_t begin = 0, end = 0;
  if (where == placement::clipped || where == placement::clipped_odd) {
    index_t const centre = draw.below(size, number), half = side / 2;
    index_t const rest = where == placement::clipped ? half : side - half;
    begin = greater(centre - half, 0), end = lesser(centre + rest, size);
  } else if (where == placement::inside) {
    begin = draw.below(size - side + 1, number), end = begin + side;
  } else if (where == placement::shifted) {
    begin = greater(0, lesser(draw.below(size, number) - side / 2, size - side)), end = begin + side;
  } else if (side > 0) {
    // `side` of the size + side - 1 equally likely positions cover a given pixel
    index_t const at = draw.below(size + side - 1, number) - (side - 1);
    begin = greater(at, 0), end = lesser(at + side, size);
  }
  if (begin >= end) return {0, 0};
  return {static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end)};
}

/// The box whose interval along each axis longer than one pixel is place(axis), and which holds the other axes whole.
template <class Place>
box box_of_intervals(plan_shape const& s, Place const& place) {
  interval axis[3] = {{0, 1}, {0, 1}, {0, 1}};
  for (int d = 3 - s.spatial; d < 3; ++d)
    if (s.size[d] > 1) axis[d] = place(d);
  return {axis[0].begin, axis[0].end, axis[1].begin, axis[1].end, axis[2].begin, axis[2].end};
}
/// The box of all pixels.
inline box whole_box(plan_shape const& s) noexcept {
  auto const end = [&](int d) { return static_cast<std::int32_t>(s.size[d]); };
  return {0, end(0), 0, end(1), 0, end(2)};
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
