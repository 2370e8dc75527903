// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstring>
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

/// The natural logarithm, with the same bits under every compiler and flag, without fma hardware and without libm.
namespace mixaug::detail {

/// Natural logarithm of a positive normal double, to a relative error of about 1e-16.
MIXAUG_HD inline double precise_log(double x) noexcept {
  std::uint64_t u;
  std::memcpy(&u, &x, sizeof u);
  int exponent = static_cast<int>(u >> 52) - 1023;
  u = (u & 0x000FFFFFFFFFFFFFull) | 0x3FF0000000000000ull;
  double m;
  std::memcpy(&m, &u, sizeof m);
  if (m > 1.4142135623730951) m *= 0.5, ++exponent;
  // log m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.1716
  double const s = (m - 1.0) / (m + 1.0), t = s * s;
  double sum = 0.0;
  for (int k = 12; k >= 1; --k) sum = fused_sum(sum, t, 1.0 / (2 * k + 1));
  double const tail = s * t;
  return fused_sum(static_cast<double>(exponent), 0.6931471805599453, 2.0 * fused_sum(tail, sum, s));
}

/// ln x for finite x >= 1, to 2e-16; NaN stays NaN. It has no branch, so that loops over it vectorise.
MIXAUG_HD inline double branchless_log(double x) noexcept {
  constexpr std::uint64_t half_root = 0x3FE6A09E667F3BCDull;  // bits of sqrt(1/2)
  constexpr double magic = 0x1.8p52;
  std::uint64_t u, whole, bits;
  std::memcpy(&u, &x, sizeof u);
  std::uint64_t const power = (u - half_root) >> 52;
  u -= power << 52;
  double m, exponent = magic;  // the mantissa m lies in [sqrt(1/2), sqrt 2)
  std::memcpy(&m, &u, sizeof m);
  std::memcpy(&bits, &exponent, sizeof bits);
  whole = bits + power;
  std::memcpy(&exponent, &whole, sizeof exponent);
  exponent -= magic;
  // ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.1716
  double const s = (m - 1.0) / (m + 1.0), t = s * s;
  double sum = 1.0 / 23;
  sum = fused_sum(sum, t, 1.0 / 21);
  sum = fused_sum(sum, t, 1.0 / 19);
  sum = fused_sum(sum, t, 1.0 / 17);
  sum = fused_sum(sum, t, 1.0 / 15);
  sum = fused_sum(sum, t, 1.0 / 13);
  sum = fused_sum(sum, t, 1.0 / 11);
  sum = fused_sum(sum, t, 1.0 / 9);
  sum = fused_sum(sum, t, 1.0 / 7);
  sum = fused_sum(sum, t, 1.0 / 5);
  sum = fused_sum(sum, t, 1.0 / 3);
  double const tail = s * t, found = fused_sum(exponent, 0.6931471805599453, 2.0 * fused_sum(tail, sum, s));
  return x == x ? found : x;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
