// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/interop/container.hpp>
#include <unsupported/Eigen/CXX11/Tensor>

MIXAUG_EXACT_BEGIN

/// Eigen::Tensor, TensorFixedSize and TensorMap of either layout as views: nchw(t) from a tensor in the order (n, c, h,
/// w), nhwc(t), signals(t), volumes(t), features(t), scores(t), masks(t), labels(t) and the vectors, or
/// view_of<Rank>(t). The logical order is that of the indices. In a column-major tensor (Eigen's default) the samples
/// are interleaved in memory; this works, but is slower than Eigen::RowMajor. This is a separate header because Eigen's
/// tensors are a separate module that takes time to compile.
namespace mixaug {
namespace detail {

template <class D>
D* eigen_tensor_object(Eigen::TensorBase<D, Eigen::ReadOnlyAccessors> const*);  // never defined
template <class C>
concept eigen_tensor = requires(C* c) {
  detail::eigen_tensor_object(c);
};

template <class>
inline constexpr int eigen_tensor_kind = 0;  // 0 = lazy, 1 = owns its memory, 2 = refers to memory
template <class T, int N, int O, class Index>
inline constexpr int eigen_tensor_kind<Eigen::Tensor<T, N, O, Index>> = 1;
template <class T, class E, int O, class Index>
inline constexpr int eigen_tensor_kind<Eigen::TensorFixedSize<T, E, O, Index>> = 1;
template <class T, int O, template <class> class P>
inline constexpr int eigen_tensor_kind<Eigen::TensorMap<T, O, P>> = 2;

}  // namespace detail

/// Eigen's tensors and maps of them.
template <detail::eigen_tensor C>
struct container_of<C> : container_base {
  using object = std::remove_pointer_t<decltype(detail::eigen_tensor_object(static_cast<C*>(nullptr)))>;
  using element = typename object::Scalar;
  static constexpr bool has_memory = detail::eigen_tensor_kind<object> != 0;
  static constexpr bool is_owner = detail::eigen_tensor_kind<object> == 1;
  static constexpr int rank = object::NumDimensions;
  template <int R>
  static constexpr bool fits = R == rank;

  template <int R>
  static auto view(C& c, view_request) noexcept {
    constexpr bool column_major = static_cast<int>(object::Layout) == static_cast<int>(Eigen::ColMajor);
    tensor_view<std::remove_pointer_t<decltype(c.data())>, R> v;
    v.data = c.data();
    index_t step = 1;
    for (int k = 0; k < R; ++k) {
      int const d = column_major ? k : R - 1 - k;
      v.extent[d] = static_cast<index_t>(c.dimension(static_cast<unsigned>(d)));
      v.stride[d] = step, step *= v.extent[d];
    }
    return v;
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
