// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/pairing/kernel_options.hpp>

/// What the kernel samplers of several dimensions share: labels (n) or (n, d) as points, and the unit in which
/// squared distances neither overflow nor vanish.
namespace mixaug::detail {

/// Labels (n) or features (n, d) of any strides, read as double.
template <class T>
struct kernel_points {
  T const* data = nullptr;
  index_t n = 0, d = 0, row = 0, column = 0;

  double at(index_t i, index_t k) const noexcept { return static_cast<double>(data[i * row + k * column]); }
};

template <class T>
auto points_of(tensor_view<T, 1> const& v) noexcept {
  return kernel_points<std::remove_const_t<T>>{v.data, v.extent[0], 1, v.stride[0], 1};
}
template <class T>
auto points_of(tensor_view<T, 2> const& v) noexcept {
  return kernel_points<std::remove_const_t<T>>{v.data, v.extent[0], v.extent[1], v.stride[0], v.stride[1]};
}

/// Empty sets, absent data, NaN and infinity are refused. Returns the largest magnitude.
template <class T>
double check_points(kernel_points<T> const& p, char const* operand) {
  index_t const shape[2] = {p.n, p.d};
  if (p.n < 1 || p.d < 1) fail(operand, shape_text(shape, 2), "(n, d) with at least one row and one column");
  if (p.data == nullptr) fail(operand, "a null pointer", "a pointer to " + shape_text(shape, 2) + " numbers");
  double most = 0.0;
  for (index_t i = 0; i < p.n; ++i)
    for (index_t k = 0; k < p.d; ++k) {
      double const v = std::fabs(p.at(i, k));
      if (!std::isfinite(v))
        fail(std::string(operand) + "[" + text(i) + ", " + text(k) + "]", text(p.at(i, k)), "finite numbers");
      most = v > most ? v : most;
    }
  return most;
}
template <class T, class U>
void check_same_width(kernel_points<T> const& queries, kernel_points<U> const& p) {
  if (queries.d != p.d) fail("queries", text(queries.d) + " numbers a row", text(p.d) + ", as the labels have");
}

/// Points are multiplied by `unit`, a power of two, so that differences stay exact, h is near 1, and no square
/// overflows: 2^-e with e = exponent of h, or of the largest label less `room`. weight = exp(-rate d^2), or
/// d^2 < limit (tophat), of scaled distances. (A bandwidth below 2^(-2 room) of the largest label counts as that.)
struct kernel_unit {
  double unit, rate, limit, h;

  kernel_unit(double bandwidth, double largest, int room) noexcept {
    int e = std::ilogb(bandwidth);
    if (largest > 0.0 && std::ilogb(largest) - room > e) e = std::ilogb(largest) - room;
    e = e < -1000 ? -1000 : e;
    unit = std::ldexp(1.0, -e);
    h = std::ldexp(bandwidth, -e);
    if (h < std::ldexp(1.0, -room)) h = std::ldexp(1.0, -room);
    limit = h * h;
    rate = 0.5 / limit;
  }
};
inline constexpr int kernel_room = 400;  // of double; float has 50

}  // namespace mixaug::detail
