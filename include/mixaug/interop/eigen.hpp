// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <mixaug/interop/container.hpp>

MIXAUG_EXACT_BEGIN

/// Eigen's dense objects with memory as views: Matrix, Array, Map, Ref, blocks, rows, columns, diagonals
/// and transposes of them; fixed or dynamic sizes, row- or column-major, any inner and outer stride.
///   features(m)                            (n, d): rows are samples
///   labels(v), labels(m)                   (n) from a type that is a vector, row or column; (n, d) from a matrix
///   class_ids(v), indices(v), weights(v)   (n) from a type that is a vector
/// Eigen::MatrixXf is column-major, so the memory of a sample is strided; this works, but is slower than
/// Eigen::Matrix<float, Dynamic, Dynamic, RowMajor>. Eigen's rule of constness holds: a const Block or Ref gives a view
/// of const elements. For Eigen::Tensor include interop/eigen_tensor.hpp.
namespace mixaug {
namespace detail {

template <class D>
D* eigen_object(Eigen::EigenBase<D> const*);  // not defined: deduces the Eigen type of C
template <class C>
concept eigen = requires(C* c) {
  detail::eigen_object(c);
};

template <class>
inline constexpr bool is_eigen_const_ref = false;  // may hold a copy of its argument
template <class M, int O, class S>
inline constexpr bool is_eigen_const_ref<Eigen::Ref<M const, O, S>> = true;

}  // namespace detail

/// Eigen's dense objects with memory.
template <detail::eigen C>
struct container_of<C> : container_base {
  using object = std::remove_pointer_t<decltype(detail::eigen_object(static_cast<C*>(nullptr)))>;
  using element = typename object::Scalar;
  static constexpr bool has_memory = requires(C & c) { c.data(), c.innerStride(), c.outerStride(); }
  &&(static_cast<unsigned>(object::Flags) & Eigen::DirectAccessBit) != 0;
  static constexpr bool is_owner =
      std::is_same_v<object, typename object::PlainObject> || detail::is_eigen_const_ref<object>;
  static constexpr int rank = object::IsVectorAtCompileTime ? 1 : 2;
  template <int R>
  static constexpr bool fits = R == 2 || R == rank;

  template <int R>
  static auto view(C& c, view_request) noexcept {
    index_t const rows = c.rows(), cols = c.cols(), inner = c.innerStride(), outer = c.outerStride();
    if constexpr (R == 1)
      return strided(c.data(), extents<1>{rows * cols}, extents<1>{inner});
    else if constexpr (object::IsRowMajor)
      return strided(c.data(), extents<2>{rows, cols}, extents<2>{outer, inner});
    else
      return strided(c.data(), extents<2>{rows, cols}, extents<2>{inner, outer});
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
