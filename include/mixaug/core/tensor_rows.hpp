// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstring>
#include <mixaug/core/error.hpp>
#include <mixaug/core/pixels.hpp>
#include <mixaug/core/tensor_view.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

template <class T, int Rank, space Space = space::host>
struct tensor_rows;

namespace detail {

/// Pointer i of a table, whatever the pointers' type is: all have one form in memory.
template <class T>
MIXAUG_HD T* pointer_at(void const* table, index_t i) noexcept {
  T* p;
  void const* const aligned_table = MIXAUG_ALIGNED(table, alignof(T*));  // or nvcc reads a pointer byte by byte
  std::memcpy(&p, static_cast<void* const*>(aligned_table) + i, sizeof p);
  return p;
}
template <class To, space Space, class T, int R, space S>
constexpr tensor_rows<To, R, Space> rows_like(tensor_rows<T, R, S> const& v, void const* table) noexcept {
  tensor_rows<To, R, Space> w;
  w.table = table;
  w.host_table = v.host_table;
  for (int d = 0; d < R; ++d) {
    w.extent[d] = v.extent[d];
    w.stride[d] = v.stride[d];
  }
  w.order = v.order;
  return w;
}

}  // namespace detail

/// A batch whose samples lie each in an allocation of its own (a loader's cache, files mapped into memory, OpenCV's
/// matrices): a table of pointers, one a sample, with the extents and the strides that all samples have. Owns nothing;
/// trivially copyable. It is taken wherever a batch of pixels, ids or gradients is: make_plan, inputs, apply (as batch,
/// source, gathered rows or output), apply_inplace, apply_adjoint, saliency_map. rows_of makes it.
template <class T, int Rank, space Space>
struct tensor_rows {
  using element = T;
  static constexpr int rank = Rank;
  static constexpr space memory = Space;

  void const* table = nullptr;       ///< extent[0] pointers to T, where the backend reads them
  void const* host_table = nullptr;  ///< the same pointers, where the host reads them
  detail::c_array<index_t, Rank> extent = {};
  detail::c_array<index_t, Rank> stride = {};  ///< in elements; stride[0] is 0 and means nothing
  channel_order order = channel_order::rgb;    ///< of three channels, for detectors

  /// First element of sample i, read on the host. Pointers to bytes may be stored as pointers to another type of byte.
  T* row(index_t i) const noexcept { return detail::pointer_at<T>(host_table, i); }

  /// Converts rows of mutable elements to rows of constant elements.
  template <class Const>
  requires(!std::is_const_v<T> && std::is_same_v<Const, T const>) constexpr operator tensor_rows<Const, Rank, Space>()
      const noexcept {
    return detail::rows_like<Const, Space>(*this, table);
  }
};

/// True if a type is tensor_rows.
template <class>
inline constexpr bool is_tensor_rows = false;
template <class T, int R, space S>
inline constexpr bool is_tensor_rows<tensor_rows<T, R, S>> = true;

/// True for what a batch may be: a tensor_view or tensor_rows.
template <class V>
inline constexpr bool is_batch = is_tensor_view<V> || is_tensor_rows<V>;

namespace detail {

/// True if pointers to P are taken as pointers to T: the same type but for const, or two types of byte.
template <class P, class T>
inline constexpr bool points_at =
    std::is_same_v<std::remove_const_t<P>, std::remove_const_t<T>> ||
    std::is_same_v<typename id_element<std::remove_const_t<P>>::type, std::remove_const_t<T>>;

}  // namespace detail

/// A batch of `count` samples at the addresses that `pointers` lists. `one` is a view of one sample, as
/// nchw(pointer, {1, c, h, w}): its extents and strides are those of every sample, its own pointer is not used. The
/// list must live as long as the batch, and may be written to between two steps. An input may list a pointer twice; an
/// output's samples share no memory.
/// Errors: a view of more than one sample; null pointers, and outputs that overlap, where the batch is used.
template <class P, class T, int Rank>
tensor_rows<T, Rank> rows_of(P* const* pointers, index_t count, tensor_view<T, Rank> const& one) {
  static_assert(detail::points_at<P, T>,
                "mixaug: the pointers and the view of one sample have different element types");
  static_assert(std::is_const_v<T> || !std::is_const_v<P>,
                "mixaug: the pointers are to const elements; the view of one sample must be so, too: "
                "nchw(static_cast<float const*>(p), {1, c, h, w})");
  if (one.extent[0] != 1)
    detail::fail("the view of one sample given to rows_of", "of shape " + detail::shape_text(one.extent, Rank),
                 "one sample: a first extent of 1, as in nchw(pointer, {1, c, h, w})");
  if (count < 0) detail::fail("the number of pointers given to rows_of", detail::text(count), "a number >= 0");
  tensor_rows<T, Rank> v;
  v.table = v.host_table = pointers;
  v.extent[0] = count;
  for (int d = 1; d < Rank; ++d) {
    v.extent[d] = one.extent[d];
    v.stride[d] = one.stride[d];
  }
  v.order = one.order;
  return v;
}
/// The same of a container of pointers with data() and size(): std::vector, std::array, std::span.
template <class Pointers, class T, int Rank>
requires requires(Pointers& p) { p.data()[0], p.size(); }
tensor_rows<T, Rank> rows_of(Pointers&& pointers, tensor_view<T, Rank> const& one) {
  static_assert(std::is_lvalue_reference_v<Pointers>,
                "mixaug: this batch would outlive the temporary list of its pointers; give the list a name first");
  return rows_of(pointers.data(), static_cast<index_t>(pointers.size()), one);
}

/// The same batch in device memory: `table` is a copy of the list in memory that the device reads, and the list on the
/// host stays, for the checks and for the choice of the kernel. A captured graph reads the table anew at each launch.
template <class P, class T, int Rank>
tensor_rows<T, Rank, space::device> on_device(tensor_rows<T, Rank> const& h, P* const* table) noexcept {
  static_assert(detail::points_at<P, T>, "mixaug: the table's pointers are to another element type than the batch");
  return detail::rows_like<T, space::device>(h, table);
}

/// as_pixels of a batch by rows.
template <class T, int Rank, space Space>
auto as_pixels(tensor_rows<T, Rank, Space> const& v) noexcept {
  detail::check_pixel_element<T>();
  return detail::rows_like<typename detail::pixel_element<T>::type, Space>(v, v.table);
}

}  // namespace mixaug

MIXAUG_EXACT_END
