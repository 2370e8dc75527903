// What the interop tests share: mixing through a view must equal mixing a raw row-major copy of it.
#pragma once
#include <doctest/doctest.h>

#include <mixaug/mixaug.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace alike {
namespace ma = mixaug;

/// Calls f(flat row-major position, element) for each index of the view.
template <class T, int R, class F>
void each(ma::tensor_view<T, R> const& v, F f) {
  ma::index_t const size = v.size();
  for (ma::index_t flat = 0; flat < size; ++flat) {
    ma::index_t at = 0, rest = flat;
    for (int d = R - 1; d >= 0; --d) at += rest % v.extent[d] * v.stride[d], rest /= v.extent[d];
    f(static_cast<std::size_t>(flat), v.data[at]);
  }
}

template <class T, int R>
std::vector<std::remove_const_t<T>> copied(ma::tensor_view<T, R> const& v) {
  std::vector<std::remove_const_t<T>> out(static_cast<std::size_t>(v.size()));
  each(v, [&](std::size_t k, T const& element) { out[k] = element; });
  return out;
}

/// Different values everywhere, exact in float and in a byte.
template <class T, int R>
void fill(ma::tensor_view<T, R> const& v) {
  each(v, [](std::size_t k, T& element) { element = static_cast<T>((k * 37 + 11) % 251); });
}

template <class T, int R>
ma::tensor_view<T, R> packed(std::vector<T>& memory, ma::tensor_view<T, R> const& like) {
  ma::tensor_view<T, R> v = like;
  v.data = memory.data();
  ma::index_t step = 1;
  for (int d = R - 1; d >= 0; --d) v.stride[d] = step, step *= v.extent[d];
  return v;
}

/// Mixes x into out, and a packed copy of x into packed memory: equal element for element.
template <class Method, class T, int R>
void check(Method const& method, ma::tensor_view<T, R> const& x, ma::tensor_view<T, R> const& out) {
  fill(x);
  auto const plan = ma::make_plan(method, x, ma::key{.seed = 7, .step = 3});
  ma::apply(ma::serial{}, plan, x, out);

  std::vector<T> raw = copied(x), mixed(raw.size());
  ma::apply(ma::serial{}, plan, packed(raw, x), packed(mixed, x));
  CHECK(copied(out) == mixed);
  CHECK(mixed != raw);
}

template <class T, int R>
bool has_shape(ma::tensor_view<T, R> const& v, ma::extents<R> extents, ma::extents<R> strides) {
  bool same = true;
  for (int d = 0; d < R; ++d) same = same && v.extent[d] == extents.at[d] && v.stride[d] == strides.at[d];
  return same;
}

/// The message of the invalid_argument that f throws.
template <class F>
std::string refused(F f) {
  try {
    f();
  } catch (ma::invalid_argument const& e) {
    return e.what();
  }
  return "nothing was thrown";
}

/// An empty batch is a view like another, and apply refuses it.
template <class View>
void check_empty_refused(View const& empty) {
  std::vector<float> pixels(8);
  auto const plan = ma::make_plan(ma::mixup{}, ma::features(pixels.data(), {4, 2}), ma::key{});
  CHECK(empty.size() == 0);
  CHECK(refused([&] { ma::apply(plan, empty, empty); }) ==
        "mixaug: x is of shape (0, 2); expected at least one element along each dimension");
}

template <class View, class Element, int Rank>
inline constexpr bool views = std::is_same_v<View, ma::tensor_view<Element, Rank>>;

}  // namespace alike
