// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/backend/backend.hpp>
#include <mixaug/core/detail/rows.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/core/tensor_view.hpp>

MIXAUG_EXACT_BEGIN

/// Checks of the views (n) that are passed to the sources of weights.
namespace mixaug::detail {

template <class Backend, class... Views>
constexpr void check_memory() {
  static_assert((is_tensor_view<Views> && ...), "mixaug: weights take views; wrap a pointer, as weights(pointer, {n})");
  static_assert(((Views::memory == Backend::memory) && ...),
                "mixaug: a device view was given to a host backend, or a host view to a device backend; wrap device "
                "pointers with on_device(view)");
  static_assert(((Views::rank == 1) && ...), "mixaug: predictions, labels, groups, losses and weights are (n)");
}
template <class... Views>
constexpr void check_ids() {
  static_assert((std::is_integral_v<typename Views::element> && ...),
                "mixaug: predictions, labels, groups and ids are integers");
}
template <class... Views>
constexpr void check_numbers() {
  static_assert((std::is_floating_point_v<std::remove_const_t<typename Views::element>> && ...) &&
                    ((sizeof(typename Views::element) <= 8) && ...),
                "mixaug: losses and weights are float or double");
}

/// Checks that (n) elements are valid memory.
template <class T, space S>
void check_list(tensor_view<T, 1, S> const& v, char const* name) {
  if (v.extent[0] <= 0) fail(name, "of " + text(v.extent[0]) + " elements", "at least one");
  if (v.data == nullptr) fail(name, "a null pointer", text(v.extent[0]) + " elements");
  layout5 f;
  f.extent[0] = v.extent[0], f.stride[0] = v.stride[0];
  if (!addressable(f, sizeof(T)))
    fail(name, "of " + text(v.extent[0]) + " elements and stride " + text(v.stride[0]),
         "elements that memory can hold");
}
template <class T, space S>
void check_list(tensor_view<T, 1, S> const& v, char const* name, index_t rows, char const* as) {
  check_list(v, name);
  if (v.extent[0] != rows) fail(name, "of " + text(v.extent[0]) + " elements", text(rows) + ", as " + as);
}
/// Checks an output: each index has its own element, and no element is read as an input.
template <class T, space S>
void check_output_list(tensor_view<T, 1, S> const& v, char const* name) {
  static_assert(!std::is_const_v<T>, "mixaug: the output is a view of const elements");
  if (v.stride[0] == 0 && v.extent[0] > 1) fail(name, "of stride 0", "memory where each index has its own element");
}
template <class T>
struct list_reach {
  std::uintptr_t low, high;
  template <space S>
  explicit list_reach(tensor_view<T, 1, S> const& v) noexcept {
    index_t const last = (v.extent[0] - 1) * v.stride[0];
    auto const at = reinterpret_cast<std::uintptr_t>(v.data);
    low = at + static_cast<std::uintptr_t>(lesser(0, last)) * sizeof(T);
    high = at + static_cast<std::uintptr_t>(greater(0, last) + 1) * sizeof(T);
  }
};
template <class T, class U, space S>
void check_lists_apart(tensor_view<T, 1, S> const& out, tensor_view<U, 1, S> const& in, char const* in_name) {
  list_reach<T> const a(out);
  list_reach<U> const b(in);
  if (a.low < b.high && b.low < a.high) {
    std::string const got = "sharing memory with ";
    fail("the output", got + in_name, "a buffer of its own");
  }
}

/// Checks that ids are in [0, end), on the host; device ids are not checked. Makes one pass without a branch, which
/// vectorises, and a second one to find the invalid id.
template <class T, space S>
void check_range(tensor_view<T, 1, S> const& ids, char const* name, index_t end, char const* what) {
  if constexpr (S == space::host) {
    index_t const n = ids.extent[0], stride = ids.stride[0];
    T const* const id = ids.data;
    bool bad = false;
    if (stride == 1)
      for (index_t i = 0; i < n; ++i)
        bad |= static_cast<std::uint64_t>(static_cast<index_t>(id[i])) >= static_cast<std::uint64_t>(end);
    for (index_t i = 0; i < n && (bad || stride != 1); ++i) {
      auto const k = static_cast<index_t>(id[i * stride]);
      if (k >= 0 && k < end) continue;
      std::string const operand = name, expected = what;
      fail(operand + "(" + text(i) + ")", text(k), expected + " in [0, " + text(end) + ")");
    }
  }
}

/// True if the numbers are equal, whatever the two types: -1 is not the largest unsigned.
template <class A, class B>
MIXAUG_HD constexpr bool same_id(A a, B b) noexcept {
  if constexpr (std::is_signed_v<A> == std::is_signed_v<B>)
    return a == b;
  else if constexpr (std::is_signed_v<A>)
    return a >= 0 && static_cast<std::uint64_t>(a) == static_cast<std::uint64_t>(b);
  else
    return b >= 0 && static_cast<std::uint64_t>(a) == static_cast<std::uint64_t>(b);
}

/// Result of a device for ids that are not checked: NaN.
template <class T>
MIXAUG_HD T not_a_weight() noexcept {
  std::uint32_t const bits = 0x7FC00000u;
  float f;
  std::memcpy(&f, &bits, sizeof f);
  return static_cast<T>(f);
}

/// True for backends that report how many items they run at once on the host; device backends do not.
template <class Backend>
inline constexpr bool host_lanes = Backend::memory == space::host&& requires(Backend const& be) {
  be.lanes();
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
