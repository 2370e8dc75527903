// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstring>
#include <mixaug/core/element.hpp>

MIXAUG_EXACT_BEGIN

/// The exponential function, by accuracy. The precise ones have the same bits under every compiler and flag, without
/// fma hardware and without libm, because plans and tables follow from them: only +, -, *, / and explicit fma. The
/// others are for long loops, which compilers vectorise: no branch, table or call. On processors with fma their bits
/// too are the same with every compiler and at every vector width. For images in float see fast_float.hpp.
///
///   precise_exp             any x             1e-16
///   precise_falling_exp     x <= 0            2e-16   without a branch
///   precise_falling_expm1   x <= 0            4e-16
///   falling_exp(double)     x <= 0            1e-11
///   falling_exp(float)      x <= 0            2e-7
namespace mixaug::detail {

/// exp(x) to a relative error of about 1e-16; 0 below -708.
MIXAUG_HD inline double precise_exp(double x) noexcept {
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

/// exp(x) for x <= 0, to a relative error of about 2e-16, with the same bits under every compiler and flag and without
/// fma hardware. Returns exp(-700) for x < -700.
MIXAUG_HD inline double precise_falling_exp(double x) noexcept {
  constexpr double magic = 0x1.8p52;  // adding it rounds to an integer, stored in the low bits
  double const e = x > -700.0 ? x : -700.0;
  double const shifted = fused_sum(e, 1.4426950408889634, magic), k = shifted - magic;
  double const r = fused_sum(-k, 1.9082149292705877e-10, fused_sum(-k, 0.6931471803691238, e));
  double sum = 1.0 / 479001600;  // Taylor to r^12, |r| < 0.347
  sum = fused_sum(sum, r, 1.0 / 39916800);
  sum = fused_sum(sum, r, 1.0 / 3628800);
  sum = fused_sum(sum, r, 1.0 / 362880);
  sum = fused_sum(sum, r, 1.0 / 40320);
  sum = fused_sum(sum, r, 1.0 / 5040);
  sum = fused_sum(sum, r, 1.0 / 720);
  sum = fused_sum(sum, r, 1.0 / 120);
  sum = fused_sum(sum, r, 1.0 / 24);
  sum = fused_sum(sum, r, 1.0 / 6);
  sum = fused_sum(sum, r, 0.5);
  sum = fused_sum(sum, r, 1.0);
  sum = fused_sum(sum, r, 1.0);
  std::uint64_t bits, power;
  std::memcpy(&bits, &sum, sizeof bits);
  std::memcpy(&power, &shifted, sizeof power);
  bits += power << 52;
  double out;
  std::memcpy(&out, &bits, sizeof out);
  return out;
}

/// exp(x) - 1 for x <= 0, to a relative error of about 4e-16, with the same bits everywhere.
inline double precise_falling_expm1(double x) noexcept {
  if (x < -0.35) return precise_exp(x) - 1.0;
  double sum = 1.0;  // x (1 + x / 2 (1 + x / 3 (...)))
  for (int n = 16; n >= 2; --n) {
    double const part = x / n;
    sum = detail::fused_sum(part, sum, 1.0);
  }
  return x * sum;
}

/// Policies that add a product: always std::fma (used for plans, whose bits must not change where fma is a slow call),
/// or fma only where it is fast.
struct always_fma {
  MIXAUG_HD static double add(double w, double v, double acc) noexcept { return fused_sum(w, v, acc); }
};
struct fast_fma {
  MIXAUG_HD static double add(double w, double v, double acc) noexcept { return add_product(w, v, acc); }
};

/// exp(x) for x <= 0, to a relative error of 1e-11; 0 below -708. x may be -infinity.
template <class Sum = fast_fma>
MIXAUG_HD inline double falling_exp(double x) noexcept {
  constexpr double magic = 0x1.8p52;  // x + magic rounds x to an integer and leaves it in the low bits
  double const y = x < -708.0 ? -708.0 : x, shifted = Sum::add(y, 1.4426950408889634, magic);
  double const r = Sum::add(shifted - magic, -0.6931471805599453, y);  // |r| <= ln 2 / 2
  double p = 1.0 / 362880.0;
  p = Sum::add(p, r, 1.0 / 40320.0);
  p = Sum::add(p, r, 1.0 / 5040.0);
  p = Sum::add(p, r, 1.0 / 720.0);
  p = Sum::add(p, r, 1.0 / 120.0);
  p = Sum::add(p, r, 1.0 / 24.0);
  p = Sum::add(p, r, 1.0 / 6.0);
  p = Sum::add(p, r, 0.5);
  p = Sum::add(p, r, 1.0);
  p = Sum::add(p, r, 1.0);
  std::uint64_t bits, exponent;
  std::memcpy(&bits, &p, sizeof bits);
  std::memcpy(&exponent, &shifted, sizeof exponent);
  bits += exponent << 52;
  // A mask in the place of a choice, for compilers make a choice by the same condition as above a branch.
  bits &= static_cast<std::uint64_t>(-static_cast<std::int64_t>(!(x < -708.0)));
  std::memcpy(&p, &bits, sizeof p);
  return p;
}

/// exp(x) in float for x <= 0, to a relative error of 2e-7; 0 below -87.
template <class Sum = fast_fma>
MIXAUG_HD inline float falling_exp(float x) noexcept {
  constexpr float magic = 0x1.8p23f;
  float const y = x < -87.0f ? -87.0f : x, shifted = add_product(y, 1.44269504f, magic), k = shifted - magic;
  float const r = add_product(k, 2.12194440e-4f, add_product(k, -0.693359375f, y));
  float p = 1.0f / 5040.0f;
  p = add_product(p, r, 1.0f / 720.0f);
  p = add_product(p, r, 1.0f / 120.0f);
  p = add_product(p, r, 1.0f / 24.0f);
  p = add_product(p, r, 1.0f / 6.0f);
  p = add_product(p, r, 0.5f);
  p = add_product(p, r, 1.0f);
  p = add_product(p, r, 1.0f);
  std::uint32_t bits, exponent;
  std::memcpy(&bits, &p, sizeof bits);
  std::memcpy(&exponent, &shifted, sizeof exponent);
  bits += exponent << 23;
  // A mask in the place of a choice, for compilers make a choice by the same condition as above a branch.
  bits &= static_cast<std::uint32_t>(-static_cast<std::int32_t>(!(x < -87.0f)));
  std::memcpy(&p, &bits, sizeof p);
  return p;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
