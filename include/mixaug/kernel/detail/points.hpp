// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/kernel/detail/table_array.hpp>
#include <mixaug/kernel/kernel_options.hpp>

MIXAUG_EXACT_BEGIN

/// Common parts of the kernel samplers of several dimensions: labels (n) or (n, d) as points, and the unit in which
/// squared distances neither overflow nor vanish.
namespace mixaug::detail {

/// Labels (n) or features (n, d) of any strides, read as double.
template <class T>
struct kernel_points {
  T const* data = nullptr;
  index_t n = 0, d = 0, row = 0, column = 0;

  MIXAUG_HD double at(index_t i, index_t k) const noexcept { return static_cast<double>(data[i * row + k * column]); }
};

template <class T, space S>
auto points_of(tensor_view<T, 1, S> const& v) noexcept {
  return kernel_points<std::remove_const_t<T>>{v.data, v.extent[0], 1, v.stride[0], 1};
}
template <class T, space S>
auto points_of(tensor_view<T, 2, S> const& v) noexcept {
  return kernel_points<std::remove_const_t<T>>{v.data, v.extent[0], v.extent[1], v.stride[0], v.stride[1]};
}

/// Refuses empty sets and null pointers.
template <class T>
void check_shape(kernel_points<T> const& p, char const* operand) {
  index_t const shape[2] = {p.n, p.d};
  if (p.n < 1 || p.d < 1) fail(operand, shape_text(shape, 2), "(n, d) with at least one row and one column");
  if (p.data == nullptr) fail(operand, "a null pointer", "a pointer to " + shape_text(shape, 2) + " numbers");
}
[[noreturn]] inline void refuse_point(char const* operand, index_t i, index_t k, double value) {
  fail(std::string(operand) + "[" + text(i) + ", " + text(k) + "]", text(value), "finite numbers");
}
/// Refuses NaN and infinity. Returns the largest magnitude. (On the host; ends_of works on any backend.)
template <class T>
double check_points(kernel_points<T> const& p, char const* operand) {
  check_shape(p, operand);
  double most = 0.0;
  for (index_t i = 0; i < p.n; ++i)
    for (index_t k = 0; k < p.d; ++k) {
      double const v = std::fabs(p.at(i, k));
      if (!finite(v)) refuse_point(operand, i, k, p.at(i, k));
      most = v > most ? v : most;
    }
  return most;
}

/// The smallest and the largest number of each of D columns (D = 1: of all columns), and the first that is not finite.
template <int D>
struct point_ends {
  index_t bad;
  c_array<double, D> low, high;

  MIXAUG_HD point_ends() noexcept : bad(-1) {
    for (int k = 0; k < D; ++k) low[k] = HUGE_VAL, high[k] = -HUGE_VAL;
  }
  double largest() const noexcept {
    double most = 0.0;
    for (int k = 0; k < D; ++k) {
      most = std::fabs(low[k]) > most ? std::fabs(low[k]) : most;
      most = std::fabs(high[k]) > most ? std::fabs(high[k]) : most;
    }
    return most;
  }
};
template <class T, int D>
struct point_parts {
  kernel_points<T> points;
  index_t parts;
  point_ends<D>* out;

  MIXAUG_HD void operator()(index_t part) const noexcept {
    part_range const r(points.n, parts, part);
    point_ends<D> e;
    for (index_t i = r.begin; i < r.end && e.bad < 0; ++i)
      for (index_t k = 0; k < points.d; ++k) {
        double const v = points.at(i, k);
        double &low = e.low[D == 1 ? 0 : k], &high = e.high[D == 1 ? 0 : k];
        if (!(std::fabs(v) < HUGE_VAL) && e.bad < 0) e.bad = i * points.d + k;
        low = v < low ? v : low;
        high = v > high ? v : high;
      }
    out[part] = e;
  }
};
/// The same checks, in the memory space of the points; for D columns, or D = 1 for all together.
template <int D, class Kit, class T>
point_ends<D> ends_of(Kit const& kit, kernel_points<T> const& p, char const* operand) {
  check_shape(p, operand);
  index_t const parts = kit.parts(p.n, ceil_div(p.n, 4096));
  auto const found = kit.template make<point_ends<D>>(parts);
  kit.items(parts, point_parts<T, D>{p, parts, found.data()});
  auto const each = host_array<point_ends<D>>(parts);
  kit.read(found.data(), parts, each.data());
  point_ends<D> all;
  for (index_t i = 0; i < parts && all.bad < 0; ++i) {
    point_ends<D> const& e = each.data()[i];
    all.bad = e.bad;
    for (int k = 0; k < D; ++k) {
      all.low[k] = e.low[k] < all.low[k] ? e.low[k] : all.low[k];
      all.high[k] = e.high[k] > all.high[k] ? e.high[k] : all.high[k];
    }
  }
  if (all.bad >= 0) {
    T value;
    kit.read(p.data + all.bad / p.d * p.row + all.bad % p.d * p.column, 1, &value);
    refuse_point(operand, all.bad / p.d, all.bad % p.d, static_cast<double>(value));
  }
  return all;
}
/// Copies an array of a table to other memory; `kit` is that of the device.
template <class Kit, class E, space From, space To>
void copy_table(Kit const& kit, table_array<E, From> const& from, table_array<E, To>& to) {
  static_assert(Kit::memory == (To == space::host ? From : To));
  if constexpr (To == space::host) {
    to = host_array<E>(from.size());
    kit.read(from.data(), from.size(), to.data());
  } else {
    to = kit.template make<E>(from.size());
    kit.write(from.data(), from.size(), to.data());
  }
}
template <class T, class U>
void check_same_width(kernel_points<T> const& queries, kernel_points<U> const& p) {
  if (queries.d != p.d) fail("queries", text(queries.d) + " numbers a row", text(p.d) + ", as the labels have");
}

/// Scale of points: they are multiplied by `unit`, a power of two, so that differences stay exact, h is near 1, and no
/// square overflows. unit = 2^-e, where e is the exponent of h, or that of the largest label minus `margin` if it is
/// greater. Weights of scaled distances are exp(-rate d^2), or 1 where d^2 < limit (tophat). A bandwidth below 2^(-2
/// margin) of the largest label is replaced by that.
struct kernel_unit {
  double unit, rate, limit, h;

  kernel_unit(double bandwidth, double largest, int margin) noexcept {
    int e = std::ilogb(bandwidth);
    if (largest > 0.0 && std::ilogb(largest) - margin > e) e = std::ilogb(largest) - margin;
    e = e < -1000 ? -1000 : e;
    unit = std::ldexp(1.0, -e);
    h = std::ldexp(bandwidth, -e);
    if (h < std::ldexp(1.0, -margin)) h = std::ldexp(1.0, -margin);
    limit = h * h;
    rate = 0.5 / limit;
  }
};
inline constexpr int kernel_room = 400;  // for double; float uses 50

}  // namespace mixaug::detail

MIXAUG_EXACT_END
