// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/core/tensor_view.hpp>
#include <utility>

MIXAUG_EXACT_BEGIN

/// The views of tensor_view.hpp under the same names, made from a container that knows its shape: nchw(c), nhwc(c),
/// signals(c), volumes(c), features(c), scores(c), masks(c), labels(c), class_ids(c), indices(c), weights(c), and
/// view_of<Rank>(c) for any other meaning. Nothing is copied: the view is valid as long as the container keeps its
/// memory, writes through it are writes to the container, and a const container gives a view of const elements. Include
/// interop/eigen.hpp, eigen_tensor.hpp, xtensor.hpp, thrust_vector.hpp, mdspan.hpp, dlpack.hpp or opencv.hpp for the
/// support of each library, or specialise container_of for a type of your own.
///
/// Errors: a wrong rank, a lazy expression and a temporary container do not compile, with a message. If the rank is
/// known at run time only (xt::xarray), a wrong one throws mixaug::invalid_argument.
namespace mixaug {

/// The view that a caller asked for, for messages: "nchw" and " (n, c, h, w)".
struct view_request {
  char const* name;
  char const* axes;
};

/// How a container C is viewed: the hook by which a type of yours gets the names above. C is const for a const
/// container. A specialisation derives from container_base, which has the defaults, and says
///   element                                    what the view's elements are, without const
///   rank                                       the container's number of dimensions; 0: known at run time only
///   fits<R>                                    whether a view of rank R can be had (not asked where rank is 0)
///   view<R>(C&, view_request) -> tensor_view   the view, of host or device memory; of const elements for a const C
/// and, where they differ from the defaults,
///   has_memory = false                         for a lazy expression, which must be evaluated first
///   is_owner = false                           where the memory outlives the object, which may then be a temporary
/// What cannot be viewed is refused by throwing mixaug::invalid_argument. Containers whose element type is known at run
/// time only are described by run_time_tensor (interop/run_time_tensor.hpp).
///
///   template <class C>
///   requires std::is_same_v<std::remove_const_t<C>, image_stack>
///   struct mixaug::container_of<C> : mixaug::container_base {
///     using element = float;
///     static constexpr int rank = 4;
///     template <int R>
///     static constexpr bool fits = R == rank;
///     template <int R>
///     static auto view(C& c, mixaug::view_request) {
///       return mixaug::row_major(c.pixels(), mixaug::extents<R>{c.count(), c.channels(), c.rows(), c.columns()});
///     }
///   };
template <class C>
struct container_of {
  static constexpr bool known = false;
};

/// The defaults of a specialisation of container_of: memory that is freed with the container.
struct container_base {
  static constexpr bool known = true;
  static constexpr bool has_memory = true;
  static constexpr bool is_owner = true;
};

/// True for containers that container_of knows, const or not, and references to them.
template <class C>
concept container = container_of<std::remove_reference_t<C>>::known;

namespace detail {

/// Makes the checks that all names have in common. C is a forwarding type: an lvalue reference unless c is a temporary.
template <int Rank, class C>
auto view_container(std::remove_reference_t<C>& c, view_request what) {
  using of = container_of<std::remove_reference_t<C>>;
  constexpr bool kept = std::is_lvalue_reference_v<C> || !of::is_owner || !of::has_memory;
  constexpr bool fits = Rank > 0 && of::template fits<Rank>;
  static_assert(of::has_memory,
                "mixaug: a lazy expression has no memory to view; evaluate it into a container first "
                "(Eigen: .eval() or a matrix, xtensor: xt::eval or an xt::xtensor)");
  static_assert(kept,
                "mixaug: this view would outlive the temporary container that it looks into; give the "
                "container a name first");
  static_assert(Rank > 0,
                "mixaug: only the run knows this container's rank; say which labels these are: "
                "labels<1>(c) for (n), labels<2>(c) for (n, d)");
  static_assert(fits || Rank == 0,
                "mixaug: the container has another rank than the view asked for: nchw and nhwc are rank 4, "
                "volumes 5, signals and scores 3, features 2, masks 2 to 4, labels 1 or 2, class_ids, indices and "
                "weights 1 (for Eigen a type that is a vector, such as VectorXi or m.col(j)); flat memory "
                "takes its extents: nchw(pointer or thrust vector, {n, c, h, w})");
  if constexpr (of::has_memory && kept && fits)
    return of::template view<Rank>(c, what);
  else
    return tensor_view<typename of::element, (Rank > 0 ? Rank : 1)>{};
}

/// Containers such as xtensor's store stride 0 for a dimension of one element. Replaces it by the stride of packed
/// memory, so that contiguous data is recognised.
template <class T, int R, space S>
constexpr void pack_unit_strides(tensor_view<T, R, S>& v, bool column_major) noexcept {
  index_t step = 1;
  for (int k = 0; k < R; ++k) {
    int const d = column_major ? k : R - 1 - k;
    if (v.extent[d] == 1 && v.stride[d] == 0) v.stride[d] = step;
    step = v.stride[d] * v.extent[d];
  }
}

/// Views memory order (n, spatial..., c) in logical order (n, c, spatial...).
template <class T, space S>
constexpr tensor_view<T, 4, S> channels_second(tensor_view<T, 4, S> const& m) noexcept {
  tensor_view<T, 4, S> v;
  v.data = m.data;
  constexpr int from[4] = {0, 3, 1, 2};
  for (int d = 0; d < 4; ++d) v.extent[d] = m.extent[from[d]], v.stride[d] = m.stride[from[d]];
  v.order = m.order;
  return v;
}

/// Rank of a container of id masks: its own, or that of images if it is known at run time only.
template <class C>
inline constexpr int mask_rank =
    container_of<std::remove_reference_t<C>>::rank == 0 ? 3 : container_of<std::remove_reference_t<C>>::rank;

/// Views bytes as ids and not as pixels, as masks(pointer, {n, h, w}) does.
template <class T, int R, space S>
auto as_ids(tensor_view<T, R, S> const& p) noexcept {
  static_assert(std::is_integral_v<T>, "mixaug: id masks are integers; soft masks go into nchw or scores");
  tensor_view<typename id_element<T>::type, R, S> v;
  v.data = reinterpret_cast<typename id_element<T>::type*>(p.data);
  for (int d = 0; d < R; ++d) v.extent[d] = p.extent[d], v.stride[d] = p.stride[d];
  return v;
}

template <class T, int R, space S>
constexpr tensor_view<T, R, S> const& as_class_ids(tensor_view<T, R, S> const& v) noexcept {
  static_assert(std::is_integral_v<T>,
                "mixaug: class_ids are integers, one a sample; soft or regression labels go into labels");
  return v;
}
template <class T, int R, space S>
constexpr tensor_view<T, R, S> const& as_weights(tensor_view<T, R, S> const& v) noexcept {
  static_assert(std::is_floating_point_v<T>, "mixaug: weights are float or double, one a sample");
  return v;
}
template <class T, int R, space S>
constexpr tensor_view<T, R, S> const& as_indices(tensor_view<T, R, S> const& v) noexcept {
  static_assert(std::is_same_v<std::remove_const_t<T>, std::int64_t>, "mixaug: indices are std::int64_t");
  return v;
}

}  // namespace detail

/// Views the container unchanged, dimension by dimension.
template <int Rank, container C>
auto view_of(C&& c) {
  static_assert(Rank > 0, "mixaug: view_of takes the rank of the view, at least 1");
  return detail::view_container<Rank, C>(c, {"view_of", ""});
}

/// Images (n, c, h, w).
template <container C>
auto nchw(C&& c) {
  return detail::view_container<4, C>(c, {"nchw", " (n, c, h, w)"});
}
/// Images (n, h, w, c), as a view (n, c, h, w).
template <container C>
auto nhwc(C&& c) {
  return detail::channels_second(detail::view_container<4, C>(c, {"nhwc", " (n, h, w, c)"}));
}

/// Signals (n, c, l).
template <container C>
auto signals(C&& c) {
  return detail::view_container<3, C>(c, {"signals", " (n, c, l)"});
}
/// Volumes (n, c, d, h, w).
template <container C>
auto volumes(C&& c) {
  return detail::view_container<5, C>(c, {"volumes", " (n, c, d, h, w)"});
}

/// Hidden features or class scores (n, d): n samples in rows, whatever the storage order.
template <container C>
auto features(C&& c) {
  return detail::view_container<2, C>(c, {"features", " (n, d)"});
}

/// Score maps (n, h, w).
template <container C>
auto scores(C&& c) {
  return detail::view_container<3, C>(c, {"scores", " (n, h, w)"});
}
/// Id masks of integers: (n, h, w), (n, l) of frames or (n, d, h, w) of volumes. If the rank is known at run time only,
/// it is taken as 3; use masks<2>(c) and masks<4>(c) for the others.
template <container C>
auto masks(C&& c) {
  constexpr int known = detail::mask_rank<C>, rank = known >= 2 && known <= 4 ? known : 3;
  return detail::as_ids(detail::view_container<rank, C>(c, {"masks", rank == 3 ? " (n, h, w)" : ""}));
}
template <int Rank, container C>
auto masks(C&& c) {
  static_assert(Rank >= 2 && Rank <= 4, "mixaug: id masks are (n, l), (n, h, w) or (n, d, h, w)");
  return detail::as_ids(detail::view_container<Rank, C>(c, {"masks", Rank == 2   ? " (n, l)"
                                                                     : Rank == 3 ? " (n, h, w)"
                                                                                 : " (n, d, h, w)"}));
}

/// Labels: (n) from a vector, (n, d) from a matrix. If the rank is known at run time only: labels<1>(c), labels<2>(c).
template <container C>
auto labels(C&& c) {
  return detail::view_container<container_of<std::remove_reference_t<C>>::rank, C>(c, {"labels", " (n) or (n, d)"});
}
template <int Rank, container C>
auto labels(C&& c) {
  static_assert(Rank == 1 || Rank == 2, "mixaug: labels are (n) or (n, d): labels<1>(c) or labels<2>(c)");
  return detail::view_container<Rank, C>(c, {"labels", Rank == 1 ? " (n)" : " (n, d)"});
}

/// One class id of any integer type for each sample: (n).
template <container C>
auto class_ids(C&& c) {
  return detail::as_class_ids(detail::view_container<1, C>(c, {"class_ids", " (n)"}));
}
/// One row of the data set, std::int64_t, for each sample: (n).
template <container C>
auto indices(C&& c) {
  return detail::as_indices(detail::view_container<1, C>(c, {"indices", " (n)"}));
}
/// One weight, float or double, for each sample: (n).
template <container C>
auto weights(C&& c) {
  return detail::as_weights(detail::view_container<1, C>(c, {"weights", " (n)"}));
}

}  // namespace mixaug

MIXAUG_EXACT_END
