// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/log.hpp>
#include <mixaug/loss/reduction.hpp>

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
  double const e = precise_falling_exp(x), low = x == x ? 0.0 : x;
  return x >= -700.0 ? e : low;
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
