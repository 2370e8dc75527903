// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/apply.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// The points of a box along one axis of a feature map: evenly spaced, ceil(side) of them, side in features.
struct roi_axis {
  double start = 0.0, step = 0.0;
  index_t count = 0, size = 1;

  roi_axis() = default;
  /// The box [begin, end) of `pixels`, on a map of `features`; half a feature is taken off because features, like
  /// pixels, have their values at their centres.
  MIXAUG_HD roi_axis(index_t begin, index_t end, index_t pixels, index_t features) noexcept : size(features) {
    double const scale = static_cast<double>(features) / static_cast<double>(pixels);
    double const side = static_cast<double>(end - begin) * scale;
    count = greater(1, ceil_div((end - begin) * features, pixels));
    step = side / static_cast<double>(count);
    start = fused_sum(static_cast<double>(begin), scale, -0.5);
  }
  /// Two neighbouring features and the weight of the second, at point k; clamped to the map.
  struct tap {
    index_t first, second;
    double weight;
  };
  MIXAUG_HD tap at(index_t k) const noexcept {
    double const v = fused_sum(static_cast<double>(k) + 0.5, step, start);
    if (!(v > 0.0)) return {0, 0, 0.0};
    auto const low = static_cast<index_t>(v);
    if (low >= size - 1) return {size - 1, size - 1, 0.0};
    return {low, low + 1, v - static_cast<double>(low)};
  }
};
struct roi {
  roi_axis y, x;
  MIXAUG_HD bool empty() const noexcept { return y.count == 0; }
  MIXAUG_HD double share() const noexcept {
    return 1.0 / (static_cast<double>(y.count) * static_cast<double>(x.count));
  }
};
/// The box of row i that shows the partner; empty if the row has none, or no single one.
template <class Plan>
MIXAUG_HD roi roi_of(Plan const& plan, index_t i, index_t height, index_t width) noexcept {
  auto const state = plan.state(i);
  if (plan.partner.data[i] < 0 || state.tiles() != 1) return {};
  tile const t = state.tile_at(0);
  if (t.where.empty() || t.weighted || t.m != 0.0f) return {};
  box const& b = t.where;
  return {{b.y0, b.y1, plan.shape.size[1], height}, {b.x0, b.x1, plan.shape.size[2], width}};
}

/// The view without its memory space, as bodies hold it.
template <class T, class V>
tensor_view<T, V::rank> plain_view(V const& v) noexcept {
  tensor_view<T, V::rank> to;
  to.data = v.data;
  for (int d = 0; d < V::rank; ++d) {
    to.extent[d] = v.extent[d];
    to.stride[d] = v.stride[d];
  }
  return to;
}

/// Averages the features of row i under its box; one channel a lane at a time.
template <class T, class Plan>
struct roi_body {
  Plan plan;
  tensor_view<T const, 4> from;
  tensor_view<T, 2> to;

  MIXAUG_HD void operator()(index_t i, index_t lane, index_t lanes) const noexcept {
    roi const r = roi_of(plan, i, from.extent[2], from.extent[3]);
    for (index_t c = lane; c < from.extent[1]; c += lanes) {
      double sum = 0.0;
      T const* const map = from.data + i * from.stride[0] + c * from.stride[1];
      for (index_t k = 0; k < r.y.count; ++k) {
        roi_axis::tap const y = r.y.at(k);
        for (index_t j = 0; j < r.x.count; ++j) {
          roi_axis::tap const x = r.x.at(j);
          double const a = along(map + y.first * from.stride[2], x), b = along(map + y.second * from.stride[2], x);
          sum += between(a, b, y.weight);
        }
      }
      to.data[i * to.stride[0] + c * to.stride[1]] = static_cast<T>(r.empty() ? 0.0 : sum * r.share());
    }
  }

 private:
  MIXAUG_HD static double between(double a, double b, double weight) noexcept { return fused_sum(weight, b - a, a); }
  MIXAUG_HD double along(T const* line, roi_axis::tap const& x) const noexcept {
    return between(static_cast<double>(line[x.first * from.stride[3]]),
                   static_cast<double>(line[x.second * from.stride[3]]), x.weight);
  }
};
/// The transpose: writes the gradient of the features of row i; one channel a lane at a time, which adds in the order
/// of the points.
template <class T, class Plan>
struct roi_adjoint_body {
  Plan plan;
  tensor_view<T const, 2> from;
  tensor_view<T, 4> to;

  MIXAUG_HD void operator()(index_t i, index_t lane, index_t lanes) const noexcept {
    roi const r = roi_of(plan, i, to.extent[2], to.extent[3]);
    for (index_t c = lane; c < to.extent[1]; c += lanes) {
      T* const map = to.data + i * to.stride[0] + c * to.stride[1];
      for (index_t y = 0; y < to.extent[2]; ++y)
        for (index_t x = 0; x < to.extent[3]; ++x) map[y * to.stride[2] + x * to.stride[3]] = T{0};
      if (r.empty()) continue;
      double const g = static_cast<double>(from.data[i * from.stride[0] + c * from.stride[1]]) * r.share();
      for (index_t k = 0; k < r.y.count; ++k) {
        roi_axis::tap const y = r.y.at(k);
        for (index_t j = 0; j < r.x.count; ++j) {
          add(map + y.first * to.stride[2], r.x.at(j), g * (1.0 - y.weight));
          add(map + y.second * to.stride[2], r.x.at(j), g * y.weight);
        }
      }
    }
  }

 private:
  MIXAUG_HD void add(T* line, roi_axis::tap const& x, double g) const noexcept {
    T &a = line[x.first * to.stride[3]], &b = line[x.second * to.stride[3]];
    a = static_cast<T>(fused_sum(g, 1.0 - x.weight, static_cast<double>(a)));
    b = static_cast<T>(fused_sum(g, x.weight, static_cast<double>(b)));
  }
};

/// True for a plan of 0 rows, and views of as many.
template <class Plan, class Maps, class Means>
bool no_roi(Plan const& p, Maps const& maps, Means const& means, char const* maps_name, char const* means_name) {
  if (!made_empty(p.shape)) return false;
  same_rows(maps_name, maps.extent[0], 0);
  same_rows(means_name, means.extent[0], 0);
  return true;
}
/// Checks a feature map (rows, c, h, w) and its averages (rows, c); `out` is the one that is written.
template <class Plan, class Maps, class Means>
void check_roi(Plan const& p, Maps const& maps, Means const& means, char const* maps_name, char const* means_name,
               bool maps_written) {
  plan_shape const& s = p.shape;
  check_made(s);
  if (s.spatial != 2)
    fail("the plan", "of " + text(index_t{s.spatial}) + " spatial dimensions", "one of images, for roi_align");
  layout5 f[2];
  for (int d = 0; d < 4; ++d) {
    f[0].extent[d] = maps.extent[d];
    f[0].stride[d] = maps.stride[d];
    if (maps.extent[d] <= 0)
      fail(maps_name, "of shape " + shape_text(maps.extent, 4), "at least one element along each dimension");
  }
  for (int d = 0; d < 2; ++d) {
    f[1].extent[d] = means.extent[d];
    f[1].stride[d] = means.stride[d];
  }
  same_rows(maps_name, maps.extent[0], s.rows);
  same_rows(means_name, means.extent[0], s.rows);
  if (means.extent[1] != maps.extent[1])
    fail(means_name, "of width " + text(means.extent[1]), text(maps.extent[1]) + ", the channels of the features");
  if (maps.data == nullptr) fail(maps_name, "a null pointer", "memory for " + shape_text(maps.extent, 4) + " elements");
  if (means.data == nullptr)
    fail(means_name, "a null pointer", "memory for " + shape_text(means.extent, 2) + " elements");
  if (!addressable(f[0], sizeof(*maps.data)))
    fail(maps_name, "of strides " + shape_text(maps.stride, 4), "elements that memory can hold");
  if (!addressable(f[1], sizeof(*means.data)))
    fail(means_name, "of strides " + shape_text(means.stride, 2), "elements that memory can hold");
  int const out = maps_written ? 0 : 1;
  check_output(maps_written ? maps_name : means_name, f[out]);
  if (maps_written)
    check_apart(maps_name, maps.data, f[0], means_name, means.data, f[1], "");
  else
    check_apart(means_name, means.data, f[1], maps_name, maps.data, f[0], "");
}
template <class Maps, class Means>
constexpr bool check_roi_types() {
  using T = std::remove_const_t<typename Maps::element>;
  constexpr bool types = Maps::rank == 4 && Means::rank == 2 && same_element<Maps, Means> &&
                         (std::is_same_v<T, float> || std::is_same_v<T, double>);
  static_assert(types, "mixaug: roi_align takes features (n, c, h, w) and averages (n, c), both float or both double");
  return types;
}

}  // namespace detail

/// The features of a network under the box that shows the partner, averaged: RoIAlign (He et al., arXiv 1703.06870)
/// with one bin, as the consistency term of RecursiveMix needs it (arXiv 2203.06844, section 3.2). `features` (n, c, h,
/// w) of any size, on which the boxes of the plan's images are scaled axis by axis; `out` (n, c). Along each axis
/// ceil(side) points, side in features, lie evenly in the box, which is shifted by half a feature; between features
/// values are bilinear, beyond the outermost ones constant. Sums are in double, in the order of the points: the same
/// bits on every backend. Rows that do not show a partner in one box get zeros.
///   roi_align(backend, plan, features, out)
/// Errors: a plan that is not of images, other shapes, null pointers, memory that overlaps.
template <backend Be, class R, class B, space S, class F, class O>
requires(is_tensor_view<F>&& is_tensor_view<O>) void roi_align(Be const& be, plan<R, B, S> const& p, F const& features,
                                                               O const& out) {
  detail::check_spaces<Be, S, F, O>();
  detail::check_writable<O>();
  if constexpr (detail::check_roi_types<F, O>() && S == Be::memory && F::memory == S && O::memory == S) {
    using T = std::remove_const_t<typename F::element>;
    if (detail::no_roi(p, features, out, "the features", "the averages")) return;
    detail::check_roi(p, features, out, "the features", "the averages", false);
    using view = std::remove_cvref_t<decltype(p.view())>;
    detail::roi_body<T, view> body;
    body.plan = p.view();
    body.from = detail::plain_view<T const>(features);
    body.to = detail::plain_view<T>(out);
    detail::run_rows(be, body, p.shape.rows);
  }
}
/// The transpose of roi_align: the gradient (n, c, h, w) of the features from that of the averages (n, c). It is
/// overwritten.
///   roi_align_adjoint(backend, plan, grad_out, grad_features)
template <backend Be, class R, class B, space S, class G, class F>
requires(is_tensor_view<G>&& is_tensor_view<F>) void roi_align_adjoint(Be const& be, plan<R, B, S> const& p,
                                                                       G const& grad_out, F const& grad_features) {
  detail::check_spaces<Be, S, G, F>();
  detail::check_writable<F>();
  if constexpr (detail::check_roi_types<F, G>() && S == Be::memory && F::memory == S && G::memory == S) {
    using T = std::remove_const_t<typename F::element>;
    if (detail::no_roi(p, grad_features, grad_out, "the features' gradient", "the averages' gradient")) return;
    detail::check_roi(p, grad_features, grad_out, "the features' gradient", "the averages' gradient", true);
    using view = std::remove_cvref_t<decltype(p.view())>;
    detail::roi_adjoint_body<T, view> body;
    body.plan = p.view();
    body.from = detail::plain_view<T const>(grad_out);
    body.to = detail::plain_view<T>(grad_features);
    detail::run_rows(be, body, p.shape.rows);
  }
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class R, class B, space S, class F, class O>
requires(is_tensor_view<F>&& is_tensor_view<O>) void roi_align(plan<R, B, S> const& p, F const& features,
                                                               O const& out) {
  mixaug::roi_align(default_backend{}, p, features, out);
}
template <class R, class B, space S, class G, class F>
requires(is_tensor_view<G>&& is_tensor_view<F>) void roi_align_adjoint(plan<R, B, S> const& p, G const& grad_out,
                                                                       F const& grad_features) {
  mixaug::roi_align_adjoint(default_backend{}, p, grad_out, grad_features);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
