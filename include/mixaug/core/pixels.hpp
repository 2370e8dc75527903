// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/tensor_view.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Integer element that is a pixel and not an id. as_pixels makes views of it.
template <std::integral T>
struct pixel {
  T value;
  friend constexpr bool operator==(pixel, pixel) = default;
};

namespace detail {

template <class>
inline constexpr bool is_integer_pixel = false;
template <class T>
inline constexpr bool is_integer_pixel<pixel<T>> = true;

/// True for the integer types that as_pixels accepts.
template <class T>
inline constexpr bool is_pixel_integer = std::is_integral_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 4;

/// std::uint8_t and types that are not integers are pixels already.
template <class T>
struct pixel_element {
  using type = T;
};
template <class T>
requires(is_pixel_integer<T> && !std::is_same_v<T, std::uint8_t>) struct pixel_element<T> {
  using type = pixel<T>;
};
template <class T>
struct pixel_element<T const> {
  using type = typename pixel_element<T>::type const;
};

template <class T>
constexpr void check_pixel_element() noexcept {
  using U = std::remove_const_t<T>;
  static_assert(!std::is_same_v<U, std::byte>,
                "mixaug: std::byte says that a byte is an id; view pixels as std::uint8_t");
  static_assert(!std::is_integral_v<U> || is_pixel_integer<U>,
                "mixaug: integer pixels have 8, 16 or 32 bits; convert wider ones to double");
}

}  // namespace detail

/// Returns the same view with elements that are pixels (CT, depth, 16-bit photographs), which a plan may blend.
/// Integers of 8 to 32 bits are otherwise taken for ids, whose average has no meaning. Blended pixels are rounded to
/// the nearest integer, halves up. Nothing is copied. Views of std::uint8_t and of floats, which are pixels already,
/// are returned unchanged.
///   apply(plan, as_pixels(nchw(depth, {n, 1, h, w})), as_pixels(nchw(mixed, {n, 1, h, w})))
template <class T, int Rank, space Space>
auto as_pixels(tensor_view<T, Rank, Space> const& v) noexcept {
  detail::check_pixel_element<T>();
  using E = typename detail::pixel_element<T>::type;
  tensor_view<E, Rank, Space> p;
  p.data = reinterpret_cast<E*>(v.data);
  for (int d = 0; d < Rank; ++d) {
    p.extent[d] = v.extent[d];
    p.stride[d] = v.stride[d];
  }
  p.order = v.order;
  return p;
}

}  // namespace mixaug

MIXAUG_EXACT_END
