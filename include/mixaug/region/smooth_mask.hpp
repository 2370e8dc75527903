// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/core/workspace.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/detail/cut_axes.hpp>
#include <mixaug/region/kind/mask.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Limits of the width of a Gaussian, as parts of the image's sides.
struct sigma_range {
  float low = 0.25f, high = 0.5f;
};

namespace detail {

MIXAUG_UNFUSED_BEGIN
/// m = 1 - across * along[x], the product rounded, so that the bits are the same everywhere.
inline void one_less_products(float across, float const* MIXAUG_RESTRICT along, index_t n,
                              float* MIXAUG_RESTRICT m) noexcept {
  for (index_t x = 0; x < n; ++x) m[x] = 1.0f - rounded_product(across, along[x]);
}
MIXAUG_UNFUSED_END

}  // namespace detail

namespace region {

/// The mask of SmoothMix (Lee et al., CVPR Workshops 2020): the partner's weight is a Gaussian with a peak of 1,
/// 1 - m = exp(-sum_d (x_d - c_d)^2 / (2 sigma_d^2)). One number is drawn for all axes, uniform on [sigma.low,
/// sigma.high), and sigma_d is that part of the S_d pixels of an axis: a circle on square images. The centre c is a
/// pixel, all equally likely. An axis of one pixel has no part in it. The ratio is not read.
///
/// Signals, images and volumes. Errors: a batch without spatial extents or of single pixels; not 0 < sigma.low <=
/// sigma.high, both finite.
struct smooth_mask {
  sigma_range sigma{};

  using kind = mixaug::kind::mask;

  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const& draw) const {
    index_t const(&size)[3] = row.shape.size;
    double const low = static_cast<double>(sigma.low), high = static_cast<double>(sigma.high);
    double const part = detail::fused_sum(high - low, draw.uniform(), low);
    auto* weight =
        reinterpret_cast<float*>(detail::kept_scratch(1).reserve(4 * detail::aligned(size[0] + size[1] + size[2])));
    float* axis[3];
    for (int d = 0; d < 3; ++d) {
      axis[d] = weight;
      bell(size[d], part, draw.below(size[d], static_cast<std::uint32_t>(1 + d)), weight);
      weight += size[d];
    }
    columns.where[row.row] = kind::grid{
        nullptr,
        {static_cast<std::int32_t>(size[0]), static_cast<std::int32_t>(size[1]), static_cast<std::int32_t>(size[2])}};
    float* m = &columns.m[row.row * columns.count];
    for (index_t z = 0; z < size[0]; ++z)
      for (index_t y = 0; y < size[1]; ++y, m += size[2])
        detail::one_less_products(axis[0][z] * axis[1][y], axis[2], size[2], m);
  }

  kind::layout layout(plan_shape const& s) const noexcept { return {s.pixels()}; }
  bool moves() const noexcept { return false; }
  bool blends() const noexcept { return true; }
  template <class In>
  void read(In const&, space) noexcept {}
  void check(plan_shape const& s) const {
    detail::check_cut_axes("region::smooth_mask", s);
    if (!(sigma.low > 0.0f && sigma.low <= sigma.high && detail::finite(sigma.high)))
      detail::fail("region::smooth_mask's sigma",
                   "{" + detail::text(static_cast<double>(sigma.low)) + ", " +
                       detail::text(static_cast<double>(sigma.high)) + "}",
                   "0 < low <= high, finite parts of the sides");
  }

 private:
  /// exp(-(x - centre)^2 / (2 (part n)^2)) for x < n; 1 on an axis of one pixel.
  static void bell(index_t n, double part, index_t centre, float* out) noexcept {
    double const sigma_pixels = part * static_cast<double>(n);
    for (index_t x = 0; x < n; ++x) {
      double const t = static_cast<double>(x - centre) / sigma_pixels;
      out[x] = static_cast<float>(detail::precise_exp(-0.5 * t * t));
    }
  }
};

}  // namespace region
}  // namespace mixaug

MIXAUG_EXACT_END
