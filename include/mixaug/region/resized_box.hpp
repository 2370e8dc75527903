// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/detail/cut_axes.hpp>
#include <mixaug/region/kind/resized_box.hpp>
#include <mixaug/region/placement.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::region {

/// m = 0 in one box, which shows the whole partner, resized (ResizeMix, Qin et al., arXiv 2012.11101). The side ratio
/// tau is uniform on [scope_min, scope_max), the same for every axis longer than one pixel. The box has trunc(tau S) of
/// S pixels around a uniform centre, [c - side / 2, c + side / 2), clipped; the partner is resized into the clipped
/// box. The ratio is not read. Errors: a batch without spatial extents or of single pixels; not 0 < scope_min <=
/// scope_max <= 1; a scope that leaves every box empty.
struct resized_box {
  float scope_min = 0.1f, scope_max = 0.8f;
  mixaug::interpolation interpolation = mixaug::interpolation::nearest;

  using kind = mixaug::kind::resized_box;

  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const& draw) const noexcept {
    plan_shape const& s = row.shape;
    auto const tau =
        static_cast<float>(detail::fused_sum(static_cast<double>(scope_max) - static_cast<double>(scope_min),
                                             draw.uniform(), static_cast<double>(scope_min)));
    box const to = detail::box_of_intervals(s, [&](int d) {
      return detail::place_interval(placement::clipped, s.size[d], side_of(s.size[d], tau), draw,
                                    static_cast<std::uint32_t>(1 + d));
    });
    if (to.empty()) return;
    columns.to[row.row] = to;
    columns.from[row.row] = detail::whole_box(s);
    columns.how[row.row] = interpolation;
  }

  kind::layout layout(plan_shape const&) const noexcept { return {}; }
  bool moves() const noexcept { return true; }
  bool blends() const noexcept { return interpolation != mixaug::interpolation::nearest; }
  template <class In>
  void read(In const&, space) noexcept {}

  void check(plan_shape const& s) const {
    detail::check_cut_axes("region::resized_box", s);
    if (!(scope_min > 0.0f && scope_min <= scope_max && scope_max <= 1.0f))
      detail::fail("region::resized_box's scope",
                   "[" + detail::text(static_cast<double>(scope_min)) + ", " +
                       detail::text(static_cast<double>(scope_max)) + ")",
                   "0 < scope_min <= scope_max <= 1, fractions of the sides");
    for (index_t size : s.size)
      if (size > 1)
        detail::check_longest_side("region::resized_box", s, size, side_of(size, scope_max), 2,
                                   "raise scope_max, or use larger images");
  }

 private:
  /// Computed in float, so that 0.9f of 30 is 27.
  static index_t side_of(index_t size, float tau) noexcept {
    return detail::lesser(static_cast<index_t>(tau * static_cast<float>(size)), size);
  }
};

}  // namespace mixaug::region

MIXAUG_EXACT_END
