// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <map>
#include <mixaug/interop/run_time_tensor.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace mixaug_torch {

namespace ma = mixaug;

/// A tensor of torch as the run knows it. What is done with tensors is written for these, without a header of torch's,
/// so that one binding (binding.hpp) or the other may lie between.
using tensor = ma::run_time_tensor;
using named_tensors = std::map<std::string, tensor>;

/// Where the partners of a batch are read: nothing, the batch itself; else a second source, or, gathered, rows of which
/// row i is the partner of row i.
struct source_rows {
  std::optional<tensor> rows;
  bool gathered = false;
};

inline std::string type_of(tensor const& t) { return ma::detail::text(ma::detail::element_kind{t.code, t.bits}); }

/// Whether the elements fill a stretch of memory, each in a place of its own.
inline bool is_dense(tensor const& t) {
  std::vector<int> order(static_cast<std::size_t>(t.rank));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return t.stride[a] < t.stride[b]; });
  std::int64_t filled = 1;
  for (int const k : order) {
    if (t.extent[k] == 1) continue;
    if (t.stride[k] != filled) return false;
    filled *= t.extent[k];
  }
  return true;
}
/// Whether torch, asked for the order of memory of a new tensor as this, would say channels_last: in the order c, w, h,
/// n every step goes at least over what the dimensions before span. Of one sample and one pixel it would not.
inline bool is_channels_last(tensor const& t) {
  if ((t.rank != 4 && t.rank != 5) || t.stride[1] == 0) return false;
  std::int64_t span = t.stride[1] * std::max<std::int64_t>(t.extent[1], 1);
  for (int k = t.rank - 1; k >= 2; --k) {
    if (t.stride[k] < span) return false;
    span = t.stride[k] * std::max<std::int64_t>(t.extent[k], 1);
  }
  return t.stride[0] >= span && span != t.stride[1];
}

/// Calls f(std::integral_constant<int, R>{}) for the tensor's rank, 1 to 5.
template <class F>
void visit_rank(tensor const& t, F const& f) {
  switch (t.rank) {
    case 1:
      return f(std::integral_constant<int, 1>{});
    case 2:
      return f(std::integral_constant<int, 2>{});
    case 3:
      return f(std::integral_constant<int, 3>{});
    case 4:
      return f(std::integral_constant<int, 4>{});
    case 5:
      return f(std::integral_constant<int, 5>{});
    default:
      ma::detail::fail("the batch", "of rank " + std::to_string(t.rank),
                       "1 to 5: (n), (n, d), (n, c, l), (n, c, h, w), (n, c, d, h, w)");
  }
}
/// f(type) for the tensor's float or double, and returns what it returns.
template <class F>
auto visit_float(tensor const& t, char const* name, F const& f) {
  if (t.code == ma::element_code::floating_point && t.bits == 32) return f(std::type_identity<float>{});
  if (t.code == ma::element_code::floating_point && t.bits == 64) return f(std::type_identity<double>{});
  ma::detail::fail(std::string(name) + "' type", type_of(t), "float32 or float64");
}
/// f(view of const elements) for ids (n) of int64, int32 or uint8.
template <class F>
void with_ids(tensor const& t, char const* name, F const& f) {
  if (t.code == ma::element_code::signed_integer && t.bits == 64) return f(ma::class_ids<std::int64_t const>(t));
  if (t.code == ma::element_code::signed_integer && t.bits == 32) return f(ma::class_ids<std::int32_t const>(t));
  if (t.code == ma::element_code::unsigned_integer && t.bits == 8) return f(ma::class_ids<std::uint8_t const>(t));
  ma::detail::fail(std::string(name) + "' type", type_of(t), "ids of int64, int32 or uint8");
}
/// f(view of const elements) for numbers (n) or (n, d) of float32 or float64.
template <class F>
void with_numbers(tensor const& t, char const* name, F const& f) {
  visit_float(t, name, [&](auto type) {
    using T = typename decltype(type)::type;
    t.rank == 2 ? f(ma::labels<T const, 2>(t)) : f(ma::labels<T const>(t));
  });
}

}  // namespace mixaug_torch
