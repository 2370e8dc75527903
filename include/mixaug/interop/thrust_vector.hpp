// SPDX-License-Identifier: MIT
#pragma once
#include <thrust/detail/raw_pointer_cast.h>
#include <thrust/device_vector.h>
#include <thrust/host_vector.h>
#include <thrust/iterator/iterator_traits.h>
#include <thrust/system/cpp/vector.h>

#include <cstdint>
#include <mixaug/core/config.hpp>
#include <mixaug/interop/container.hpp>

MIXAUG_EXACT_BEGIN

/// thrust::host_vector and device_vector, and the vectors of each system, as views of flat memory:
///   nchw(v, {n, c, h, w}), nhwc(v, {n, h, w, c}), signals, volumes, features, scores, masks, labels
///   class_ids(v), indices(v), weights(v), labels(v)   (n), the whole vector; extents may be given too
/// Vectors of the CUDA system (universal ones included) give space::device views, those of CPP, OMP and TBB host views;
/// the system of device_vector depends on THRUST_DEVICE_SYSTEM. Errors: mixaug::invalid_argument if the vector's size
/// is not the product of the extents.
namespace mixaug {
namespace detail {

template <class T, class A>
thrust::detail::vector_base<T, A>* thrust_base(thrust::detail::vector_base<T, A> const*);  // never defined
template <class C>
concept thrust_vector = requires(C* c) {
  detail::thrust_base(c);
};

/// True for host systems, which derive from CPP's policy; CUDA's does not, so its headers are not needed.
template <class Tag>
inline constexpr bool is_host_system = std::is_base_of_v<thrust::system::cpp::detail::execution_policy<Tag>, Tag>;

template <class V>
using thrust_system = typename thrust::iterator_system<typename V::iterator>::type;

template <class V, class T, int R>
constexpr auto placed(tensor_view<T, R> const& v) noexcept {
  if constexpr (is_host_system<thrust_system<V>>)
    return v;
  else
    return on_device(v);
}

/// Returns null if the vector is empty, where Thrust's data() takes the address of front().
template <class V>
auto* memory_of(V& v) {
  return v.empty() ? nullptr : thrust::raw_pointer_cast(v.data());
}

}  // namespace detail

/// A Thrust vector as one dimension.
template <detail::thrust_vector C>
struct container_of<C> : container_base {
  using element = typename C::value_type;
  static constexpr int rank = 1;
  template <int R>
  static constexpr bool fits = R == 1;

  template <int R>
  static auto view(C& c, view_request) noexcept {
    return detail::placed<C>(row_major(detail::memory_of(c), extents<1>{c.size()}));
  }
};

namespace detail {

/// Returns the vector's memory after checking that its size is the product of the extents.
template <class V, int R>
auto* memory_for(std::remove_reference_t<V>& v, extents<R> const& e, char const* name) {
  static_assert(
      std::is_lvalue_reference_v<V>,
      "mixaug: this view would outlive the temporary container that it looks into; give the container a name first");
  auto const size = static_cast<index_t>(v.size());
  index_t all = 1;
  bool right = true;
  for (int d = 0; d < R; ++d) right = right && e.at[d] >= 0;
  for (int d = 0; d < R && right; ++d) {
    right = e.at[d] == 0 || all <= INT64_MAX / e.at[d];
    if (right) all *= e.at[d];
  }
  if (!right || all != size)
    fail(std::string("the vector given to ") + name, "of " + text(size) + " elements",
         (right ? text(all) + " elements" : std::string("extents of a size that memory can have")) + " for extents " +
             shape_text(e.at, R));
  return memory_of(v);
}

template <class V>
concept thrust_argument = thrust_vector<std::remove_reference_t<V>>;
template <class V, class View>
constexpr auto placed_as(View const& v) noexcept {
  return placed<std::remove_reference_t<V>>(v);
}

}  // namespace detail

/// Images {n, c, h, w}.
template <detail::thrust_argument V>
auto nchw(V&& v, extents<4> e) {
  return detail::placed_as<V>(nchw(detail::memory_for<V>(v, e, "nchw"), e));
}
/// Images with interleaved channels; extents in memory order {n, h, w, c}, logical order (n, c, h, w).
template <detail::thrust_argument V>
auto nhwc(V&& v, extents<4> e) {
  return detail::placed_as<V>(nhwc(detail::memory_for<V>(v, e, "nhwc"), e));
}

/// Signals {n, c, l}.
template <detail::thrust_argument V>
auto signals(V&& v, extents<3> e) {
  return detail::placed_as<V>(signals(detail::memory_for<V>(v, e, "signals"), e));
}
/// Volumes {n, c, d, h, w}.
template <detail::thrust_argument V>
auto volumes(V&& v, extents<5> e) {
  return detail::placed_as<V>(volumes(detail::memory_for<V>(v, e, "volumes"), e));
}

/// Hidden features or class scores {n, d}.
template <detail::thrust_argument V>
auto features(V&& v, extents<2> e) {
  return detail::placed_as<V>(features(detail::memory_for<V>(v, e, "features"), e));
}
/// Score maps {n, h, w}.
template <detail::thrust_argument V>
auto scores(V&& v, extents<3> e) {
  return detail::placed_as<V>(scores(detail::memory_for<V>(v, e, "scores"), e));
}
/// Id masks {n, h, w}, {n, l} or {n, d, h, w}.
template <detail::thrust_argument V>
auto masks(V&& v, extents<3> e) {
  return detail::as_ids(detail::placed_as<V>(row_major(detail::memory_for<V>(v, e, "masks"), e)));
}
template <detail::thrust_argument V>
auto masks(V&& v, extents<2> e) {
  return detail::as_ids(detail::placed_as<V>(row_major(detail::memory_for<V>(v, e, "masks"), e)));
}
template <detail::thrust_argument V>
auto masks(V&& v, extents<4> e) {
  return detail::as_ids(detail::placed_as<V>(row_major(detail::memory_for<V>(v, e, "masks"), e)));
}

/// Labels {n} or {n, d}.
template <detail::thrust_argument V>
auto labels(V&& v, extents<1> e) {
  return detail::placed_as<V>(labels(detail::memory_for<V>(v, e, "labels"), e));
}
template <detail::thrust_argument V>
auto labels(V&& v, extents<2> e) {
  return detail::placed_as<V>(labels(detail::memory_for<V>(v, e, "labels"), e));
}
/// Class ids {n}, integers.
template <detail::thrust_argument V>
auto class_ids(V&& v, extents<1> e) {
  return detail::as_class_ids(detail::placed_as<V>(row_major(detail::memory_for<V>(v, e, "class_ids"), e)));
}
/// Rows of a data set {n}, std::int64_t.
template <detail::thrust_argument V>
auto indices(V&& v, extents<1> e) {
  return detail::as_indices(detail::placed_as<V>(row_major(detail::memory_for<V>(v, e, "indices"), e)));
}
/// Weights of the samples {n}, real numbers.
template <detail::thrust_argument V>
auto weights(V&& v, extents<1> e) {
  return detail::as_weights(detail::placed_as<V>(row_major(detail::memory_for<V>(v, e, "weights"), e)));
}

}  // namespace mixaug

MIXAUG_EXACT_END
