// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/apply.hpp>
#include <mixaug/core/box_list.hpp>

MIXAUG_EXACT_BEGIN

/// Boxes and key points of mixed images: those of both sides, where the output shows them, with the weight that is left
/// of each.
namespace mixaug {
namespace detail {

/// Where an axis of a side is shown: at scale * v + shift.
struct shown_axis {
  double scale = 1.0, shift = 0.0;
  double operator()(double v) const noexcept { return fused_sum(scale, v, shift); }
  double back(double v) const noexcept { return (v - shift) / scale; }

  static shown_axis moved(std::int32_t by) noexcept { return {1.0, -static_cast<double>(by)}; }
  /// Of an interval that is resized into another; `corners`: the centres of the outermost pixels lie on each other.
  static shown_axis resized(std::int32_t from, std::int32_t from_end, std::int32_t to, std::int32_t to_end,
                            bool corners) noexcept {
    double const source = static_cast<double>(from_end - from), target = static_cast<double>(to_end - to);
    bool const aligned = corners && from_end - from > 1 && to_end - to > 1;
    double const half = aligned ? 0.5 : 0.0;
    shown_axis a;
    a.scale = aligned ? (target - 1.0) / (source - 1.0) : target / source;
    a.shift = fused_sum(-a.scale, static_cast<double>(from) + half, static_cast<double>(to) + half);
    return a;
  }
};
/// Where a run of pixels shows the points of a side.
struct shown_place {
  shown_axis y, x;
  static shown_place of(offset const& by) noexcept { return {shown_axis::moved(by.y), shown_axis::moved(by.x)}; }
  static shown_place of(source_place const& s) noexcept {
    if (!s.resized) return of(s.by);
    bool const corners = s.how == interpolation::linear_corners;
    return {shown_axis::resized(s.from.y0, s.from.y1, s.to.y0, s.to.y1, corners),
            shown_axis::resized(s.from.x0, s.from.x1, s.to.x0, s.to.x1, corners)};
  }
};

/// One side of one row of a plan: the weight with which its pixels are shown, run by run.
template <class Plan>
class shown_side {
 public:
  using region = typename Plan::region_kind;

  /// `self` or the partner of row i; `alone`: the sample is all that is shown.
  shown_side(Plan const& p, index_t i, bool self, bool alone) noexcept
      : state_(p.view().state(i)), shape_(p.shape), constant_field_(p.constant_field()), self_(self), alone_(alone) {}

  /// Calls f(y, x, end, weight, place) for each run of the rows [y0, y1) of its own coordinates, or of all rows where
  /// the side may be moved.
  template <class F>
  void each_run(double y0, double y1, F const& f) const {
    bool const moves = self_ ? region::self_moves : region::moves;
    index_t const h = shape_.size[1], w = shape_.size[2];
    double const end = static_cast<double>(h);
    index_t const first = moves || !(y0 > 0.0) ? 0 : y0 < end ? static_cast<index_t>(y0) : h;
    index_t const last = moves || !(y1 < end) ? h : y1 > 0.0 ? static_cast<index_t>(std::ceil(y1)) : 0;
    for (index_t y = first; y < last; ++y)
      for (index_t x = 0; x < w;) {
        run_of_m const run = state_.run_at(0, y, x);
        index_t const run_end = lesser(run.end, w);
        float const weight = weight_of(run.m);
        if (weight > 0.0f) f(y, x, run_end, weight, self_ ? shown_place::of(run.self) : shown_place::of(run.source));
        x = run_end;
      }
  }
  float weight_of(float m) const noexcept {
    float const own = alone_ ? 1.0f : m;
    return self_ ? own : 1.0f - own;
  }
  /// True if the whole side is shown with one weight, in images whose size the plan does not know.
  bool everywhere(float& weight) const noexcept {
    float m = 1.0f;
    if (shape_.spatial == 2 || !constant_field_ || !state_.constant(m)) return false;
    weight = weight_of(m);
    return true;
  }

 private:
  decltype(std::declval<Plan const&>().view().state(0)) state_;
  plan_shape shape_;
  bool constant_field_, self_, alone_;
};

/// What is left of a box: the box around what is seen of it, its area in the output, the part that is seen, and the
/// mean weight over the box.
struct seen_box {
  double y0 = 1e300, y1 = -1e300, x0 = 1e300, x1 = -1e300;
  double area = 0.0, part = 0.0, weight = 0.0;
};
template <class Side>
seen_box seen(Side const& side, float const* b) {
  double const y0 = static_cast<double>(b[0]), y1 = static_cast<double>(b[1]), x0 = static_cast<double>(b[2]),
               x1 = static_cast<double>(b[3]), whole = (y1 - y0) * (x1 - x0);
  seen_box all;
  if (!(whole > 0.0)) return all;
  float constant = 0.0f;
  if (side.everywhere(constant)) {
    if (!(constant > 0.0f)) return all;
    return {y0, y1, x0, x1, whole, 1.0, static_cast<double>(constant)};
  }
  side.each_run(y0, y1, [&](index_t y, index_t x, index_t end, float weight, shown_place const& at) {
    double const top = at.y(y0), bottom = at.y(y1), left = at.x(x0), right = at.x(x1);
    double const r0 = static_cast<double>(y), r1 = r0 + 1.0, c0 = static_cast<double>(x), c1 = static_cast<double>(end);
    double const a = top > r0 ? top : r0, b1 = bottom < r1 ? bottom : r1;
    double const c = left > c0 ? left : c0, d = right < c1 ? right : c1;
    if (!(a < b1 && c < d)) return;
    double const area = (b1 - a) * (d - c), part = area / (at.y.scale * at.x.scale);
    all.y0 = a < all.y0 ? a : all.y0;
    all.y1 = b1 > all.y1 ? b1 : all.y1;
    all.x0 = c < all.x0 ? c : all.x0;
    all.x1 = d > all.x1 ? d : all.x1;
    all.area += area;
    all.part += part;
    all.weight = fused_sum(static_cast<double>(weight), part, all.weight);
  });
  all.part = all.part < whole ? all.part / whole : 1.0;
  all.weight = all.weight < whole ? all.weight / whole : 1.0;
  return all;
}

/// What is left of a point: where it is shown, and its weight; 0 where it is not.
struct seen_point {
  double y, x;
  float weight;
};
template <class Side>
seen_point seen_at(Side const& side, double py, double px) {
  seen_point p{py, px, 0.0f};
  if (side.everywhere(p.weight)) return p;
  side.each_run(py, std::floor(py) + 1.0, [&](index_t y, index_t x, index_t end, float weight, shown_place const& at) {
    double const oy = at.y(py), ox = at.x(px);
    bool const here = oy >= static_cast<double>(y) && oy < static_cast<double>(y + 1) && ox >= static_cast<double>(x) &&
                      ox < static_cast<double>(end);
    if (here && p.weight == 0.0f) p = {oy, ox, weight};
  });
  return p;
}

/// The rows of a plan and both sides of each: act(i, self, row, slot) for the slots of its lists.
struct side_rows {
  index_t self, partner;  ///< rows of the two lists; partner -1 = none
  bool alone;             ///< the row shows the sample alone
};
template <class Plan>
side_rows sides_of(Plan const& p, index_t i, bool own, bool is_gathered) noexcept {
  index_t const partner = p.partner.data[i], self = p.self.data[i];
  bool const reads = p.blend.reads_source(p.choice.data[i]);
  bool const itself = p.shape.own_source && partner - p.shape.first == self;
  bool const none = partner < 0 || itself;
  return {self, none || !reads ? -1 : is_gathered ? i : partner - p.shape.first_of(own), none && reads};
}

/// Checks the lists of both sides, the output and its weights.
template <class Plan>
void check_sides(Plan const& p, tensor_view<float const, 3> const& own, tensor_view<float const, 3> const& other,
                 tensor_view<float, 3> const& out, tensor_view<float, 2> const& weight, index_t width, bool from_batch,
                 bool is_gathered, char const* name) {
  check_made(p.shape);
  if (made_empty(p.shape)) {
    same_rows(name, own.extent[0], 0);
    same_rows("the output", out.extent[0], 0);
    return same_rows("weight", weight.extent[0], 0);
  }
  if (p.shape.spatial != 2 && !p.constant_field())
    fail(std::string(name) + " need a plan of images, and this one has " + text(index_t{p.shape.spatial}) +
         " spatial dimensions");
  check_list(own, p.shape.samples, width, name);
  std::string const source = std::string("the source's ") + name;
  if (from_batch && !p.flags().local)
    fail("partners lie outside the batch; give their " + std::string(name) +
         ": those of the second source (or of the global batch) go between " + name + " and the output");
  if (!from_batch) check_list(other, is_gathered ? p.shape.rows : p.shape.source_rows, width, source.c_str());
  check_list(out, p.shape.rows, width, "the output");
  check_list(weight, p.shape.rows, 0, "weight");
  index_t const both = own.extent[1] + other.extent[1];
  if (out.extent[1] != both || weight.extent[1] != both)
    fail(out.extent[1] != both ? "the output" : "weight",
         text((out.extent[1] != both ? out.extent : weight.extent)[1]) + " a row",
         text(both) + " a row: " + text(own.extent[1]) + " of the sample, then " + text(other.extent[1]) +
             " of the partner");
  auto const range = [](auto const& v) {
    layout5 f;
    for (int d = 0; d < std::remove_cvref_t<decltype(v)>::rank; ++d) {
      f.extent[d] = v.extent[d];
      f.stride[d] = v.stride[d];
    }
    return byte_range_of(v.data, f);
  };
  if (out.size() == 0) return;
  bool const touches = overlap(range(out), range(weight)) || (own.size() > 0 && overlap(range(out), range(own))) ||
                       (other.size() > 0 && overlap(range(out), range(other)));
  if (touches)
    fail("the output", std::string("sharing memory with the ") + name + " or with weight", "a buffer of its own");
}

template <class Plan>
void boxes_from(Plan const& p, tensor_view<float const, 3> const& own, tensor_view<float const, 3> const& other,
                tensor_view<float, 3> const& out, tensor_view<float, 2> const& weight, box_options const& options,
                bool from_batch, bool is_gathered) {
  check_sides(p, own, other, out, weight, 4, from_batch, is_gathered, "boxes");
  check_box_options(options);
  check_boxes(own, "box");
  if (!from_batch) check_boxes(other, "the source's box", is_gathered ? p.partner.data : nullptr);
  index_t const k = own.extent[1];
  for (index_t i = 0; i < p.shape.rows; ++i) {
    side_rows const rows = sides_of(p, i, from_batch, is_gathered);
    for (index_t j = 0; j < k + other.extent[1]; ++j) {
      bool const self = j < k;
      index_t const row = self ? rows.self : rows.partner;
      seen_box s;
      if (row >= 0) {
        float b[4];
        for (int c = 0; c < 4; ++c) b[c] = self ? own(row, j, c) : other(row, j - k, c);
        s = seen(shown_side<Plan>(p, i, self, rows.alone), b);
      }
      bool const keep = s.area > 0.0 && s.area >= static_cast<double>(options.min_area) &&
                        s.part >= static_cast<double>(options.min_visibility);
      double const to[4] = {s.y0, s.y1, s.x0, s.x1};
      for (int c = 0; c < 4; ++c) out(i, j, c) = keep ? static_cast<float>(to[c]) : 0.0f;
      weight(i, j) = keep ? static_cast<float>(s.weight) : 0.0f;
    }
  }
}
template <class Plan>
void points_from(Plan const& p, tensor_view<float const, 3> const& own, tensor_view<float const, 3> const& other,
                 tensor_view<float, 3> const& out, tensor_view<float, 2> const& weight, bool from_batch,
                 bool is_gathered) {
  check_sides(p, own, other, out, weight, 2, from_batch, is_gathered, "points");
  check_points(own, "point");
  if (!from_batch) check_points(other, "the source's point", is_gathered ? p.partner.data : nullptr);
  index_t const k = own.extent[1];
  for (index_t i = 0; i < p.shape.rows; ++i) {
    side_rows const rows = sides_of(p, i, from_batch, is_gathered);
    for (index_t j = 0; j < k + other.extent[1]; ++j) {
      bool const self = j < k;
      index_t const row = self ? rows.self : rows.partner;
      seen_point s{0.0, 0.0, 0.0f};
      if (row >= 0)
        s = seen_at(shown_side<Plan>(p, i, self, rows.alone),
                    static_cast<double>(self ? own(row, j, 0) : other(row, j - k, 0)),
                    static_cast<double>(self ? own(row, j, 1) : other(row, j - k, 1)));
      out(i, j, 0) = static_cast<float>(s.y);
      out(i, j, 1) = static_cast<float>(s.x);
      weight(i, j) = s.weight;
    }
  }
}

}  // namespace detail

/// The boxes of both sides of each mixed image. `boxes` is (n, k, 4), {y0, y1, x0, x1} in continuous pixel coordinates
/// (the first pixel is [0, 1) x [0, 1)); `out` is (rows, 2 k, 4): the k boxes of the sample, then those of its partner,
/// each the smallest box around what is seen of it, where it is seen (moved, resized). `weight` (rows, 2 k) becomes the
/// mean weight of its side over the box: the part that CutMix leaves visible, lambda or 1 - lambda for mixup. Parts
/// beyond the image are not seen; a plan of mixup that was made for features knows no image, and keeps boxes whole.
/// Boxes of which nothing is seen, less than min_area, or a smaller part than min_visibility, become zeros of weight 0,
/// and so do boxes without area, which may fill up rows.
///   apply_boxes(plan, boxes, out, weight, {.min_visibility = 0.25f})
///   apply_boxes(plan, boxes, source_boxes, out, weight)            partners are rows of a second source
///   apply_boxes(plan, boxes, gathered(rows), out, weight)          row i of `rows` is the partner of row i
/// Errors: invalid_argument, before anything is written, for other shapes than the plan's, null pointers, memory that
/// is shared, boxes upside down or not finite, a plan of signals or volumes.
template <class R, class B>
void apply_boxes(plan<R, B> const& p, tensor_view<float const, 3> const& boxes, tensor_view<float, 3> const& out,
                 tensor_view<float, 2> const& weight, box_options const& options = {}) {
  detail::boxes_from(p, boxes, boxes, out, weight, options, true, false);
}
template <class R, class B>
void apply_boxes(plan<R, B> const& p, tensor_view<float const, 3> const& boxes,
                 tensor_view<float const, 3> const& source, tensor_view<float, 3> const& out,
                 tensor_view<float, 2> const& weight, box_options const& options = {}) {
  detail::boxes_from(p, boxes, source, out, weight, options, false, false);
}
template <class R, class B, class Source>
void apply_boxes(plan<R, B> const& p, tensor_view<float const, 3> const& boxes, gathered_rows<Source> const& source,
                 tensor_view<float, 3> const& out, tensor_view<float, 2> const& weight,
                 box_options const& options = {}) {
  detail::boxes_from(p, boxes, source.view, out, weight, options, false, true);
}

/// The points of both sides of each mixed image: `points` (n, k, 2), {y, x} in continuous pixel coordinates; `out`
/// (rows, 2 k, 2), those of the sample, then of its partner, where the output shows them. `weight` (rows, 2 k) is that
/// of the point's side in the pixel that shows it; 0 for points that are not shown, which stay where they were (hidden,
/// as by CutMix's box), or are zeros where there is no partner. Sources and errors as those of apply_boxes.
template <class R, class B>
void apply_points(plan<R, B> const& p, tensor_view<float const, 3> const& points, tensor_view<float, 3> const& out,
                  tensor_view<float, 2> const& weight) {
  detail::points_from(p, points, points, out, weight, true, false);
}
template <class R, class B>
void apply_points(plan<R, B> const& p, tensor_view<float const, 3> const& points,
                  tensor_view<float const, 3> const& source, tensor_view<float, 3> const& out,
                  tensor_view<float, 2> const& weight) {
  detail::points_from(p, points, source, out, weight, false, false);
}
template <class R, class B, class Source>
void apply_points(plan<R, B> const& p, tensor_view<float const, 3> const& points, gathered_rows<Source> const& source,
                  tensor_view<float, 3> const& out, tensor_view<float, 2> const& weight) {
  detail::points_from(p, points, source.view, out, weight, false, true);
}

}  // namespace mixaug

MIXAUG_EXACT_END
