// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/blur.hpp>
#include <mixaug/augment/detail/affine_map.hpp>
#include <mixaug/core/detail/math/exp.hpp>

MIXAUG_EXACT_BEGIN

/// The kernels of blurs, made in double by the host. The first number is the reach r; r + 1 weights of a normal kernel
/// follow, from its middle outwards, or (2 r + 1)^2 weights of a line, row by row.
namespace mixaug::augment {
namespace detail {

inline index_t kernel_numbers(gaussian_blur const& s) noexcept { return 2 + s.reach(s.sigma.high); }
inline index_t kernel_numbers(motion_blur const& s) noexcept {
  index_t const side = 2 * s.reach(s.length.high) + 1;
  return 1 + side * side;
}

inline void make_kernel(gaussian_blur const& s, float const* drawn, float* to) noexcept {
  double const sigma = static_cast<double>(drawn[0]);
  int const r = sigma > 0.0 ? s.reach(drawn[0]) : 0;
  to[0] = static_cast<float>(r);
  if (r == 0) {
    to[1] = 1.0f;
    return;
  }
  double const scale = -0.5 / (sigma * sigma);
  double sum = 0.0;
  for (int k = r; k >= 1; --k) sum += mixaug::detail::precise_exp(scale * static_cast<double>(k * k));
  sum = 1.0 + 2.0 * sum;
  for (int k = 0; k <= r; ++k)
    to[1 + k] = static_cast<float>(mixaug::detail::precise_exp(scale * static_cast<double>(k * k)) / sum);
}

inline void make_kernel(motion_blur const& s, float const* drawn, float* to) noexcept {
  double const length = static_cast<double>(drawn[0]), direction = static_cast<double>(drawn[2]);
  int const r = s.reach(drawn[0]), side = 2 * r + 1;
  to[0] = static_cast<float>(r);
  double weight[65 * 65] = {};
  weight[r * side + r] = r == 0 ? 1.0 : 0.0;
  if (r > 0) {
    sine_cosine const angle = mixaug::detail::sine_cosine_of(static_cast<double>(drawn[1]));
    int const points = static_cast<int>(4.0 * length);
    double sum = 0.0;
    for (int k = 0; k < points; ++k) {
      // the centres of pixels along the line lie within (length - 1) / 2 of the middle
      double const along = static_cast<double>(2 * k - (points - 1)) / static_cast<double>(points - 1);
      double const at = 0.5 * (length - 1.0) * along;
      double const share = fused_sum(direction, along, 1.0);
      double const x = fused_sum(at, angle.cosine, static_cast<double>(r)),
                   y = fused_sum(-at, angle.sine, static_cast<double>(r));
      int const i = static_cast<int>(y), j = static_cast<int>(x);
      double const fy = y - static_cast<double>(i), fx = x - static_cast<double>(j);
      for (int v = 0; v < 2; ++v)
        for (int u = 0; u < 2; ++u) {
          double const part = (v == 0 ? 1.0 - fy : fy) * (u == 0 ? 1.0 - fx : fx);
          if (i + v >= side || j + u >= side) continue;  // only where the part is 0
          double& w = weight[(i + v) * side + j + u];
          w = fused_sum(share, part, w);
        }
      sum += share;
    }
    for (int k = 0; k < side * side; ++k) weight[k] /= sum;
  }
  for (int k = 0; k < side * side; ++k) to[1 + k] = static_cast<float>(weight[k]);
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_EXACT_END
