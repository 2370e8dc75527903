// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <mixaug/core/detail/math/distance.hpp>
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/loss/detail/reduction.hpp>

MIXAUG_EXACT_BEGIN

/// softmax of a row of logits: the library's own exp and log, and sums in fixed lanes.
namespace mixaug::detail {

/// exp(x) for x <= 0: float to 1 ulp (2 without fma), 0 below -87; double to 2 ulp, 0 below -700; exp(-infinity) = 0,
/// NaN stays NaN.
MIXAUG_HD inline float softmax_exp(float x) noexcept {
  float const e = falling_exp(x);
  return x == x ? e : x;
}
MIXAUG_HD inline double softmax_exp(double x) noexcept {
  double const e = fixed_falling_exp(x), low = x == x ? 0.0 : x;
  return x >= -700.0 ? e : low;
}

/// ln x for finite x >= 1, to 2e-16; NaN stays NaN. It has no branch, so that loops over it vectorise.
MIXAUG_HD inline double softmax_log(double x) noexcept {
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

/// Within a block of this many classes the terms of one lane are summed in T; blocks are summed in double.
inline constexpr index_t class_block = 1024;

template <class T>
inline constexpr T minus_infinity = -std::numeric_limits<T>::infinity();

template <class T>
MIXAUG_HD T larger(T a, T b) noexcept {  // returns a if b is NaN
  return b > a ? b : a;
}
template <int W, class T>
MIXAUG_HD T largest(T* a) noexcept {
  if constexpr (W == 1) {
    return a[0];
  } else {
    for (int l = 0; l < W / 2; ++l) a[l] = larger(a[l], a[l + W / 2]);
    return largest<W / 2>(a);
  }
}

/// A row of a matrix, class by class.
template <class T>
struct class_row {
  T* data;
  index_t step;
  MIXAUG_HD T& operator[](index_t c) const noexcept { return data[c * step]; }
  class_row from(index_t c) const noexcept { return {data + c * step, step}; }
};
template <class T>
struct class_rows {
  T* data = nullptr;
  index_t stride = 0, step = 0;
  MIXAUG_HD class_row<T> operator[](index_t i) const noexcept { return {data + i * stride, step}; }
};

/// Sums of one row: m = max z, the sum of exp(z - m), and the target's two sums (cross_entropy_items.hpp).
template <class T>
struct row_sums {
  T most;
  double sum, first, second;
};

/// One block of a row in cache, padded to whole lanes.
template <class T>
struct class_buffer {
  alignas(64) T logit[class_block];
  alignas(64) T target[class_block];
};

template <class T, class U>
void load_block(T* to, class_row<U> const& from, index_t n, index_t padded, T pad) noexcept {
  if (from.step == 1)
    for (index_t k = 0; k < n; ++k) to[k] = from.data[k];
  else
    for (index_t k = 0; k < n; ++k) to[k] = from[k];
  for (index_t k = n; k < padded; ++k) to[k] = pad;
}
template <class T>
void store_block(class_row<T> const& to, T const* from, index_t n) noexcept {
  if (to.step == 1)
    for (index_t k = 0; k < n; ++k) to.data[k] = from[k];
  else
    for (index_t k = 0; k < n; ++k) to[k] = from[k];
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
