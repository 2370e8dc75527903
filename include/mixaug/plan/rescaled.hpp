// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/plan/plan.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

namespace detail {

template <class Plan>
void rescale(Plan const& p, index_t const* size, int rank, field how, shares labels, Plan& into) {
  check_made(p.shape);
  if (rank != p.shape.spatial)
    fail("rescaled's extents", text(index_t{rank}) + " numbers",
         text(index_t{p.shape.spatial}) + ", as the plan has spatial dimensions");
  plan_shape to = p.shape;
  for (int d = 0; d < rank; ++d) {
    if (size[d] < 1 || size[d] > INT32_MAX)
      fail("rescaled's extents", shape_text(size, rank), "1 to 2147483647 pixels along each axis");
    to.size[3 - rank + d] = size[d];
  }
  if (to.pixels() == INT64_MAX) fail("rescaled's extents", shape_text(size, rank), "fewer than 2^63 pixels");
  if (&into == &p) fail("rescale's result is the plan itself; give another plan");
  index_room(to.rows, into.scratch());  // first, so that a failed allocation leaves no partial plan
  using kind = typename Plan::region_kind;
  into.fit(to, kind::rescaled_layout(p.layout, to, how));
  into.blend = p.blend;
  into.drawn_with = p.drawn_with;
  plan_writer::flags(into) = p.flags();
  if (kind::weighted && how == field::average) plan_writer::flags(into).blends = true;
  auto const v = plan_writer::columns(into);
  copy_decisions(p, v);
  v.region.rescale(p.region, p.shape, to, how);
  if (labels == shares::derived) derive_shares(v, into.blend);
  index_plan(v, into.blend, p.flags().local, into.scratch());  // a box that vanished reads nothing
}

}  // namespace detail

/// Writes the same decisions at another resolution, for hidden features, feature maps and label grids: box corners are
/// b * to / from rounded half to even. On an axis of one pixel, boxes hold the whole axis, at every length. If an axis
/// shrinks to one pixel, a box holds it if the box covers the middle of the axis; otherwise the box vanishes. The field
/// of region::given_mask is read as `how` says; with field::average every plan that may hold one blends. `size` holds
/// the spatial extents: {l}, {h, w} or {d, h, w}.
/// Errors: another number of extents than the plan has spatial dimensions, an extent outside [1, 2^31 - 1], 2^63 pixels
/// or more, a plan that is written to itself, an empty plan.
template <class R, class B, int Rank>
void rescale(plan<R, B> const& p, extents<Rank> const& size, plan<R, B>& into, field how,
             shares labels = shares::kept) {
  detail::rescale(p, size.at, Rank, how, labels, into);
}
template <class R, class B, int Rank>
void rescale(plan<R, B> const& p, extents<Rank> const& size, plan<R, B>& into, shares labels = shares::kept) {
  detail::rescale(p, size.at, Rank, field::nearest, labels, into);
}
/// Returns the same as a new plan: rescaled(plan, {h, w}), {l} or {d, h, w}.
template <class R, class B>
plan<R, B> rescaled(plan<R, B> const& p, extents<2> const& size, field how, shares labels = shares::kept) {
  plan<R, B> q;
  rescale(p, size, q, how, labels);
  return q;
}
template <class R, class B>
plan<R, B> rescaled(plan<R, B> const& p, extents<2> const& size, shares labels = shares::kept) {
  return rescaled(p, size, field::nearest, labels);
}
template <class R, class B>
plan<R, B> rescaled(plan<R, B> const& p, extents<1> const& size, field how, shares labels = shares::kept) {
  plan<R, B> q;
  rescale(p, size, q, how, labels);
  return q;
}
template <class R, class B>
plan<R, B> rescaled(plan<R, B> const& p, extents<1> const& size, shares labels = shares::kept) {
  return rescaled(p, size, field::nearest, labels);
}
template <class R, class B>
plan<R, B> rescaled(plan<R, B> const& p, extents<3> const& size, field how, shares labels = shares::kept) {
  plan<R, B> q;
  rescale(p, size, q, how, labels);
  return q;
}
template <class R, class B>
plan<R, B> rescaled(plan<R, B> const& p, extents<3> const& size, shares labels = shares::kept) {
  return rescaled(p, size, field::nearest, labels);
}

}  // namespace mixaug

MIXAUG_EXACT_END
