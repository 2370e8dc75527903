// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/resample.hpp>
#include <mixaug/plan/columns.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Sum of m over the old pixels below a new one, each times the part that is covered: along an axis of S old and D new
/// pixels, new pixel d covers [d S, (d + 1) S) where old pixel s has [s D, (s + 1) D). In row order, in double.
template <class State>
double sum_below(State const& old, index_t const* at, plan_shape const& from, plan_shape const& to) noexcept {
  pixel_range below[3];
  for (int d = 0; d < 3; ++d)
    below[d] = {at[d] * from.size[d] / to.size[d], ceil_div((at[d] + 1) * from.size[d], to.size[d])};
  auto const part = [&](int d, index_t s) {
    index_t const begin = greater(at[d] * from.size[d], s * to.size[d]);
    return static_cast<double>(lesser((at[d] + 1) * from.size[d], (s + 1) * to.size[d]) - begin);
  };
  double sum = 0.0;
  for (index_t z = below[0].begin; z < below[0].end; ++z)
    for (index_t y = below[1].begin; y < below[1].end; ++y) {
      double row = 0.0;
      for (index_t x = below[2].begin; x < below[2].end; ++x)
        row = fused_sum(static_cast<double>(old.at(z, y, x)), part(2, x), row);
      sum = fused_sum(row, part(0, z) * part(1, y), sum);
    }
  return sum;
}

/// Writes the mean of an old field over the area of each new pixel, row by row. The state of the old field has at(z, y,
/// x), m of a pixel.
template <class State>
void average_field(State const& old, plan_shape const& from, plan_shape const& to, float* out) noexcept {
  double const area =
      static_cast<double>(from.size[0]) * static_cast<double>(from.size[1]) * static_cast<double>(from.size[2]);
  for (index_t z = 0; z < to.size[0]; ++z)
    for (index_t y = 0; y < to.size[1]; ++y)
      for (index_t x = 0; x < to.size[2]; ++x) {
        index_t const at[3] = {z, y, x};
        *out++ = static_cast<float>(sum_below(old, at, from, to) / area);
      }
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
