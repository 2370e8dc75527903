// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

#if __has_include(<xtensor/containers/xtensor.hpp>)  // 0.26 and later
#  include <xtensor/containers/xarray.hpp>
#  include <xtensor/containers/xtensor.hpp>
#else
#  include <xtensor/xarray.hpp>
#  include <xtensor/xtensor.hpp>
#endif
#include <array>
#include <mixaug/interop/container.hpp>

MIXAUG_EXACT_BEGIN

/// xtensor's containers with memory as views: xt::xtensor, xt::xarray, xt::xtensor_fixed, adaptors of
/// either kind, and xt::view, xt::strided_view, xt::transpose, xt::flip of them (offset and strides are kept);
/// row-major, column-major or dynamic layout.
///   nchw(t) from a container in the order (n, c, h, w), nhwc(t), signals(t), volumes(t), features(t),
///   scores(t), masks(t), labels(t), class_ids(t), indices(t), weights(t), or view_of<Rank>(t)
/// Errors: the rank of xt::xarray, and of views of it, is known at run time only; a wrong one throws
/// mixaug::invalid_argument. Its labels are labels<1>(a) or labels<2>(a).
namespace mixaug {
namespace detail {

template <class C>
concept xtensor_expression = xt::is_xexpression<std::remove_const_t<C>>::value;

/// 0 if known at run time only. Views of an xt::xtensor have no member `rank`, but a shape of fixed length.
template <class>
inline constexpr int xtensor_shape_rank = 0;
template <class Index, std::size_t N>
inline constexpr int xtensor_shape_rank<std::array<Index, N>> = static_cast<int>(N);
template <class X>
inline constexpr int xtensor_rank = xt::get_rank<X>::value != SIZE_MAX ? static_cast<int>(xt::get_rank<X>::value)
                                                                       : xtensor_shape_rank<typename X::shape_type>;

template <class>
inline constexpr bool is_xtensor_owner = false;
template <class S, xt::layout_type L, class D, class G>
inline constexpr bool is_xtensor_owner<xt::xarray_container<S, L, D, G>> = true;
template <class S, std::size_t N, xt::layout_type L, class G>
inline constexpr bool is_xtensor_owner<xt::xtensor_container<S, N, L, G>> = true;
template <class T, class D, xt::layout_type L, bool B, class G>
inline constexpr bool is_xtensor_owner<xt::xfixed_container<T, D, L, B, G>> = true;

}  // namespace detail

/// xtensor's containers, and views of them.
template <detail::xtensor_expression C>
struct container_of<C> : container_base {
  using object = std::remove_const_t<C>;
  using element = typename object::value_type;
  // Some adaptors return an iterator from data(); only a pointer counts as memory.
  static constexpr bool has_memory = requires(C & c) {
    { c.data() } -> std::convertible_to<void const*>;
    c.strides()[0], c.data_offset();
  };
  static constexpr bool is_owner = detail::is_xtensor_owner<object>;
  static constexpr int rank = detail::xtensor_rank<object>;
  template <int R>
  static constexpr bool fits = rank == 0 || R == rank;

  template <int R>
  static auto view(C& c, view_request what) {
    if (c.dimension() != static_cast<std::size_t>(R)) wrong_rank(c, R, what);
    auto& memory = readable(c);
    tensor_view<std::remove_pointer_t<decltype(memory.data())>, R> v;
    v.data = memory.data() + memory.data_offset();
    for (std::size_t d = 0; d < static_cast<std::size_t>(R); ++d) {
      v.extent[d] = static_cast<index_t>(c.shape()[d]);
      v.stride[d] = static_cast<index_t>(c.strides()[d]);
    }
    detail::pack_unit_strides(v, c.layout() == xt::layout_type::column_major);
    return v;
  }

 private:
  /// data() of an adaptor of a const buffer does not compile; its const overload does.
  static auto& readable(C& c) noexcept {
    if constexpr (std::is_const_v<std::remove_reference_t<typename object::storage_type>>)
      return std::as_const(c);
    else
      return c;
  }
  [[noreturn]] static void wrong_rank(C& c, int expected, view_request what) {
    std::string shape = "(";
    for (std::size_t d = 0; d < c.dimension(); ++d) shape += (d == 0 ? "" : ", ") + std::to_string(c.shape()[d]);
    detail::fail(std::string("the container given to ") + what.name,
                 "of rank " + std::to_string(c.dimension()) + " " + shape + ")",
                 "rank " + std::to_string(expected) + what.axes);
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
