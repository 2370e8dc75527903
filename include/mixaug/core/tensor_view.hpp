// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <mixaug/core/channel_order.hpp>
#include <mixaug/core/config.hpp>
#include <type_traits>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// `Rank` integers of any integral type, written as a braced list: `{n, c, h, w}`.
template <int Rank>
struct extents {
  detail::c_array<index_t, Rank> at;
  template <std::integral... Index>
  requires(sizeof...(Index) == Rank) constexpr extents(Index... e) noexcept : at{static_cast<index_t>(e)...} {}
};

/// A pointer with extents and strides (both in elements). Owns nothing; trivially copyable. The logical order is always
/// (n, c, spatial...); the strides express the layout in memory.
template <class T, int Rank, space Space = space::host>
struct tensor_view {
  using element = T;
  static constexpr int rank = Rank;
  static constexpr space memory = Space;
  static_assert(!std::is_void_v<T>,
                "mixaug: a view needs to know its elements, and this pointer is void*; cast it to their type: "
                "nchw(static_cast<float*>(p), {n, c, h, w})");

  T* data = nullptr;
  detail::c_array<index_t, Rank> extent = {};
  detail::c_array<index_t, Rank> stride = {};
  channel_order order = channel_order::rgb;  ///< of three channels, for detectors

  template <std::integral... Index>
  requires(sizeof...(Index) == Rank) MIXAUG_HD constexpr T& operator()(Index... i) const noexcept {
    index_t at = 0;
    int d = 0;
    ((at += stride[d++] * static_cast<index_t>(i)), ...);
    return data[at];
  }

  MIXAUG_HD constexpr index_t size() const noexcept {
    index_t all = 1;
    for (int d = 0; d < Rank; ++d) all = detail::saturating_multiply(all, extent[d]);
    return all;
  }

  /// Converts a view of mutable elements to a view of constant elements.
  template <class Const>
  requires(!std::is_const_v<T> && std::is_same_v<Const, T const>) constexpr operator tensor_view<Const, Rank, Space>()
      const noexcept {
    tensor_view<Const, Rank, Space> v;
    v.data = data;
    for (int d = 0; d < Rank; ++d) v.extent[d] = extent[d], v.stride[d] = stride[d];
    v.order = order;
    return v;
  }
};

/// True if a type is a tensor_view.
template <class>
inline constexpr bool is_tensor_view = false;
template <class T, int R, space S>
inline constexpr bool is_tensor_view<tensor_view<T, R, S>> = true;

/// Makes a view whose last dimension is contiguous.
template <class T, int Rank>
constexpr tensor_view<T, Rank> row_major(T* data, extents<Rank> e) noexcept {
  tensor_view<T, Rank> v;
  v.data = data;
  index_t step = 1;
  for (int d = Rank - 1; d >= 0; --d)
    v.extent[d] = e.at[d], v.stride[d] = step, step = detail::saturating_multiply(step, e.at[d]);
  return v;
}

/// Makes a view with any strides, in elements.
template <class T, int Rank>
constexpr tensor_view<T, Rank> strided(T* data, extents<Rank> e, extents<Rank> strides) noexcept {
  tensor_view<T, Rank> v;
  v.data = data;
  for (int d = 0; d < Rank; ++d) v.extent[d] = e.at[d], v.stride[d] = strides.at[d];
  return v;
}

/// Marks a view as one of device memory; the address stays the same.
template <class T, int Rank>
constexpr tensor_view<T, Rank, space::device> on_device(tensor_view<T, Rank> const& h) noexcept {
  tensor_view<T, Rank, space::device> v;
  v.data = h.data;
  for (int d = 0; d < Rank; ++d) v.extent[d] = h.extent[d], v.stride[d] = h.stride[d];
  v.order = h.order;
  return v;
}

// ---- views by meaning: name(pointer, {extents}) or name(pointer, {extents}, {strides}) ----

/// Images (n, c, h, w), each channel a plane.
template <class T>
constexpr tensor_view<T, 4> nchw(T* p, extents<4> e) noexcept {
  return row_major(p, e);
}
template <class T>
constexpr tensor_view<T, 4> nchw(T* p, extents<4> e, extents<4> s) noexcept {
  return strided(p, e, s);
}

/// Images with interleaved channels. Extents are given in memory order {n, h, w, c}; the logical order is (n, c, h, w).
template <class T>
constexpr tensor_view<T, 4> nhwc(T* p, extents<4> e) noexcept {
  index_t const h = e.at[1], w = e.at[2], c = e.at[3];
  return strided(p, extents<4>{e.at[0], c, h, w},
                 extents<4>{detail::saturating_multiply(h, detail::saturating_multiply(w, c)), index_t{1},
                            detail::saturating_multiply(w, c), c});
}
/// The same with strides, also in memory order {n, h, w, c}.
template <class T>
constexpr tensor_view<T, 4> nhwc(T* p, extents<4> e, extents<4> s) noexcept {
  return strided(p, extents<4>{e.at[0], e.at[3], e.at[1], e.at[2]}, extents<4>{s.at[0], s.at[3], s.at[1], s.at[2]});
}

/// Signals (n, c, l).
template <class T>
constexpr tensor_view<T, 3> signals(T* p, extents<3> e) noexcept {
  return row_major(p, e);
}
template <class T>
constexpr tensor_view<T, 3> signals(T* p, extents<3> e, extents<3> s) noexcept {
  return strided(p, e, s);
}
/// Volumes (n, c, d, h, w).
template <class T>
constexpr tensor_view<T, 5> volumes(T* p, extents<5> e) noexcept {
  return row_major(p, e);
}
template <class T>
constexpr tensor_view<T, 5> volumes(T* p, extents<5> e, extents<5> s) noexcept {
  return strided(p, e, s);
}

/// Hidden features or class scores (n, d).
template <class T>
constexpr tensor_view<T, 2> features(T* p, extents<2> e) noexcept {
  return row_major(p, e);
}
template <class T>
constexpr tensor_view<T, 2> features(T* p, extents<2> e, extents<2> s) noexcept {
  return strided(p, e, s);
}

/// Score maps (n, h, w), for example saliency.
template <class T>
constexpr tensor_view<T, 3> scores(T* p, extents<3> e) noexcept {
  return row_major(p, e);
}
template <class T>
constexpr tensor_view<T, 3> scores(T* p, extents<3> e, extents<3> s) noexcept {
  return strided(p, e, s);
}

/// Regression labels (n), or multi-label and soft targets (n, d).
template <class T>
constexpr tensor_view<T, 1> labels(T* p, extents<1> e) noexcept {
  return row_major(p, e);
}
template <class T>
constexpr tensor_view<T, 1> labels(T* p, extents<1> e, extents<1> s) noexcept {
  return strided(p, e, s);
}
template <class T>
constexpr tensor_view<T, 2> labels(T* p, extents<2> e) noexcept {
  return row_major(p, e);
}
template <class T>
constexpr tensor_view<T, 2> labels(T* p, extents<2> e, extents<2> s) noexcept {
  return strided(p, e, s);
}

/// One class id for each sample (n), of any integral type.
template <class T>
constexpr tensor_view<T, 1> class_ids(T* p, extents<1> e) noexcept {
  static_assert(std::is_integral_v<T>,
                "mixaug: class_ids are integers, one a sample; soft or regression labels go into labels");
  return row_major(p, e);
}
template <class T>
constexpr tensor_view<T, 1> class_ids(T* p, extents<1> e, extents<1> s) noexcept {
  static_assert(std::is_integral_v<T>,
                "mixaug: class_ids are integers, one a sample; soft or regression labels go into labels");
  return strided(p, e, s);
}

/// Row numbers of the data set (n), 64-bit.
template <class T>
constexpr tensor_view<T, 1> indices(T* p, extents<1> e) noexcept {
  static_assert(std::is_same_v<std::remove_const_t<T>, std::int64_t>, "mixaug: indices are std::int64_t");
  return row_major(p, e);
}

/// One weight for each sample (n).
template <class T>
constexpr tensor_view<T, 1> weights(T* p, extents<1> e) noexcept {
  static_assert(std::is_floating_point_v<T>, "mixaug: weights are float or double, one a sample");
  return row_major(p, e);
}

/// Boxes (n, 2 d), one for each sample, or (n, k, 2 d), of d spatial axes: {y0, y1, x0, x1} in images, {x0, x1} in
/// signals, {z0, z1, y0, y1, x0, x1} in volumes; half-open, in pixels, 32-bit.
template <class T>
constexpr tensor_view<T, 2> boxes(T* p, extents<2> e) noexcept {
  static_assert(std::is_same_v<std::remove_const_t<T>, std::int32_t>, "mixaug: boxes are std::int32_t");
  return row_major(p, e);
}
template <class T>
constexpr tensor_view<T, 3> boxes(T* p, extents<3> e) noexcept {
  static_assert(std::is_same_v<std::remove_const_t<T>, std::int32_t>, "mixaug: boxes are std::int32_t");
  return row_major(p, e);
}

namespace detail {
/// Element type for ids of one byte: std::byte may alias any memory and has no arithmetic, so ids are not
/// mistaken for pixels.
template <class T>
struct id_element {
  using type = T;
};
template <>
struct id_element<std::uint8_t> {
  using type = std::byte;
};
template <>
struct id_element<std::uint8_t const> {
  using type = std::byte const;
};
template <class T>
auto as_id_elements(T* p) noexcept {
  static_assert(std::is_integral_v<T>, "mixaug: id masks are integers; soft masks go into nchw or scores");
  return reinterpret_cast<typename id_element<T>::type*>(p);
}
}  // namespace detail

/// Id masks of images (n, h, w), of the frames of signals (n, l) and of volumes (n, d, h, w): pasted, never blended.
/// Bytes are viewed as std::byte, so that an 8-bit id image is not mistaken for pixels.
template <class T>
auto masks(T* p, extents<2> e) noexcept {
  return row_major(detail::as_id_elements(p), e);
}
template <class T>
auto masks(T* p, extents<2> e, extents<2> s) noexcept {
  return strided(detail::as_id_elements(p), e, s);
}
template <class T>
auto masks(T* p, extents<3> e) noexcept {
  return row_major(detail::as_id_elements(p), e);
}
template <class T>
auto masks(T* p, extents<3> e, extents<3> s) noexcept {
  return strided(detail::as_id_elements(p), e, s);
}
template <class T>
auto masks(T* p, extents<4> e) noexcept {
  return row_major(detail::as_id_elements(p), e);
}
template <class T>
auto masks(T* p, extents<4> e, extents<4> s) noexcept {
  return strided(detail::as_id_elements(p), e, s);
}

}  // namespace mixaug

MIXAUG_EXACT_END
