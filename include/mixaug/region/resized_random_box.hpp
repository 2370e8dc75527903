// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/detail/cut_axes.hpp>
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
    plan_shape const& s = row.shape;
    int const axes = detail::cut_axes(s);
    double const area = 1.0 - static_cast<double>(row.ratio);
    detail::interval axis[3] = {{0, 1}, {0, 1}, {0, 1}};
    for (int d = 3 - s.spatial; d < 3; ++d)
      if (s.size[d] > 1)
        axis[d] = detail::place_interval(placement::clipped, s.size[d], detail::box_side(s.size[d], area, axes), draw,
                                         static_cast<std::uint32_t>(2 * d));
    box const to{axis[0].begin, axis[0].end, axis[1].begin, axis[1].end, axis[2].begin, axis[2].end};
    if (to.empty()) return;
    auto const end = [&](int d) { return static_cast<std::int32_t>(s.size[d]); };
    columns.to[row.row] = to;
    columns.from[row.row] = {0, end(0), 0, end(1), 0, end(2)};
    columns.how[row.row] = interpolation;
  }

  kind::layout layout(plan_shape const&) const noexcept { return {}; }
  bool moves() const noexcept { return true; }
  bool blends() const noexcept { return interpolation != mixaug::interpolation::nearest; }
  template <class In>
  void read(In const&, space) noexcept {}

  void check(plan_shape const& s) const {
    detail::check_cut_axes("region::resized_random_box", s);
    for (index_t size : s.size)
      if (size > 1)
        detail::check_longest_side("region::resized_random_box", s, size,
                                   detail::longest_side(size, 1, detail::cut_axes(s)), 2, "use larger images");
  }
};

}  // namespace mixaug::region

MIXAUG_EXACT_END
