// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/augment.hpp>
#include <mixaug/augment/detail/nearest_pixel.hpp>
#include <mixaug/core/box_list.hpp>

MIXAUG_EXACT_BEGIN

/// What belongs to the images of a plan: masks, points and boxes take the way of their image. Steps of colour, noise
/// and blur leave them as they are.
namespace mixaug {
namespace augment {

using mixaug::box_options;

namespace detail {

/// A point of the continuous image.
struct place {
  double y, x;
};

/// Where a point of the input of one pass is shown in its output: the inverse of an affine map, and of others by
/// Newton's method from there.
class forward_map {
 public:
  forward_map(fixed_map const& m, warp_list const& warps) noexcept : warped_(m.warped), warps_(warps) {
    double const unit = 0x1p-32;
    double const xx = static_cast<double>(m.xx) * unit, xy = static_cast<double>(m.xy) * unit,
                 yx = static_cast<double>(m.yx) * unit, yy = static_cast<double>(m.yy) * unit;
    double const determinant = sum_of_products(xx, yy, -xy, yx);
    ixx_ = yy / determinant;
    ixy_ = -xy / determinant;
    iyx_ = -yx / determinant;
    iyy_ = xx / determinant;
    x0_ = static_cast<double>(m.x0) * unit + 0.5;
    y0_ = static_cast<double>(m.y0) * unit + 0.5;
  }
  place operator()(place p) const noexcept {
    double const dx = p.x - x0_, dy = p.y - y0_;
    place q{fused_sum(iyx_, dx, fused_sum(iyy_, dy, 0.5)), fused_sum(ixx_, dx, fused_sum(ixy_, dy, 0.5))};
    for (int k = 0; k < 20 && warped_; ++k) {
      constexpr double h = 0x1p-6;
      double x[3] = {q.x, q.x + h, q.x}, y[3] = {q.y, q.y, q.y + h};
      warps_(3, x, y);
      double const a = (x[1] - x[0]) / h, b = (x[2] - x[0]) / h, c = (y[1] - y[0]) / h, d = (y[2] - y[0]) / h;
      double const determinant = sum_of_products(a, d, -b, c), ex = p.x - x[0], ey = p.y - y[0];
      if (!(std::fabs(determinant) > 1e-9)) break;
      q.x += sum_of_products(d, ex, -b, ey) / determinant;
      q.y += sum_of_products(a, ey, -c, ex) / determinant;
    }
    return q;
  }
  bool warped() const noexcept { return warped_; }

 private:
  bool warped_;
  warp_list warps_;
  double ixx_, ixy_, iyx_, iyy_, x0_, y0_;
};

/// Takes a point of image i through all passes. `seen` becomes false where it lies outside the image after one of them.
inline place moved(plan const& p, index_t i, place at, bool& seen) noexcept {
  compiled_chain const& c = plan_writer::compiled(p);
  seen = true;
  for (std::size_t k = 0; k < c.passes.size(); ++k) {
    at = forward_map(plan_writer::maps(p, i)[k], plan_writer::warps(p, i, k))(at);
    double const h = static_cast<double>(c.passes[k].out.height), w = static_cast<double>(c.passes[k].out.width);
    seen = seen && at.y >= 0.0 && at.y < h && at.x >= 0.0 && at.x < w;
  }
  return at;
}

/// Takes a box of image i, of the corners low and high, through all passes, clipped after each. Returns the part of its
/// area that stays visible; 0 for a box without area.
inline double moved_box(plan const& p, index_t i, place& low, place& high) noexcept {
  compiled_chain const& c = plan_writer::compiled(p);
  double part = 1.0;
  for (std::size_t k = 0; k < c.passes.size(); ++k) {
    forward_map const map(plan_writer::maps(p, i)[k], plan_writer::warps(p, i, k));
    place least{1e300, 1e300}, most{-1e300, -1e300};
    auto const take = [&](double y, double x) {
      place const q = map({y, x});
      least = {q.y < least.y ? q.y : least.y, q.x < least.x ? q.x : least.x};
      most = {q.y > most.y ? q.y : most.y, q.x > most.x ? q.x : most.x};
    };
    int const parts = map.warped() ? 8 : 1;
    for (int s = 0; s <= parts; ++s) {
      double const t = static_cast<double>(s) / static_cast<double>(parts);
      double const y = fused_sum(t, high.y - low.y, low.y), x = fused_sum(t, high.x - low.x, low.x);
      take(low.y, x);
      take(high.y, x);
      take(y, low.x);
      take(y, high.x);
    }
    double const all = (most.y - least.y) * (most.x - least.x);
    auto const clip = [](double v, index_t side) {
      double const end = static_cast<double>(side);
      return v < 0.0 ? 0.0 : v > end ? end : v;
    };
    low = {clip(least.y, c.passes[k].out.height), clip(least.x, c.passes[k].out.width)};
    high = {clip(most.y, c.passes[k].out.height), clip(most.x, c.passes[k].out.width)};
    double const visible = (high.y - low.y) * (high.x - low.x);
    if (!(visible > 0.0)) return 0.0;
    part *= visible / all;
  }
  return part;
}

template <class T, int R>
void check_list(tensor_view<T, R> const& v, plan const& p, index_t width, char const* name) {
  check_made(p);
  mixaug::detail::check_list(v, p.rows(), width, name);
}

}  // namespace detail
}  // namespace augment

/// Moves points (n, k, 2), {y, x} in continuous pixel coordinates (the centre of the first pixel is 0.5, 0.5), with
/// their images. `inside` (n, k) becomes 1 for points that lie in the output, else 0; they are written either way.
/// `out` may be `points`. Points that a fold of an elastic map shows twice go to one of the places. Errors: another
/// number of rows than the plan's, null pointers, numbers that are not finite; nothing is written.
inline void apply_points(augment::plan const& p, tensor_view<float const, 3> const& points,
                         tensor_view<float, 3> const& out, tensor_view<std::uint8_t, 2> const& inside) {
  namespace own = augment::detail;
  own::check_list(points, p, 2, "points");
  own::check_list(out, p, 2, "the output");
  own::check_list(inside, p, 0, "inside");
  detail::check_same_count(points, out, "the output");
  detail::check_same_count(points, inside, "inside");
  detail::check_points(points, "point");
  for (index_t i = 0; i < p.rows(); ++i)
    for (index_t k = 0; k < points.extent[1]; ++k) {
      bool seen = true;
      own::place const q =
          own::moved(p, i, {static_cast<double>(points(i, k, 0)), static_cast<double>(points(i, k, 1))}, seen);
      out(i, k, 0) = static_cast<float>(q.y);
      out(i, k, 1) = static_cast<float>(q.x);
      inside(i, k) = seen ? 1 : 0;
    }
}

/// Moves boxes (n, k, 4), {y0, y1, x0, x1} in continuous pixel coordinates, with their images: each becomes the box
/// around its moved corners (and seven points of each side, where the map is no affine one), clipped to the output.
/// `kept` (n, k) becomes 1, or 0 where the visible area is 0, less than min_area or a smaller part than min_visibility
/// of the moved box; dropped boxes are written as zeros. `out` may be `boxes`. Errors: another number of rows than the
/// plan's, null pointers, boxes upside down or not finite, options out of range; nothing is written.
inline void apply_boxes(augment::plan const& p, tensor_view<float const, 3> const& boxes,
                        tensor_view<float, 3> const& out, tensor_view<std::uint8_t, 2> const& kept,
                        augment::box_options const& options = {}) {
  namespace own = augment::detail;
  own::check_list(boxes, p, 4, "boxes");
  own::check_list(out, p, 4, "the output");
  own::check_list(kept, p, 0, "kept");
  detail::check_same_count(boxes, out, "the output");
  detail::check_same_count(boxes, kept, "kept");
  detail::check_box_options(options);
  detail::check_boxes(boxes, "box");
  for (index_t i = 0; i < p.rows(); ++i)
    for (index_t k = 0; k < boxes.extent[1]; ++k) {
      own::place low{static_cast<double>(boxes(i, k, 0)), static_cast<double>(boxes(i, k, 2))},
          high{static_cast<double>(boxes(i, k, 1)), static_cast<double>(boxes(i, k, 3))};
      double const part = own::moved_box(p, i, low, high);
      double const visible = (high.y - low.y) * (high.x - low.x);
      bool const keep = part > 0.0 && visible >= static_cast<double>(options.min_area) &&
                        part >= static_cast<double>(options.min_visibility);
      out(i, k, 0) = keep ? static_cast<float>(low.y) : 0.0f;
      out(i, k, 1) = keep ? static_cast<float>(high.y) : 0.0f;
      out(i, k, 2) = keep ? static_cast<float>(low.x) : 0.0f;
      out(i, k, 3) = keep ? static_cast<float>(high.x) : 0.0f;
      kept(i, k) = keep ? 1 : 0;
    }
}

namespace augment {
namespace detail {

/// Takes the masks of a batch through the maps of their images.
template <class T>
struct mask_body {
  plan const& own;
  image<T const> in;
  image<T> out;
  index_t in_sample, out_sample;
  std::byte* scratch;
  std::size_t scratch_bytes;  ///< of one image between passes
  index_t lanes;

  static constexpr bool interpolates = std::is_same_v<T, float>;

  void operator()(index_t lane) const noexcept {
    index_t const n = own.rows();
    for (index_t i = lane * n / lanes; i < (lane + 1) * n / lanes; ++i)
      one(i, scratch + 2 * static_cast<std::size_t>(lane) * scratch_bytes);
  }

 private:
  void one(index_t i, std::byte* mine) const noexcept {
    compiled_chain const& c = plan_writer::compiled(own);
    image<T const> from = in;
    from.data += i * in_sample;
    std::size_t last = 0;  // the last pass that moves pixels
    for (std::size_t k = 0; k < c.passes.size(); ++k)
      if (c.passes[k].last > c.passes[k].step) last = k;
    int which = 0;
    for (std::size_t k = 0; k <= last; ++k) {
      pass const& q = c.passes[k];
      if (k < last && q.last == q.step) continue;
      image<T> to = out;
      to.data += i * out_sample;
      if (k < last) {
        T* const data = reinterpret_cast<T*>(mine + static_cast<std::size_t>(which) * scratch_bytes);
        to = image<T>{data, q.out.height * q.out.width, q.out.width, 1, q.out.height, q.out.width, 1};
        which = 1 - which;
      }
      read(i, k, from, to);
      from = image<T const>{to.data, to.plane, to.row, to.column, to.height, to.width, 1};
    }
  }
  void read(index_t i, std::size_t k, image<T const> const& from, image<T> const& to) const noexcept {
    compiled_chain const& c = plan_writer::compiled(own);
    fixed_map const map = plan_writer::maps(own, i)[k].in_plane();
    pass q = c.passes[k];
    q.how.fill = 0.0f;
    q.stage = q.last_stage = 0;
    if (map.exact) return copy_elements(from, to, map, q.how, true);
    warp_list const warps = plan_writer::warps(own, i, k);
    if constexpr (interpolates) {
      stage_list const none{own.chain(), c, q, nullptr, own.drawn_with, 0};
      run_tiles(reader<T>{from, q.how, map, {}, warps, nullptr}, none, to);
    } else {
      for (index_t y = 0; y < to.height; ++y)
        for (index_t x = 0; x < to.width; ++x) {
          auto const [py, px] = nearest_of(map, warps, y, x);
          bool const outside = px < 0 || py < 0 || px >= from.width || py >= from.height;
          if (outside && q.how.border == border::constant) {
            *to.at(0, y, x) = T{};
            continue;
          }
          *to.at(0, y, x) = *from.at(0, inside(py, from.height, q.how.border), inside(px, from.width, q.how.border));
        }
    }
  }
};

/// Checks at compile time what apply_masks is given.
template <class T, class U>
constexpr bool takes_masks() {
  using E = std::remove_const_t<T>;
  constexpr bool masks = !mixaug::detail::is_pixel<E> || std::is_same_v<E, float>;
  static_assert(std::is_same_v<E, U>,
                "mixaug: masks and the output have one element type, and the output is not const");
  static_assert(
      masks, "mixaug: apply_masks takes ids, as masks(pointer, {n, h, w}), or floats, as scores(pointer, {n, h, w})");
  return std::is_same_v<E, U> && masks;
}
/// Checks the operands of apply_masks.
template <class T, class U, space S, space P>
operands<std::remove_const_t<T>, U> checked_masks(plan const& p, tensor_view<T, 3, S> const& x,
                                                  tensor_view<U, 3, P> const& out) {
  auto const image_like = [](auto const& v) {
    using view = std::remove_cvref_t<decltype(v)>;
    tensor_view<typename view::element, 4> four;
    four.data = v.data;
    index_t const extent[4] = {v.extent[0], 1, v.extent[1], v.extent[2]},
                  stride[4] = {v.stride[0], 0, v.stride[1], v.stride[2]};
    for (int d = 0; d < 4; ++d) {
      four.extent[d] = extent[d];
      four.stride[d] = stride[d];
    }
    return four;
  };
  image_facts in = p.in(), to = p.out();
  in.channels = to.channels = 1;
  auto const fx = checked_images(image_like(x), p, in, "the masks, with c = 1,", ", for which the plan was made");
  auto const fo = checked_images(image_like(out), p, to, "the output, with c = 1,", ", what the plan's chain gives");
  check_written("the output", fo);
  if (mixaug::detail::overlap(mixaug::detail::byte_range_of(x.data, fx), mixaug::detail::byte_range_of(out.data, fo)))
    fail("the output", "sharing memory with the masks", "a buffer of its own");
  return {image_of<std::remove_const_t<T> const>(x.data, fx), image_of<U>(out.data, fo), fx.stride[0], fo.stride[0]};
}

}  // namespace detail
}  // namespace augment

/// Takes masks (n, h, w) through the maps of their images, into `out` of the chain's size: ids (ma::masks, integers of
/// any size) are read at the nearest pixel, floats as the chain reads images. Where the border is constant, both are 0
/// beyond the image.
/// Errors: invalid_argument, before anything is written, for another shape than the plan's, null pointers, overlapping
/// memory.
template <backend Backend, class T, class U, space S, space P>
void apply_masks(Backend const& be, augment::plan const& p, tensor_view<T, 3, S> const& x,
                 tensor_view<U, 3, P> const& out) {
  constexpr bool here = host_backend<Backend> && S == space::host && P == space::host;
  static_assert(here,
                "mixaug: this plan of a chain is applied on the host, to masks in its memory; devices apply "
                "augment::device_plan (augment/device_follow.hpp)");
  if constexpr (here && augment::detail::takes_masks<T, U>()) {
    namespace own = augment::detail;
    using E = std::remove_const_t<T>;
    auto const v = own::checked_masks(p, x, out);
    own::compiled_chain const& c = own::plan_writer::compiled(p);
    index_t most = 0;
    for (std::size_t k = 0; k + 1 < c.passes.size(); ++k)
      most = detail::greater(most, c.passes[k].out.height * c.passes[k].out.width);
    std::size_t const bytes = detail::aligned(static_cast<std::size_t>(most) * sizeof(E));
    index_t const lanes = detail::greater(1, detail::lesser(be.lanes(), p.rows()));
    std::byte* const scratch = detail::kept_scratch().reserve(2 * bytes * static_cast<std::size_t>(lanes) + 64);
    be.items(lanes, own::mask_body<E>{p, v.in, v.out, v.in_sample, v.out_sample, scratch, bytes, lanes});
  }
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class T, class U, space S, space P>
void apply_masks(augment::plan const& p, tensor_view<T, 3, S> const& x, tensor_view<U, 3, P> const& out) {
  mixaug::apply_masks(default_backend{}, p, x, out);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
