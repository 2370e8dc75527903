#pragma once
#include <limits>
#include <mixaug/mixaug.hpp>
#include <type_traits>
#include <vector>

#include "reference/half.hpp"

namespace test {

/// SplitMix64: random numbers for the tests, independent of the library's generator.
class stream {
 public:
  explicit stream(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(n)); }

 private:
  std::uint64_t state_;
};

/// Any integer of the type, including the smallest and the largest.
template <class T>
T any_integer(stream& s) {
  switch (s.below(8)) {
    case 0:
      return std::numeric_limits<T>::min();
    case 1:
      return std::numeric_limits<T>::max();
    default:
      return static_cast<T>(s.bits());
  }
}

/// A random value that an element can hold, with mixed signs and magnitudes, so that rounding is tested.
template <class T>
T any_value(stream& s) {
  double const v = std::ldexp(s.unit() * 2 - 1, static_cast<int>(s.below(6)) - 2);
  if constexpr (std::is_same_v<T, mixaug::float16>)
    return {reference::encode_float16(v)};
  else if constexpr (std::is_same_v<T, mixaug::bfloat16>)
    return {reference::encode_bfloat16(v)};
  else if constexpr (std::is_floating_point_v<T>)
    return static_cast<T>(v);
  else if constexpr (mixaug::detail::is_integer_pixel<T>)
    return {any_integer<decltype(T::value)>(s)};
  else
    return static_cast<T>(s.bits() & 0xFF);
}

template <class T>
std::vector<T> any_values(std::int64_t n, std::uint64_t seed) {
  stream s(seed);
  std::vector<T> out(static_cast<std::size_t>(n));
  for (T& v : out) v = any_value<T>(s);
  return out;
}

template <class T>
double as_double(T v) {
  if constexpr (std::is_same_v<T, mixaug::float16>)
    return reference::decode_float16(v.bits);
  else if constexpr (std::is_same_v<T, mixaug::bfloat16>)
    return reference::decode_bfloat16(v.bits);
  else
    return static_cast<double>(v);
}

}  // namespace test
