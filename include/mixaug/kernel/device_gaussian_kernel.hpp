// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mixaug/kernel/detail/device_table.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace pairing {

/// pairing::gaussian_kernel in device memory, for labels (n) or (n, d): the same tables and the same partners, bit for
/// bit (beyond three columns if the host has fma, as the device has). Needs <mixaug/kernel/cuda_sort.cuh>, and the
/// backend cuda or a Thrust CUDA policy. Building allocates and waits; a draw does neither, so that it can be captured
/// in a CUDA graph. Plans are made on the host, so their pairing rule is a gaussian_kernel.
///   device_gaussian_kernel table(cuda{stream}, on_device(labels(y, {n})), {.bandwidth = h});
///   table.draw(cuda{stream}, on_device(indices(rows, {m})), key, on_device(indices(partners, {m})));
/// Copies share the table. Use and destroy it after the work that built it is done, or on the same stream.
class device_gaussian_kernel {
 public:
  static constexpr bool draws = true;
  template <class Backend, class T, int R, space S>
  device_gaussian_kernel(Backend const& be, tensor_view<T, R, S> const& labels, kernel_options const& options) {
    using number = std::remove_const_t<T>;
    constexpr bool types = (R == 1 || R == 2) && (std::is_same_v<number, float> || std::is_same_v<number, double>);
    static_assert(types, "mixaug: a kernel table is of labels (n) or (n, d), float or double");
    constexpr bool there = S == space::device && detail::space_of<Backend> == space::device;
    static_assert(there,
                  "mixaug: a device_gaussian_kernel is built by a device backend from labels on the device: wrap them "
                  "by on_device, or upload(backend, gaussian_kernel)");
    if constexpr (types && there) {
      auto const two = detail::label_rows<number>(labels, options);
      rows_ = two.extent[0], columns_ = two.extent[1], double_ = std::is_same_v<number, double>;
      auto const rows = on_device(two);
      if (columns_ == 1) {
        tensor_view<number const, 1, space::device> one;
        one.data = two.data, one.extent[0] = rows_, one.stride[0] = two.stride[0];
        keep<detail::sorted_table<number, space::device>>(one, options, be);
      } else if (columns_ == 2) {
        keep<detail::grid_table<number, 2, space::device>>(rows, options, be);
      } else if (columns_ == 3) {
        keep<detail::grid_table<number, 3, space::device>>(rows, options, be);
      } else {
        keep<detail::brute_force<number, space::device>>(rows, options, be);
      }
    }
  }

  index_t rows() const noexcept { return rows_; }
  index_t columns() const noexcept { return columns_; }
  std::size_t bytes() const { return std::visit(detail::kernel_bytes{}, *table_); }

  /// Draws the partners of rows of the table, as gaussian_kernel::draw; does not wait. Rows on the device are not
  /// checked: the partner of one that is not in the table is -1.
  template <class Backend, class Q, space S, class P, int R, space U>
  void draw(Backend const& be, tensor_view<Q, 1, S> const& queries, key const& k,
            tensor_view<P, R, U> const& partners) const {
    static_assert(std::is_same_v<Q const, std::int64_t const> && std::is_same_v<P, std::int64_t>,
                  "mixaug: rows and partners are std::int64_t");
    if constexpr (check_space<Backend, S, U>()) {
      auto const out = detail::partner_rows(queries.extent[0], k, partners);
      if (out.extent[0] == 0) return;
      if (queries.data == nullptr) detail::fail("queries", "a null pointer", "rows of the table");
      tensor_view<index_t const, 1> rows;
      rows.data = queries.data, rows.extent[0] = queries.extent[0], rows.stride[0] = queries.stride[0];
      if (double_)
        std::visit(detail::device_drawing<Backend, double>{be, rows, {}, k, out}, *table_);
      else
        std::visit(detail::device_drawing<Backend, float>{be, rows, {}, k, out}, *table_);
    }
  }
  /// Draws the partners of labels that are not in the table, as gaussian_kernel::draw_at; does not wait. Values on the
  /// device are not checked: the partner of one that is not finite is -1.
  template <class Backend, class T, int V, space S, class P, int R, space U>
  void draw_at(Backend const& be, tensor_view<T, V, S> const& values, key const& k,
               tensor_view<P, R, U> const& partners) const {
    static_assert(std::is_same_v<P, std::int64_t>, "mixaug: partners are std::int64_t");
    using number = std::remove_const_t<T>;
    if constexpr (check_space<Backend, S, U>()) {
      auto const two = detail::two_columns<number>(values);
      auto const out = detail::partner_rows(two.extent[0], k, partners);
      detail::check_queries(two, columns_, double_);
      if (out.extent[0] > 0) std::visit(detail::device_drawing<Backend, number>{be, {}, two, k, out}, *table_);
    }
  }

  /// Explains at compile time that this is not a pairing rule.
  template <class Task>
  void operator()(Task const&) const {
    static_assert(detail::always_false<Task>,
                  "mixaug: plans are made on the host, and so is the table of their pairing rule: use a "
                  "gaussian_kernel, and a device_gaussian_kernel to draw on the device");
  }

 private:
  template <class Backend>
  friend device_gaussian_kernel mixaug::upload(Backend const& be, pairing::gaussian_kernel const& table);
  device_gaussian_kernel() = default;
  template <class Table, class... Args>
  void keep(Args const&... args) {
    table_ = std::make_shared<detail::any_device_table const>(std::in_place_type<Table>, args...);
  }
  template <class Backend, space S, space U>
  static constexpr bool check_space() {
    constexpr bool there = S == space::device && U == space::device && detail::space_of<Backend> == space::device;
    static_assert(there,
                  "mixaug: a device_gaussian_kernel draws on a device backend, from queries into partners on the "
                  "device: wrap their pointers by on_device");
    return there;
  }

  index_t rows_ = 0, columns_ = 0;
  bool double_ = false;
  std::shared_ptr<detail::any_device_table const> table_;
};

}  // namespace pairing

/// Copies a table made on the host to the device; waits for the copy.
template <class Backend>
pairing::device_gaussian_kernel upload(Backend const& be, pairing::gaussian_kernel const& table) {
  pairing::device_gaussian_kernel out;
  out.rows_ = table.rows(), out.columns_ = table.columns(), out.double_ = table.double_;
  out.table_ = std::visit(detail::uploaded_table<Backend>{be}, *table.table_);
  return out;
}

}  // namespace mixaug

MIXAUG_EXACT_END
