// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/workspace.hpp>
#include <mixaug/kernel/detail/pass/device.hpp>
#include <mixaug/kernel/detail/pass/host.hpp>
#include <mixaug/kernel/detail/points.hpp>
#include <mixaug/kernel/detail/table_builder.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Packs row i into its lane of a chunk; rows behind the last are 0.
template <class A, class T>
struct pass_packing {
  kernel_points<T> points;
  double unit;
  A* out;
  MIXAUG_HD void operator()(index_t i) const noexcept {
    constexpr index_t W = pass_shape::lanes;
    A* const to = out + i / W * W * points.d + i % W;
    for (index_t k = 0; k < points.d; ++k) to[k * W] = i < points.n ? static_cast<A>(points.at(i, k) * unit) : A{0};
  }
};

/// Exact kernel sampling for any number of columns: one pass over all rows chooses the partners of a block of queries
/// (at least 4, which share loads). O(n d) work for each query at any bandwidth. Memory: one packed copy of the rows,
/// in the memory space of the backend that built it.
/// A = double: probabilities are accurate to 1e-10 relative. A = float (features): squared distances d2 have d / 2 + 2
/// rounding errors of 2^-24, on terms of one sign (direct differences, without cancellation), so that a probability has
/// a relative error of at most 6e-8 (d / 2 + 2) d2 / (2 h^2), typically with the square root of that count.
template <class A, space Space = space::host>
class brute_force {
 public:
  using element = A;
  template <class T, class Backend>
  brute_force(tensor_view<T, 2, Space> const& rows, pairing::kernel_options const& options, Backend const& be) {
    using number = std::remove_const_t<T>;
    constexpr bool wide = sizeof(A) == 8;
    auto const p = points_of(rows);
    check_kernel(options);
    table_builder<Backend> const kit(be, p.n * p.d / 2);  // as many numbers as a table of pairs has
    static_assert(kit.memory == Space);
    kernel_unit const scale(options.bandwidth, ends_of<1>(kit, p, "labels").largest(), wide ? kernel_room : 50);
    index_t const n = ceil_div(p.n, pass_shape::tile) * pass_shape::tile;
    rows_ = kit.template make<A>(n * p.d);
    kit.items(n, pass_packing<A, number>{p, scale.unit, rows_.data()});
    table_ = {rows_.data(),
              p.n,
              p.d,
              scale.unit,
              {static_cast<A>(scale.rate), static_cast<A>(scale.limit), options.kernel == mixaug::kernel::tophat},
              options.with_self};
  }
  /// Copies a table to other memory; `be` is the backend on the device.
  template <class Backend, space Other>
  brute_force(brute_force<A, Other> const& from, Backend const& be) : table_(from.table_) {
    copy_table(table_builder<Backend>(be, table_.n), from.rows_, rows_);
    table_.rows = rows_.data();
  }

  /// Returns a view, valid while the table exists, also after the table has been moved.
  kernel_pass_view<A> const& view() const noexcept { return table_; }
  bool with_self() const noexcept { return table_.with_self; }
  std::size_t bytes() const noexcept { return rows_.bytes(); }

  /// Draws on the backend; -1 if no row can be drawn. The scratch (reserve(bytes, staged)) grows to lanes x 64 queries
  /// on the host, to 256 MiB on a device. Does not wait for a device; there queries are not checked, and the partner of
  /// a point that is not finite, or of a row that is not in the table, is -1.
  template <class Backend, class Q, class Scratch>
  void draw(Backend const& be, pass_request<Q> const& r, Scratch& scratch, std::size_t most = most_pass_bytes) const {
    index_t const m = r.out.extent[0];
    check(r);
    if (m == 0 || r.out.extent[1] == 0) return;
    if constexpr (Space == space::device) {
      draw_in_steps(table_builder<Backend>(be, m), table_, r, scratch, most);
    } else {
      if (r.rows.data == nullptr) check_points(points_of(r.queries), "queries");
      constexpr index_t G = pass_shape::group;
      index_t const block = G * greater(1, lesser(16, ceil_div(m, G * be.lanes())));
      pass_job<A, Q> job{table_, r, block, lesser(be.lanes(), ceil_div(m, block)), nullptr, 0};
      typename pass_job<A, Q>::state s;
      job.stride = job.lay_out(nullptr, s);
      job.scratch = scratch.reserve(job.stride * static_cast<std::size_t>(job.lanes), false);
      be.items(job.lanes, job);
    }
  }

 private:
  template <class, space>
  friend class brute_force;
  friend struct table_parts;
  brute_force() = default;
  template <class Parts>
  void each_part(Parts& parts) {
    parts.value(table_), parts.array(rows_);
    table_.rows = rows_.data();
  }
  template <class Q>
  void check(pass_request<Q> const& r) const {
    index_t const m = r.out.extent[0];
    bool const by_row = r.rows.data != nullptr;
    index_t const given = by_row ? r.rows.extent[0] : r.queries.extent[0];
    if (!by_row && r.queries.extent[1] != table_.d)
      fail("queries", text(r.queries.extent[1]) + " numbers a row", text(table_.d) + ", as the labels have");
    if (given != m) fail("partners", text(m) + " rows", text(given) + ", one for each query");
    if (r.out.extent[1] + r.first_slot > index_t{1} << 20)
      fail("partners", text(r.out.extent[1]) + " columns", "fewer than 2^20 partners a query");
  }

  kernel_pass_view<A> table_{};
  table_array<A, Space> rows_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
