// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/chain.hpp>
#include <mixaug/core/detail/math/degrees.hpp>

MIXAUG_EXACT_BEGIN

/// Maps from output to input: the host composes them in double, with fixed roundings, and rounds them once to integers
/// in units of 2^-32 pixels, so that all that read pixels only add integers.
namespace mixaug::augment {
namespace detail {

using mixaug::detail::fused_sum;
using mixaug::detail::sine_cosine;

/// a b + c d, with the same bits with and without fma.
inline double sum_of_products(double a, double b, double c, double d) noexcept { return fused_sum(a, b, c * d); }

/// The point of the input that an output point (x, y) shows: (xx x + xy y + x0, yx x + yy y + y0), in continuous
/// coordinates, in which the centre of the first pixel is (1/2, 1/2).
struct affine_map {
  double xx = 1.0, xy = 0.0, x0 = 0.0;
  double yx = 0.0, yy = 1.0, y0 = 0.0;

  /// The map that first takes a point through `next`, then through this one: of a step, and the steps after it.
  affine_map after(affine_map const& next) const noexcept {
    affine_map m;
    m.xx = sum_of_products(xx, next.xx, xy, next.yx);
    m.xy = sum_of_products(xx, next.xy, xy, next.yy);
    m.x0 = fused_sum(xx, next.x0, fused_sum(xy, next.y0, x0));
    m.yx = sum_of_products(yx, next.xx, yy, next.yx);
    m.yy = sum_of_products(yx, next.xy, yy, next.yy);
    m.y0 = fused_sum(yx, next.x0, fused_sum(yy, next.y0, y0));
    return m;
  }
  /// The same map with the point `out` shown as the point `in`.
  affine_map about(double out_x, double out_y, double in_x, double in_y) const noexcept {
    affine_map m = *this;
    m.x0 = fused_sum(-xx, out_x, fused_sum(-xy, out_y, in_x));
    m.y0 = fused_sum(-yx, out_x, fused_sum(-yy, out_y, in_y));
    return m;
  }
};

inline affine_map map_of(crop const&, float const* drawn, image_facts const&, image_facts const&) noexcept {
  affine_map m;
  m.y0 = static_cast<double>(drawn[0]);
  m.x0 = static_cast<double>(drawn[1]);
  return m;
}
inline affine_map map_of(flip const&, float const* drawn, image_facts const& in, image_facts const&) noexcept {
  affine_map m;
  if (drawn[0] != 0.0f) {
    m.xx = -1.0;
    m.x0 = static_cast<double>(in.width);
  }
  if (drawn[1] != 0.0f) {
    m.yy = -1.0;
    m.y0 = static_cast<double>(in.height);
  }
  return m;
}
inline affine_map map_of(resized_crop const&, float const* drawn, image_facts const&, image_facts const& out) noexcept {
  affine_map m;
  m.yy = static_cast<double>(drawn[2]) / static_cast<double>(out.height);
  m.xx = static_cast<double>(drawn[3]) / static_cast<double>(out.width);
  m.y0 = static_cast<double>(drawn[0]);
  m.x0 = static_cast<double>(drawn[1]);
  return m;
}
inline affine_map map_of(affine const&, float const* drawn, image_facts const& in, image_facts const& out) noexcept {
  sine_cosine const turn = mixaug::detail::sine_cosine_of(static_cast<double>(drawn[0]));
  sine_cosine const of_x = mixaug::detail::sine_cosine_of(static_cast<double>(drawn[4]));
  sine_cosine const of_y = mixaug::detail::sine_cosine_of(static_cast<double>(drawn[5]));
  double const s = static_cast<double>(drawn[3]), shear_x = of_x.sine / of_x.cosine, shear_y = of_y.sine / of_y.cosine;
  // Output to input, each step undone: turn back, y -= shear_y x, x -= shear_x y, divide by the scale.
  affine_map back, unshear_y, unshear_x, shrink;
  back.xx = back.yy = turn.cosine;
  back.xy = -turn.sine;
  back.yx = turn.sine;
  unshear_y.yx = -shear_y;
  unshear_x.xy = -shear_x;
  shrink.xx = 1.0 / s;
  shrink.yy = in.kind == subject::signal ? 1.0 : shrink.xx;
  affine_map const all = shrink.after(unshear_x).after(unshear_y).after(back);
  return all.about(0.5 * static_cast<double>(out.width) + static_cast<double>(drawn[1]),
                   0.5 * static_cast<double>(out.height) + static_cast<double>(drawn[2]),
                   0.5 * static_cast<double>(in.width), 0.5 * static_cast<double>(in.height));
}

/// The map in integers: pixel (i, j) of the output, row and column, shows x = xx j + xy i + x0, y = yx j + yy i + y0,
/// in units of 2^-32 pixels, where the centre of input pixel k is k.
struct fixed_map {
  static constexpr int bits = 32;
  static constexpr std::int64_t one = std::int64_t{1} << bits;
  static constexpr int parts = 15;                   ///< of the bits behind the point, those that pixels are read by
  static constexpr std::int32_t pixel = 1 << parts;  ///< a pixel, in units of 2^-parts
  std::int64_t xx = one, xy = 0, x0 = 0;
  std::int64_t yx = 0, yy = one, y0 = 0;
  std::int32_t samples_x = 1, samples_y = 1;  ///< points along each side of an output pixel, whose mean it shows
  std::int32_t z0 = 0, zz = 1;               ///< slice k of a volume's output is slice z0 + zz k of its input, zz = +-1
  std::int32_t depth_in = 1, depth_out = 1;  ///< slices; 1 but for volumes
  bool warped = false;                       ///< positions come from a warp_list
  bool exact = true;                         ///< every pixel is a pixel of the input, or lies beyond it

  /// The channel of the input, of all slices, that channel c of the output shows.
  MIXAUG_HD constexpr index_t channel(index_t c) const noexcept {
    return c / depth_out * depth_in + z0 + zz * (c % depth_out);
  }
  /// The same for one plane, such as a mask of all slices.
  MIXAUG_HD constexpr fixed_map in_plane() const noexcept {
    fixed_map m = *this;
    m.z0 = 0;
    m.zz = m.depth_in = m.depth_out = 1;
    return m;
  }
  /// True if every channel shows itself.
  MIXAUG_HD constexpr bool keeps_channels() const noexcept { return depth_in == depth_out && zz == 1 && z0 == 0; }
  /// The map of an output that begins at row y of this one.
  fixed_map from_row(index_t y) const noexcept {
    fixed_map m = *this;
    m.x0 += y * xy;
    m.y0 += y * yy;
    return m;
  }
  friend constexpr bool operator==(fixed_map const&, fixed_map const&) = default;
};

/// Slices of one step: as fixed_map's z0 and zz.
struct slice_map {
  index_t first = 0, step = 1;
  /// The map that first takes a slice through `next`, then through this one.
  slice_map after(slice_map const& next) const noexcept { return {first + step * next.first, step * next.step}; }
};
template <class S>
slice_map slices_of(S const&, float const*, image_facts const&) noexcept {
  return {};
}
inline slice_map slices_of(crop const&, float const* drawn, image_facts const&) noexcept {
  return {static_cast<index_t>(drawn[2]), 1};
}
inline slice_map slices_of(flip const&, float const* drawn, image_facts const& in) noexcept {
  if (drawn[2] == 0.0f) return {};
  return {in.depth - 1, -1};
}

/// Rounds to units of 2^-32, halves up; |v| < 2^30.
inline std::int64_t to_fixed(double v) noexcept { return static_cast<std::int64_t>(std::floor(v * 0x1p32 + 0.5)); }

/// Samples along an axis whose output pixel covers (dx, dy) of the input, where `antialias` is the factor below which
/// it is said to shrink.
inline std::int32_t samples_of(double dx, double dy, float antialias) noexcept {
  if (antialias <= 0.0f) return 1;
  double const length = std::sqrt(sum_of_products(dx, dx, dy, dy));
  if (!(length * static_cast<double>(antialias) > 1.0)) return 1;
  double const most = 64.0, points = std::floor(length) + (length > std::floor(length) ? 1.0 : 0.0);
  return static_cast<std::int32_t>(points < most ? points : most);
}

/// Converts a map; returns false if its numbers are too large, as those of maps that shrink to nothing.
inline bool to_fixed(affine_map const& m, float antialias, fixed_map& f) noexcept {
  double const most = 0x1p13, farthest = 0x1p29;
  double const x0 = fused_sum(0.5, m.xx, fused_sum(0.5, m.xy, m.x0)) - 0.5;
  double const y0 = fused_sum(0.5, m.yx, fused_sum(0.5, m.yy, m.y0)) - 0.5;
  for (double v : {m.xx, m.xy, m.yx, m.yy})
    if (!(std::fabs(v) <= most)) return false;
  if (!(std::fabs(x0) <= farthest && std::fabs(y0) <= farthest)) return false;
  f.xx = to_fixed(m.xx);
  f.xy = to_fixed(m.xy);
  f.x0 = to_fixed(x0);
  f.yx = to_fixed(m.yx);
  f.yy = to_fixed(m.yy);
  f.y0 = to_fixed(y0);
  f.samples_x = samples_of(m.xx, m.yx, antialias);
  f.samples_y = samples_of(m.xy, m.yy, antialias);
  auto const is_step = [](std::int64_t along, std::int64_t across) {
    return (along == fixed_map::one || along == -fixed_map::one) && across == 0;
  };
  bool const upright = is_step(f.xx, f.xy) && is_step(f.yy, f.yx);
  bool const turned = is_step(f.xy, f.xx) && is_step(f.yx, f.yy);
  f.exact = (upright || turned) && (f.x0 & (fixed_map::one - 1)) == 0 && (f.y0 & (fixed_map::one - 1)) == 0;
  return true;
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_EXACT_END
