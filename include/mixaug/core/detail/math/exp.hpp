// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstring>
#include <mixaug/core/element.hpp>

MIXAUG_EXACT_BEGIN

/// exp that compilers vectorise: no branch, table or libm call. On processors with fma the bits are the same with every
/// compiler and at every vector width.
namespace mixaug::detail {

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
  std::memcpy(&p, &bits, sizeof p);
  return x < -708.0 ? 0.0 : p;
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
  std::memcpy(&p, &bits, sizeof p);
  return x < -87.0f ? 0.0f : p;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
