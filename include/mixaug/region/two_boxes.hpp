// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/kind/resized_box.hpp>
#include <mixaug/region/random_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::region {

/// m = 0 in the box of CutMix, which shows another random box of the partner, resized (SnapMix, Huang, Wang and Tao,
/// AAAI 2021, arXiv 2012.04846). The sample's box has the area 1 - lambda, the partner's 1 - lambda',
/// where lambda' is drawn by `source_ratio`, a ratio rule, apart from lambda. Each has trunc(S (1 - lambda)^(1/d))
/// pixels of each of the d axes longer than one pixel around a centre of its own, uniform, [c - side / 2, c + side /
/// 2), clipped. If one of the two is empty, nothing is pasted. Errors: those of `source_ratio`, a batch without spatial
/// extents or of single pixels, images so small that every box is empty.
template <class Ratio>
struct two_boxes {
  Ratio source_ratio{};
  mixaug::interpolation interpolation = mixaug::interpolation::linear_corners;

  using kind = mixaug::kind::resized_box;

  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const& draw) const {
    float const other = source_ratio.sampler()(draw.bits(12), detail::sample_of(row));
    box const to = detail::clipped_box(row.shape, row.ratio, draw, 0);
    box const from = detail::clipped_box(row.shape, other, draw, 6);
    if (to.empty() || from.empty()) return;
    columns.to[row.row] = to;
    columns.from[row.row] = from;
    columns.how[row.row] = interpolation;
  }

  kind::layout layout(plan_shape const&) const noexcept { return {}; }
  bool moves() const noexcept { return true; }
  bool blends() const noexcept { return interpolation != mixaug::interpolation::nearest; }
  template <class In>
  void read(In const&, space) noexcept {}

  void check(plan_shape const& s) const {
    detail::check_clipped_box("region::two_boxes", s);
    source_ratio.check(s);
  }
};
template <class Ratio>
two_boxes(Ratio, mixaug::interpolation) -> two_boxes<Ratio>;

}  // namespace mixaug::region

MIXAUG_EXACT_END
