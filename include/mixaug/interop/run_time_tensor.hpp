// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/image_batch.hpp>
#include <mixaug/core/pixels.hpp>
#include <mixaug/interop/container.hpp>
#include <type_traits>

MIXAUG_EXACT_BEGIN

/// Tensors whose element type, rank and memory only the run knows (DLPack's, LibTorch's, OpenCV's matrices), as views
/// by the names of tensor_view.hpp, with the element as a template argument, and the memory space where it is not the
/// host's:
///   nchw<float>(t)   nchw<float const>(t)   nchw<float, space::device>(t)   class_ids<std::int64_t>(t)
///   labels<float>(t) (n)   labels<float, 2>(t) (n, d)   masks<std::uint8_t>(t) (n, h, w)   view_of<float, 3>(t)
/// Nothing is copied or converted: what the tensor holds must be what the name and the element say.
///
/// Errors, all mixaug::invalid_argument: other elements, another rank, memory of another device, elements that may not
/// be written unless the element is const, memory that is not aligned for the element, a null pointer.
namespace mixaug {

/// What the elements of a tensor are. The numbers are DLPack's.
enum class element_code : unsigned char {
  signed_integer = 0,
  unsigned_integer = 1,
  floating_point = 2,
  opaque = 3,
  bfloat = 4,
  complex = 5,
  boolean = 6,
  other = 255
};

/// Where the elements of a tensor can be reached.
enum class reach : unsigned char { host, device, both, neither };

/// A tensor as the run knows it. Extents and strides are read while a view is made.
struct run_time_tensor {
  void* data = nullptr;  ///< first element
  element_code code = element_code::other;
  int bits = 0;  ///< of one element
  int rank = 0;
  std::int64_t const* extent = nullptr;  ///< rank extents
  std::int64_t const* stride = nullptr;  ///< rank strides in elements; null: the last dimension is contiguous
  reach memory = reach::host;
  char const* device = "host";  ///< the memory's name, for messages
  char const* noun = "tensor";  ///< what it is called, for messages
  bool read_only = false;       ///< true: only views of const elements
  channel_order order = channel_order::rgb;
};

namespace detail {

/// What T is, as a tensor says it.
struct element_kind {
  element_code code;
  int bits;
};
template <class T>
constexpr element_kind element_kind_of() noexcept {
  constexpr int bits = 8 * static_cast<int>(sizeof(T));
  if constexpr (std::is_same_v<T, bool>)
    return {element_code::boolean, 8};
  else if constexpr (std::is_same_v<T, std::byte>)
    return {element_code::unsigned_integer, 8};
  else if constexpr (is_bfloat16<T>)
    return {element_code::bfloat, 16};
  else if constexpr (is_float16<T> || std::is_floating_point_v<T>)
    return {element_code::floating_point, bits};
  else if constexpr (is_integer_pixel<T>)
    return element_kind_of<decltype(T::value)>();
  else if constexpr (std::is_integral_v<T>)
    return {std::is_signed_v<T> ? element_code::signed_integer : element_code::unsigned_integer, bits};
  else
    return {element_code::other, 0};
}
inline std::string text(element_kind k) {
  std::string const bits = std::to_string(k.bits);
  switch (k.code) {
    case element_code::signed_integer:
      return "int" + bits;
    case element_code::unsigned_integer:
      return "uint" + bits;
    case element_code::floating_point:
      return "float" + bits;
    case element_code::bfloat:
      return "bfloat" + bits;
    case element_code::complex:
      return "complex" + bits;
    case element_code::boolean:
      return "bool";
    default:
      return "elements of no type that a view has";
  }
}

/// The view of a tensor, after all checks.
template <class T, int R, space S>
tensor_view<T, R, S> checked_view(run_time_tensor const& t, view_request what) {
  using U = std::remove_const_t<T>;
  constexpr element_kind kind = element_kind_of<U>();
  static_assert(kind.code != element_code::other,
                "mixaug: a tensor of the run has numbers or bools; this element type is neither");
  std::string const operand = std::string("the ") + t.noun + " given to " + what.name;
  if (t.rank != R)
    fail(operand, "of rank " + std::to_string(t.rank) + " " + shape_text(t.extent, t.rank),
         "rank " + std::to_string(R) + what.axes);
  if (t.code != kind.code || t.bits != kind.bits)
    fail(operand, "of " + text(element_kind{t.code, t.bits}),
         text(kind) + ", which the call asked for; name the tensor's own type, or convert it first");
  bool const reached = t.memory == reach::both || t.memory == (S == space::host ? reach::host : reach::device);
  if (!reached)
    fail(operand, std::string("in the memory of ") + t.device,
         S == space::host ? "the host's memory; a view of device memory is asked for by space::device, as in "
                            "nchw<float, space::device>(t)"
                          : "device memory; a view of the host's memory needs no space::device");
  if (t.read_only && !std::is_const_v<T>)
    fail(operand, "read-only",
         "memory that may be written; for reading ask for const elements, as in nchw<float const>(t)");
  tensor_view<T, R, S> v;
  v.data = static_cast<T*>(t.data);
  v.order = t.order;
  index_t step = 1;
  for (int d = R - 1; d >= 0; --d) {
    if (t.extent[d] < 0) fail(operand, "of shape " + shape_text(t.extent, R), "extents >= 0");
    v.extent[d] = t.extent[d];
    v.stride[d] = t.stride == nullptr ? step : t.stride[d];
    step = saturating_multiply(step, t.extent[d]);
  }
  if (v.size() == 0) return v;
  if (t.data == nullptr) fail(operand, "a null pointer", "memory for " + shape_text(t.extent, R) + " elements");
  if (reinterpret_cast<std::uintptr_t>(t.data) % alignof(U) != 0)
    fail(operand, "at an address that is no multiple of " + std::to_string(alignof(U)),
         "aligned elements; copy the tensor first");
  return v;
}

}  // namespace detail

/// A container that is described at run time: container_of<C> derives from run_time_container and has
///   describe(C&) -> run_time_tensor
/// instead of element, rank, fits and view.
struct run_time_container {
  static constexpr bool known = false;
  static constexpr bool described = true;
  static constexpr bool is_owner = true;
};

/// True for containers that are described at run time, const or not, and references to them.
template <class C>
concept described_container = requires {
  requires container_of<std::remove_reference_t<C>>::described;
};

/// A description is a container, too, which owns nothing: programs that take tensors of several frameworks describe
/// them once, and view the descriptions.
template <class C>
requires std::is_same_v<std::remove_const_t<C>, run_time_tensor>
struct container_of<C> : run_time_container {
  static constexpr bool is_owner = false;
  static run_time_tensor describe(C& t) noexcept { return t; }
};

/// Calls f(std::type_identity<T>{}) for the tensor's element type T: float, double, float16, bfloat16, std::uint8_t,
/// std::int8_t, std::int16_t, std::int32_t, std::int64_t or bool, and returns what it returns.
///   visit(t, [&](auto type) {
///     using T = typename decltype(type)::type;
///     apply(plan, nchw<T>(t), nchw<T>(out));
///   });
/// Errors: elements of another type.
template <class F>
auto visit(run_time_tensor const& t, F&& f) {
  auto const is = [&](element_code code, int bits) { return t.code == code && t.bits == bits; };
  if (is(element_code::floating_point, 32)) return f(std::type_identity<float>{});
  if (is(element_code::floating_point, 64)) return f(std::type_identity<double>{});
  if (is(element_code::floating_point, 16)) return f(std::type_identity<float16>{});
  if (is(element_code::bfloat, 16)) return f(std::type_identity<bfloat16>{});
  if (is(element_code::unsigned_integer, 8)) return f(std::type_identity<std::uint8_t>{});
  if (is(element_code::signed_integer, 8)) return f(std::type_identity<std::int8_t>{});
  if (is(element_code::signed_integer, 16)) return f(std::type_identity<std::int16_t>{});
  if (is(element_code::signed_integer, 32)) return f(std::type_identity<std::int32_t>{});
  if (is(element_code::signed_integer, 64)) return f(std::type_identity<std::int64_t>{});
  if (is(element_code::boolean, 8)) return f(std::type_identity<bool>{});
  detail::fail(std::string("the ") + t.noun + "'s type", detail::text(detail::element_kind{t.code, t.bits}),
               "float16, float32, float64, bfloat16, uint8, int8 to int64 or bool");
}

namespace detail {

template <class T, int R, space S, class C>
tensor_view<T, R, S> view_described(std::remove_reference_t<C>& c, view_request what) {
  using of = container_of<std::remove_reference_t<C>>;
  static_assert(std::is_lvalue_reference_v<C> || !of::is_owner,
                "mixaug: this view would outlive the temporary container that it looks into; give the "
                "container a name first");
  return checked_view<T, R, S>(of::describe(c), what);
}

}  // namespace detail

/// Views the tensor unchanged, dimension by dimension.
template <class T, int Rank, space Space = space::host, described_container C>
tensor_view<T, Rank, Space> view_of(C&& c) {
  static_assert(Rank > 0, "mixaug: view_of takes the rank of the view, at least 1");
  return detail::view_described<T, Rank, Space, C>(c, {"view_of", ""});
}

/// Images (n, c, h, w).
template <class T, space Space = space::host, described_container C>
tensor_view<T, 4, Space> nchw(C&& c) {
  return detail::view_described<T, 4, Space, C>(c, {"nchw", " (n, c, h, w)"});
}
/// Images (n, h, w, c), as a view (n, c, h, w).
template <class T, space Space = space::host, described_container C>
tensor_view<T, 4, Space> nhwc(C&& c) {
  return detail::channels_second(detail::view_described<T, 4, Space, C>(c, {"nhwc", " (n, h, w, c)"}));
}

/// Signals (n, c, l).
template <class T, space Space = space::host, described_container C>
tensor_view<T, 3, Space> signals(C&& c) {
  return detail::view_described<T, 3, Space, C>(c, {"signals", " (n, c, l)"});
}
/// Volumes (n, c, d, h, w).
template <class T, space Space = space::host, described_container C>
tensor_view<T, 5, Space> volumes(C&& c) {
  return detail::view_described<T, 5, Space, C>(c, {"volumes", " (n, c, d, h, w)"});
}

/// Hidden features or class scores (n, d).
template <class T, space Space = space::host, described_container C>
tensor_view<T, 2, Space> features(C&& c) {
  return detail::view_described<T, 2, Space, C>(c, {"features", " (n, d)"});
}

/// Score maps (n, h, w).
template <class T, space Space = space::host, described_container C>
tensor_view<T, 3, Space> scores(C&& c) {
  return detail::view_described<T, 3, Space, C>(c, {"scores", " (n, h, w)"});
}
/// Id masks of integers or bools: (n, h, w), or masks<T, 2>(c) of frames and masks<T, 4>(c) of volumes.
template <class T, int Rank = 3, space Space = space::host, described_container C>
auto masks(C&& c) {
  static_assert(Rank >= 2 && Rank <= 4, "mixaug: id masks are (n, l), (n, h, w) or (n, d, h, w)");
  return detail::as_ids(detail::view_described<T, Rank, Space, C>(c, {"masks", Rank == 2   ? " (n, l)"
                                                                               : Rank == 3 ? " (n, h, w)"
                                                                                           : " (n, d, h, w)"}));
}

/// Labels (n), or labels<T, 2>(c) (n, d).
template <class T, int Rank = 1, space Space = space::host, described_container C>
tensor_view<T, Rank, Space> labels(C&& c) {
  static_assert(Rank == 1 || Rank == 2, "mixaug: labels are (n) or (n, d): labels<T>(c) or labels<T, 2>(c)");
  return detail::view_described<T, Rank, Space, C>(c, {"labels", Rank == 1 ? " (n)" : " (n, d)"});
}

/// One class id of any integer type for each sample: (n).
template <class T, space Space = space::host, described_container C>
tensor_view<T, 1, Space> class_ids(C&& c) {
  return detail::as_class_ids(detail::view_described<T, 1, Space, C>(c, {"class_ids", " (n)"}));
}
/// One row of the data set, std::int64_t, for each sample: (n).
template <class T, space Space = space::host, described_container C>
tensor_view<T, 1, Space> indices(C&& c) {
  return detail::as_indices(detail::view_described<T, 1, Space, C>(c, {"indices", " (n)"}));
}
/// One weight, float or double, for each sample: (n).
template <class T, space Space = space::host, described_container C>
tensor_view<T, 1, Space> weights(C&& c) {
  return detail::as_weights(detail::view_described<T, 1, Space, C>(c, {"weights", " (n)"}));
}

}  // namespace mixaug

MIXAUG_EXACT_END
