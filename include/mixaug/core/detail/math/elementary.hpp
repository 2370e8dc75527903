// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstring>
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

/// log and exp with the same bits under every compiler, flag and libm: only +, -, *, / and explicit fma. Used to build
/// tables that affect draws.
namespace mixaug::detail {

/// Natural logarithm of a positive normal double, to a relative error of about 1e-16.
MIXAUG_HD inline double fixed_log(double x) noexcept {
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

/// exp(x) to a relative error of about 1e-16; 0 below -708.
MIXAUG_HD inline double fixed_exp(double x) noexcept {
  if (x < -708.0) return 0.0;
  if (x > 709.0) x = 709.0;
  double const k = std::floor(fused_sum(x, 1.4426950408889634, 0.5));
  double const r = fused_sum(-k, 1.9082149292705877e-10, fused_sum(-k, 0.6931471803691238, x));
  double sum = 1.0;
  for (int n = 14; n >= 1; --n) {
    double const part = r / n;
    sum = fused_sum(part, sum, 1.0);
  }
  std::uint64_t const bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(k) + 1023) << 52;
  double scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return sum * scale;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
