// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstring>
#include <mixaug/core/random.hpp>

MIXAUG_EXACT_BEGIN

/// Arithmetic for the table of one-dimensional labels.
namespace mixaug::detail {

/// Converts a label to double: tables hold float or double, distances are computed in double.
template <class T>
MIXAUG_HD constexpr double to_double(T v) noexcept {
  return static_cast<double>(v);
}

/// A number of more than 53 bits, the sum hi + lo.
struct double_double {
  double hi, lo;
};
/// |a - b| without error (Knuth, TAOCP 4.2.2). Uses sums only, so that nothing can be contracted.
MIXAUG_HD inline double_double exact_distance(double a, double b) noexcept {
  double const s = a - b, v = s - a, e = (a - (s - v)) - (b + v);
  return s < 0.0 ? double_double{-s, -e} : double_double{s, e};
}

/// Scales distances of labels to units of the bandwidth: |a - b| / h. `pre` and `post` are powers of two that keep
/// large labels and small bandwidths inside the range of double; otherwise 1.
struct kernel_scale {
  double pre = 1.0, post = 1.0, inverse = 1.0;  ///< inverse = 1 / (h pre post)
  double bandwidth = 1.0;                       ///< h

  /// Returns the scale of bandwidth h, where `largest` is the largest |label|.
  static kernel_scale of(double h, double largest) noexcept {
    kernel_scale s;
    if (largest > 0x1p1020) s.pre = 0.125;
    if (h < 0x1p-900) s.post = 0x1p600;
    s.bandwidth = h;
    s.inverse = 1.0 / (h * s.post * s.pre);  // in this order, because h * pre may be 0
    return s;
  }
  /// |a - b| / h, monotone in a and b also after rounding.
  MIXAUG_HD double operator()(double a, double b) const noexcept { return units(a * pre - b * pre); }
  MIXAUG_HD double units(double d) const noexcept { return std::fabs(d) * post * inverse; }
  /// True if |a - b| < h. A distance beyond the range of double counts as infinite. Equal labels are always within h,
  /// also where the processor flushes a subnormal h to 0.
  MIXAUG_HD bool within(double a, double b) const noexcept { return a == b || std::fabs(a - b) < bandwidth; }
  /// Exponent of the kernel weight relative to the nearest label at distance d0: (t^2 - t0^2) / 2, t = d / h, t0 = d0 /
  /// h, d0 <= d. Computed from the difference of the distances, so that it stays accurate if both are
  /// a thousand bandwidths.
  MIXAUG_HD double relative_exponent(double_double d, double_double d0) const noexcept {
    double const more = (d.hi - d0.hi) + (d.lo - d0.lo);
    return more > 0.0 ? 0.5 * units(more) * units(d.hi + d0.hi) : 0.0;
  }
};

/// Splits the 128-bit product word * n, n < 2^32: `high` = floor(word n / 2^64) is uniform on [0, n), and the low bits
/// of the product are a second uniform number.
struct scaled_word {
  index_t high;
  std::uint64_t low;
  MIXAUG_HD scaled_word(std::uint64_t word, index_t n) noexcept {
    std::uint64_t const m = static_cast<std::uint64_t>(n);
    high = static_cast<index_t>(((word >> 32) * m + ((word & 0xFFFFFFFFu) * m >> 32)) >> 32);
    low = word * m;
  }
  MIXAUG_HD double unit() const noexcept { return static_cast<double>(low >> 11) * 0x1p-53; }
};

/// The same for n < 2^63, with equal bits where n < 2^32.
struct wide_scaled_word {
  index_t high;
  std::uint64_t low;
  MIXAUG_HD wide_scaled_word(std::uint64_t word, index_t n) noexcept {
    product const p = multiply(word, static_cast<std::uint64_t>(n));
    high = static_cast<index_t>(p.high);
    low = p.low;
  }
  MIXAUG_HD double unit() const noexcept { return static_cast<double>(low >> 11) * 0x1p-53; }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
