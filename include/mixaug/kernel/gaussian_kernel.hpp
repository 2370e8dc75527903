// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mixaug/kernel/detail/argument_checks.hpp>
#include <mixaug/kernel/detail/table.hpp>
#include <mixaug/plan/pairing_task.hpp>
#include <variant>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace pairing {
class gaussian_kernel;
class device_gaussian_kernel;
}  // namespace pairing
namespace detail {
/// Takes tables apart, and puts them together in memory that processes share (distributed/).
struct table_parts;
}  // namespace detail
/// Copies a host table to the device of a backend; defined in kernel/device_gaussian_kernel.hpp.
template <class Backend>
pairing::device_gaussian_kernel upload(Backend const& be, pairing::gaussian_kernel const& table);

namespace pairing {

/// The exact sampling table of C-Mixup (Yao et al., arXiv 2210.05775, eq. 6): partner j of query i has probability
/// proportional to the kernel of |y_i - y_j| / bandwidth over ALL N rows. Nothing is truncated, and no N x N matrix is
/// built. Labels (n) or (n, d), float or double, finite.
/// * one column: O(N log N) build, O(N) memory, expected O(1) for each draw (detail::sorted_table);
/// * two or three: cells on a grid, each with an alias table, expected O(1) if cells are full (detail::grid_table);
/// * more: a pass over all rows for a block of queries, O(N d) for each draw, in the labels' type
/// (detail::brute_force).
/// Draws depend only on the key, the query's global row (key.first + its position) and the slot, so that any split over
/// calls, ranks and threads, and any backend, gives the same partners. On a device, use device_gaussian_kernel. The
/// table is also a pairing rule, with(c_mixup{}, table): the partner of sample i is drawn for row index(i) of the
/// table, given inputs(x).index(rows).source_rows(N), or for the sample's own global row if the table is of the batch
/// itself. Copies share the table.
/// Errors: bandwidth not > 0, labels that are not finite, empty sets; as a rule, another number of rows than partners
/// come from, a second source without index(v), blocks smaller than the global batch.
class gaussian_kernel {
 public:
  static constexpr bool draws = true;
  template <class T, int R>
  gaussian_kernel(tensor_view<T, R> const& labels, kernel_options const& options)
      : gaussian_kernel(detail::one_thread{}, labels, options) {}
  /// Builds the same table on a host backend's threads.
  template <class Backend, class T, int R>
  gaussian_kernel(Backend const& be, tensor_view<T, R> const& labels, kernel_options const& options) {
    using number = std::remove_const_t<T>;
    static_assert((R == 1 || R == 2) && (std::is_same_v<number, float> || std::is_same_v<number, double>),
                  "mixaug: a kernel table is of labels (n) or (n, d), float or double");
    auto const two = detail::label_rows<number>(labels, options);
    rows_ = two.extent[0], columns_ = two.extent[1];
    if (columns_ == 1) {
      tensor_view<number const, 1> one;
      one.data = two.data, one.extent[0] = rows_, one.stride[0] = two.stride[0];
      make<detail::sorted_table<number>>(one, options, be);
    } else if (columns_ == 2) {
      make<grid<number, 2>>(two, options, be);
    } else if (columns_ == 3) {
      make<grid<number, 3>>(two, options, be);
    } else {
      make<pass<number>>(two, options, be);
    }
    double_ = std::is_same_v<number, double>;
  }
  template <class Backend, class T, int R>
  gaussian_kernel(Backend const&, tensor_view<T, R, space::device> const&, kernel_options const&) {
    static_assert(detail::always_false<T>,
                  "mixaug: labels on the device make a device_gaussian_kernel; include "
                  "<mixaug/kernel/device_gaussian_kernel.hpp>");
  }

  index_t rows() const noexcept { return rows_; }
  index_t columns() const noexcept { return columns_; }
  std::size_t bytes() const { return std::visit(detail::kernel_bytes{}, *table_); }

  /// Draws the partners of rows of the table: queries (m), partners (m), or (m, k) for k independent draws each.
  template <class Backend, int R>
  void draw(Backend const& be, tensor_view<std::int64_t const, 1> const& queries, key const& k,
            tensor_view<std::int64_t, R> const& partners) const {
    check_backend<Backend>();
    auto const out = detail::partner_rows(queries.extent[0], k, partners);
    if (queries.data == nullptr && queries.extent[0] > 0)
      detail::fail("queries", "a null pointer", "rows of the table");
    for (index_t i = 0; i < queries.extent[0]; ++i)
      if (queries(i) < 0 || queries(i) >= rows_)
        detail::fail("queries(" + detail::text(i) + ")", detail::text(queries(i)),
                     "a row in [0, " + detail::text(rows_) + ")");
    if (out.extent[0] == 0) return;
    if (double_)
      std::visit(detail::kernel_drawing<Backend, double>{be, queries, {}, k, out}, *table_);
    else
      std::visit(detail::kernel_drawing<Backend, float>{be, queries, {}, k, out}, *table_);
  }
  template <int R>
  void draw(tensor_view<std::int64_t const, 1> const& queries, key const& k,
            tensor_view<std::int64_t, R> const& partners) const {
    draw(detail::one_thread{}, queries, k, partners);
  }
  /// Draws the partners of labels that are not in the table (query against support): values (m) or (m, d),
  /// of the table's type.
  template <class Backend, class T, int V, int R>
  void draw_at(Backend const& be, tensor_view<T, V> const& values, key const& k,
               tensor_view<std::int64_t, R> const& partners) const {
    check_backend<Backend>();
    using number = std::remove_const_t<T>;
    auto const two = detail::two_columns<number>(values);
    auto const out = detail::partner_rows(two.extent[0], k, partners);
    detail::check_queries(two, columns_, double_);
    for (index_t i = 0; i < two.extent[0]; ++i)
      for (index_t d = 0; d < columns_; ++d)
        if (!detail::finite(two(i, d)))
          detail::fail("query " + detail::text(i), detail::text(static_cast<double>(two(i, d))), "a finite number");
    if (out.extent[0] == 0) return;
    std::visit(detail::kernel_drawing<Backend, number>{be, {}, two, k, out}, *table_);
  }
  template <class T, int V, int R>
  void draw_at(tensor_view<T, V> const& values, key const& k, tensor_view<std::int64_t, R> const& partners) const {
    draw_at(detail::one_thread{}, values, k, partners);
  }

  template <class Backend, class Q, space S, int R, space U>
  requires(S == space::device || U == space::device) void draw(Backend const&, tensor_view<Q, 1, S> const&, key const&,
                                                               tensor_view<std::int64_t, R, U> const&) const {
    static_assert(detail::always_false<Q>,
                  "mixaug: a gaussian_kernel draws on the host; upload(backend, table) is the table of views on the "
                  "device");
  }
  template <class Backend, class T, int V, space S, int R, space U>
  requires(S == space::device || U == space::device) void draw_at(Backend const&, tensor_view<T, V, S> const&,
                                                                  key const&,
                                                                  tensor_view<std::int64_t, R, U> const&) const {
    static_assert(detail::always_false<T>,
                  "mixaug: a gaussian_kernel draws on the host; upload(backend, table) is the table of views on the "
                  "device");
  }

  /// The pairing rule.
  template <class Task>
  void operator()(Task const& task) const;

 private:
  template <class Backend>
  static constexpr void check_backend() noexcept {
    static_assert(detail::space_of<Backend> == space::host,
                  "mixaug: a gaussian_kernel draws on the host; upload(backend, table) is the table of views on the "
                  "device");
  }
  template <class T, int D>
  using grid = detail::grid_table<T, D>;
  template <class T>
  using pass = detail::brute_force<T>;
  template <class Backend>
  friend device_gaussian_kernel mixaug::upload(Backend const& be, pairing::gaussian_kernel const& table);
  friend struct detail::table_parts;
  gaussian_kernel() = default;
  using any_table = std::variant<detail::sorted_table<float>, detail::sorted_table<double>, grid<float, 2>,
                                 grid<double, 2>, grid<float, 3>, grid<double, 3>, pass<float>, pass<double>>;
  template <class Table, class Labels, class Backend>
  void make(Labels const& labels, kernel_options const& o, Backend const& be) {
    table_ = std::make_shared<any_table>(std::in_place_type<Table>, labels, o, be);
  }
  index_t rows_ = 0, columns_ = 0;
  bool double_ = false;
  std::shared_ptr<any_table const> table_;
};

template <class Task>
void gaussian_kernel::operator()(Task const& task) const {
  bool const placed = task.in.places.given();
  index_t const expected = task.own_source() ? task.global : task.source_rows();
  if (rows_ != expected)
    detail::fail("pairing::gaussian_kernel's table", detail::text(rows_) + " rows",
                 detail::text(expected) + ", those that partners come from; name a data set by source_rows(n)");
  if (!task.own_source() && !placed)
    detail::fail(
        "pairing::gaussian_kernel draws for rows of its table, and does not know which the batch has; add them: "
        "mixaug::inputs(x).index(v)");
  if (task.own_source() && task.block < task.global)
    detail::fail(
        "pairing::gaussian_kernel draws from all rows of its table, and key.block confines partners; use "
        "pairing::kernel_in_batch for blocks");
  index_t const n = task.rows();
  index_t* const query = detail::index_scratch(task.scratch, 2 * n);
  for (index_t i = 0; i < n; ++i) {
    index_t const at = task.in.places.size() == task.global ? task.global_row(i) : i;
    query[i] = placed && !task.own_source() ? task.in.places[at] : task.global_row(i);
    if (query[i] < 0 || query[i] >= rows_)
      detail::fail("index(" + detail::text(at) + ")", detail::text(query[i]),
                   "a row of the table, in [0, " + detail::text(rows_) + ")");
  }
  draw(indices(static_cast<std::int64_t const*>(query), {n}), task.key, indices(query + n, {n}));
  for (index_t i = 0; i < n; ++i) task.assign(i, query[n + i]);
}

}  // namespace pairing
}  // namespace mixaug

MIXAUG_EXACT_END
