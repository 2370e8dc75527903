// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/interop/container.hpp>

MIXAUG_EXACT_BEGIN

/// std::mdspan, and what has its members (Kokkos::mdspan, cuda::std::mdspan), as views: nchw(m), nhwc(m), signals(m),
/// volumes(m), features(m), scores(m), masks(m), labels(m) and the vectors, or view_of<Rank>(m). None of them is
/// included here. Any layout with strides, any index type, static or dynamic extents; the logical order is that of the
/// indices. An mdspan refers to memory, so a temporary one may be viewed, and its elements, not the object, say what is
/// const. cuda::std::mdspan of device memory: on_device(nchw(m)). A view of mixaug with negative strides, or of stride
/// 0, has no mdspan of layout_stride, whose strides are greater than 0.
///
/// Errors: an accessor that computes its elements does not compile; a layout that is not strided at run time throws
/// mixaug::invalid_argument.
namespace mixaug {
namespace detail {

template <class C>
concept mdspan = requires(C const& m) {
  typename C::extents_type;
  typename C::layout_type;
  typename C::element_type;
  typename C::reference;
  m.data_handle();
  m.extents();
  m.is_strided();
  C::rank();
};

}  // namespace detail

/// An mdspan.
template <detail::mdspan C>
struct container_of<C> : container_base {
  using pointed = typename C::element_type;
  using element = std::remove_const_t<pointed>;
  static constexpr bool is_owner = false;
  static constexpr int rank = static_cast<int>(C::rank());
  template <int R>
  static constexpr bool fits = R == rank;

  template <int R>
  static auto view(C& m, view_request what) {
    constexpr bool plain =
        std::is_same_v<typename C::reference, pointed&> && std::is_convertible_v<decltype(m.data_handle()), pointed*>;
    static_assert(plain,
                  "mixaug: this mdspan's accessor computes its elements or has no pointer to them; give an mdspan with "
                  "the default accessor");
    tensor_view<pointed, R> v;
    if constexpr (plain) {
      v.data = m.data_handle();
      for (int d = 0; d < R; ++d) v.extent[d] = static_cast<index_t>(m.extents().extent(static_cast<std::size_t>(d)));
      if (v.size() == 0) return v;  // the strides of some layouts are not defined
      if (!m.is_strided())
        detail::fail(std::string("the mdspan given to ") + what.name, "of a layout without strides",
                     "layout_right, layout_left or layout_stride");
      for (int d = 0; d < R; ++d) v.stride[d] = stride(m, d);
    }
    return v;
  }

 private:
  /// A layout that never has strides has no member stride to compile.
  static index_t stride(C const& m, int d) {
    if constexpr (requires { m.stride(static_cast<std::size_t>(d)); })
      return static_cast<index_t>(m.stride(static_cast<std::size_t>(d)));
    else
      return 0;
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
