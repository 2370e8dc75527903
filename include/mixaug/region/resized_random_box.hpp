// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/kind/resized_box.hpp>
#include <mixaug/region/random_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::region {

/// m = 0 in the box of CutMix, which shows the whole partner, resized (RecursiveMix, Yang et al., arXiv 2203.06844,
/// section 3.1). The box has the area 1 - lambda: of each of the d axes longer than one pixel trunc(S (1 -
/// lambda)^(1/d)) pixels around a uniform centre, [c - side / 2, c + side / 2), clipped; the partner is resized into
/// the clipped box. Errors: a batch without spatial extents or of single pixels, images so small that every box is
/// empty.
struct resized_random_box {
  mixaug::interpolation interpolation = mixaug::interpolation::nearest;

  using kind = mixaug::kind::resized_box;

  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const& draw) const noexcept {
    box const to = detail::clipped_box(row.shape, row.ratio, draw, 0);
    if (to.empty()) return;
    columns.to[row.row] = to;
    columns.from[row.row] = detail::whole_box(row.shape);
    columns.how[row.row] = interpolation;
  }

  kind::layout layout(plan_shape const&) const noexcept { return {}; }
  bool moves() const noexcept { return true; }
  bool blends() const noexcept { return interpolation != mixaug::interpolation::nearest; }
  template <class In>
  void read(In const&, space) noexcept {}

  void check(plan_shape const& s) const { detail::check_clipped_box("region::resized_random_box", s); }
};

}  // namespace mixaug::region

MIXAUG_EXACT_END
