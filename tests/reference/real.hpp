#pragma once
#include <mixaug/core/element.hpp>
#include <cmath>
#include <type_traits>

#include "reference/half.hpp"
#include "support/values.hpp"

/// The type in which elements are computed: float, and double for double.
namespace reference {

template <class T>
constexpr bool is_half = std::is_same_v<T, mixaug::float16> || std::is_same_v<T, mixaug::bfloat16>;
template <class T>
using real_of = std::conditional_t<std::is_same_v<T, double>, double, float>;

template <class T>
T from_real(real_of<T> v) {
  if constexpr (std::is_same_v<T, mixaug::float16>)
    return {encode_float16(static_cast<double>(v))};
  else if constexpr (std::is_same_v<T, mixaug::bfloat16>)
    return {encode_bfloat16(static_cast<double>(v))};
  else
    return static_cast<T>(v);
}
template <class T>
real_of<T> to_real(T v) {
  return static_cast<real_of<T>>(test::as_double(v));
}

}  // namespace reference
