// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/kernel/detail/line/arrays.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Chooses one element of a window by its exact weight, or the slot of all elements outside. Elements are summed lane
/// by lane (0, 16, 32, ..., 1, 17, ...), so that the sums vectorise. The choice is made in float; if the target is so
/// close to a boundary that rounding could matter, it is repeated in double, whose bits are the same everywhere.
template <class T, class Arrays = kernel_arrays<T>>
struct kernel_scan {
  Arrays const& table;
  double y;
  index_t self;
  kernel_window in;
  double outside;  ///< weight of the slot outside

  static constexpr index_t none = -1, vague = -2;  ///< no element near enough; not decided

  kernel_scan() = delete;
  MIXAUG_HD kernel_scan(Arrays const& t, double query, index_t own, kernel_window const& w) noexcept
      : table(t),
        y(query),
        self(own),
        in(w),
        outside(fused_sum(t.outside, static_cast<double>(t.rows - w.size()), unseen_zero<double>())) {}

  /// Returns 0 .. size - 1; size = outside; `none` if the elements of the window together weigh less than the bound of
  /// the outside, so that a search by distance is faster than proposals.
  MIXAUG_HD index_t pick(double u) const noexcept {
    index_t const found = table.quick && static_cast<double>(static_cast<T>(y)) == y ? quick(u) : vague;
    return found == vague ? exact(u) : found;
  }

  MIXAUG_HD index_t quick(double u) const noexcept {
    constexpr int L = kernel_lanes;
    float w[kernel_scan_most], lane[L] = {};
    T const query = static_cast<T>(y), inverse = static_cast<T>(table.scale.inverse);
    auto const e = table.element + in.begin;
    using row_number = std::remove_cvref_t<decltype(e[0].row)>;
    int const n = static_cast<int>(in.size());
    if (n <= 0) return vague;
    int const whole = (n + L - 1) / L * L;
    for (int i = 0; i < whole; ++i) {
      float const t = static_cast<float>((query - e[i].key) * inverse);
      w[i] = falling_exp(-0.5f * t * t);
    }
    for (int i = n; i < whole; ++i) w[i] = 0.0f;
    if (self >= 0)
      for (int i = 0; i < n; ++i) w[i] = e[i].row == static_cast<row_number>(self) ? 0.0f : w[i];
    for (int i = 0; i < whole; i += L)
      for (int l = 0; l < L; ++l) lane[l] += w[i + l];
    float four[L / 4];  // short chains of sums, in the order of the lanes
    for (int l = 0; l < L / 4; ++l) four[l] = (lane[4 * l] + lane[4 * l + 1]) + (lane[4 * l + 2] + lane[4 * l + 3]);
    float const inside = (four[0] + four[1]) + (four[2] + four[3]);
    if (!(inside >= 0.5f && outside < 0.25 * static_cast<double>(inside))) return vague;
    // Errors: exp 2^-20 of a weight, and 2^-21 for the rounding of its exponent; sums 2^-18 of the total.
    float const total = inside + static_cast<float>(outside),
                tolerance = total * 0x1p-17f + static_cast<float>(n) * 0x1p-21f;
    float const target = static_cast<float>(u) * total;
    if (target >= inside) return target - inside > tolerance ? n : vague;
    float below = 0.0f;
    int l = 0;
    while (l < L - 4 && target >= below + four[l / 4]) below += four[l / 4], l += 4;
    for (int k = 0; k < 3 && target >= below + lane[l]; ++k) below += lane[l++];
    for (int i = l; i < n; i += L) {
      float const next = below + w[i];
      if (target < next) return target - below > tolerance && next - target > tolerance ? i : vague;
      below = next;
    }
    return vague;
  }

  MIXAUG_HD index_t exact(double u) const noexcept {
    constexpr int L = kernel_lanes;
    double w[kernel_scan_most];
    index_t const n = in.size();
    for (index_t i = 0; i < n; ++i) {
      double const t = table.scale(y, to_double(table.element[in.begin + i].key));
      double const v = precise_falling_exp(-0.5 * t * t);
      w[i] = table.element[in.begin + i].row == self ? 0.0 : v;
    }
    double inside = 0.0;
    for (index_t l = 0; l < L; ++l)
      for (index_t i = l; i < n; i += L) inside += w[i];
    if (inside < outside || inside < 1e-200) return none;
    double const target = u * (inside + outside);
    double below = 0.0;
    for (index_t l = 0; l < L; ++l)
      for (index_t i = l; i < n; i += L) {
        below += w[i];
        if (target < below) return i;
      }
    return n;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
