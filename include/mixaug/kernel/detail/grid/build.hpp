// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/grid/steps.hpp>
#include <mixaug/kernel/detail/grid/tables.hpp>
#include <mixaug/kernel/detail/table_builder.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Table of labels (n, 2) or (n, 3), n < 2^32. Rows are divided into cells of width c h on a fixed grid. A cell whose
/// window holds many rows has an alias table over the window's cells, whose envelope is the kernel at the smallest
/// distance between bounding boxes, and one slot for all rows outside. For other cells, and for points outside of all
/// boxes, the window's rows are weighed one by one. Cells grow (c = 1/2, 1, 2, 4) until the tables have at most 8 slots
/// for each row (128 bytes); if there are more even then, the cells with the fewest rows in reach have no table and
/// their rows are weighed too, which is slower but equally exact.
/// Memory: at most 128 + 4 + 2 D sizeof(T) bytes for each row and 24 + 28 D for each cell that holds rows, in the
/// memory space of the backend that built it. The bytes of a table do not depend on the backend.
template <class T, int D, space Space = space::host>
class grid_table {
  static_assert(D == 2 || D == 3, "mixaug: kernel_grid has two or three dimensions");
  template <class E>
  using array = table_array<E, Space>;

 public:
  using element = T;
  /// `scan`: largest number of rows in a window that are weighed one by one.
  template <class Backend>
  grid_table(tensor_view<T const, 2, Space> const& labels, pairing::kernel_options const& options, Backend const& be,
             index_t scan = D == 2 ? 512 : 2048) {
    auto const p = points_of(labels);
    if (p.d != D) fail("labels", text(p.d) + " numbers a row", text(index_t{D}));
    if (p.n >= index_t{grid_outside}) fail("labels", text(p.n) + " rows", "fewer than 2^32");
    check_kernel(options);
    table_builder<Backend> const kit(be, p.n);
    static_assert(kit.memory == Space);
    auto const ends = ends_of<D>(kit, p, "labels");
    kernel_unit const scale(options.bandwidth, ends.largest(), kernel_room);
    kernel_grid_view<T, D>& v = view_;
    v.n = p.n, v.unit = scale.unit, v.rate = scale.rate, v.limit = scale.limit;
    v.tophat = options.kernel == mixaug::kernel::tophat;
    v.reach = v.tophat ? v.limit : precise_log(10.0 * static_cast<double>(p.n)) / v.rate;
    double range = 0.0;
    for (int k = 0; k < D; ++k) {
      v.origin[k] = ends.low[k] * v.unit, high_[k] = ends.high[k] * v.unit;
      range = high_[k] - v.origin[k] > range ? high_[k] - v.origin[k] : range;
    }
    with_self_ = options.with_self;
    order_ = kit.template make<std::uint32_t>(p.n);
    values_ = kit.template make<T>(p.n * D);
    for (auto& column : rows_) column = kit.template make<T>(p.n + kernel_grid_view<T, D>::block);
    kit.items(p.n, grid_values<T, D>{p, values_.data()});
    for (double c = 0.5;; c *= 2.0) {
      v.width = c * scale.h > range * 0x1p-40 ? c * scale.h : range * 0x1p-40;
      v.window = grid_boxes<T, D>::cells_within(v.reach, v.width);
      sort_by_cell(kit, p);
      if (choose_tables(kit, scan, c < 4.0)) break;
    }
    point();
    kit.items(cells_.size(), grid_fill<T, D>{v, entries_.data()});
  }
  /// Copies a table to other memory; `be` is the backend on the device.
  template <class Backend, space Other>
  grid_table(grid_table<T, D, Other> const& from, Backend const& be) : view_(from.view_), with_self_(from.with_self_) {
    table_builder<Backend> const kit(be, view_.n);
    for (int k = 0; k < D; ++k) {
      copy_table(kit, from.rows_[k], rows_[k]), copy_table(kit, from.key_[k], key_[k]);
      copy_table(kit, from.child_[k], child_[k]);
    }
    copy_table(kit, from.values_, values_), copy_table(kit, from.order_, order_);
    copy_table(kit, from.cells_, cells_), copy_table(kit, from.entries_, entries_);
    point();
  }

  /// Returns a view, valid while the table exists, also after the table has been moved.
  kernel_grid_view<T, D> const& view() const noexcept { return view_; }
  /// Labels by row, (n, D).
  T const* values() const noexcept { return values_.data(); }
  bool with_self() const noexcept { return with_self_; }
  std::size_t bytes() const noexcept {
    std::size_t sum = entries_.bytes() + cells_.bytes() + order_.bytes() + values_.bytes();
    for (int k = 0; k < D; ++k) sum += rows_[k].bytes() + key_[k].bytes() + child_[k].bytes();
    return sum;
  }

 private:
  template <class, int, space>
  friend class grid_table;
  friend struct table_parts;
  grid_table() = default;
  template <class Parts>
  void each_part(Parts& parts) {
    parts.value(view_), parts.value(high_), parts.value(with_self_);
    for (int k = 0; k < D; ++k) parts.array(rows_[k]), parts.array(child_[k]), parts.array(key_[k]);
    parts.array(values_), parts.array(order_), parts.array(cells_), parts.array(entries_);
    point();
  }
  /// Sorts by cell. If the coordinates of a cell fit into one number, that is the key; otherwise two or
  /// three stable sorts.
  template <class Kit>
  void sort_by_cell(Kit const& kit, kernel_points<T> const& p) {
    c_array<int, D> bits;
    int sum = 0;
    for (int k = 0; k < D; ++k) {
      bits[k] = 0;
      for (std::int64_t most = view_.key_of(high_[k], k); most > 0; most >>= 1) ++bits[k];
      sum += bits[k];
    }
    if (sum <= 32)
      sort_rows<std::uint32_t>(kit, p, bits, true);
    else
      sort_rows<std::uint64_t>(kit, p, bits, sum <= 64);
  }
  template <class Key, class Kit>
  void sort_rows(Kit const& kit, kernel_points<T> const& p, int const* bits, bool whole) {
    auto pairs = kit.template make_pairs<Key>(p.n);
    using view_of_pairs = decltype(pairs.view());
    for (int last = D; last > 0;) {
      grid_keys<T, D, view_of_pairs> job{view_, p, last, last, {}, last < D, pairs.view()};
      int sum = 0;
      for (; job.first > 0 && sum + bits[job.first - 1] <= 64; --job.first) sum += bits[job.first - 1];
      for (int k = 0; k < D; ++k) job.bits[k] = bits[k];
      kit.items(p.n, job);
      kit.sort(pairs);
      last = job.first;
    }
    grid_gather<T, D, view_of_pairs> job{pairs.view(), p, {}, order_.data()};
    for (int k = 0; k < D; ++k) job.rows[k] = rows_[k].data();
    kit.items(p.n + kernel_grid_view<T, D>::block, job);
    point();
    index_t const parts = kit.parts(p.n, 16);
    auto const level = kit.template make<std::uint8_t>(p.n);
    auto const counted = kit.template make<index_t>(D * (parts + 1));
    grid_cut<T, D, view_of_pairs> cut{view_, pairs.view(), {}, whole, parts, level.data(), counted.data()};
    for (int k = 0; k < D; ++k) cut.bits[k] = bits[k];
    kit.items(parts, cut);
    pairs = {};
    make_cells(kit, parts, level.data(), counted.data());
  }
  /// Writes the cells of sorted rows, and computes their bounding boxes.
  template <class Kit>
  void make_cells(Kit const& kit, index_t parts, std::uint8_t const* level, index_t* counted) {
    auto const begun = kit.template make<grid_box<D>>(parts);
    grid_nodes<T, D> job{view_, parts, level, counted, {}, {}, nullptr, begun.data()};
    for (int k = 0; k < D; ++k) {
      index_t const made = kit.sum(counted + k * (parts + 1), parts);
      key_[k] = {}, child_[k] = {};
      key_[k] = kit.template make<std::int64_t>(made), child_[k] = kit.template make<std::uint32_t>(made + 1);
      job.key[k] = key_[k].data(), job.child[k] = child_[k].data();
    }
    cells_ = {};
    cells_ = kit.template make<grid_cell<D>>(key_[D - 1].size());
    job.cells = cells_.data();
    kit.items(parts, job);
    point();
    kit.items(cells_.size(), grid_boxes<T, D>{view_, parts, begun.data(), cells_.data()});
  }
  struct windows {
    array<index_t> rows;  ///< number of rows in reach
    array<std::uint32_t> slots;
  };
  /// Counts the windows of every `step`-th cell and assigns tables to those with more than `scan` rows in reach.
  /// Returns false if there are too many slots for each row, or too few rows in such cells.
  template <class Kit>
  bool count_tables(Kit const& kit, index_t scan, index_t step, windows& w) const {
    index_t const m = ceil_div(cells_.size(), step), parts = kit.parts(m, ceil_div(m, 1024));
    w = {};
    w = {kit.template make<index_t>(m), kit.template make<std::uint32_t>(m)};
    kit.items(m, grid_count<T, D>{view_, w.rows.data(), w.slots.data(), step});
    auto const found = kit.template make<grid_sums>(parts);
    auto const sums = host_array<grid_sums>(parts);
    kit.items(parts,
              grid_tally{w.rows.data(), w.slots.data(), child_[D - 1].data(), m, step, scan, parts, found.data()});
    kit.read(found.data(), parts, sums.data());
    grid_sums all{0, 0, 0};
    for (index_t i = 0; i < parts; ++i)
      all.slots += sums.data()[i].slots, all.rows += sums.data()[i].rows, all.all += sums.data()[i].all;
    return all.slots * static_cast<std::uint64_t>(step) <= most_slots() && 2 * all.rows >= all.all;
  }
  template <class Kit>
  bool choose_tables(Kit const& kit, index_t scan, bool may_grow) {
    windows w;
    index_t const step = cells_.size() / 1024;
    if (may_grow && step > 1 && !count_tables(kit, scan, step, w)) return false;  // too many already
    if (!count_tables(kit, scan, 1, w) && may_grow) return false;
    auto const first = kit.template make<std::uint64_t>(cells_.size() + 1);
    grid_choose<D> job{w.rows.data(), w.slots.data(), scan, first.data(), nullptr};
    for (;; job.scan *= 2) {
      kit.items(cells_.size(), job);
      std::uint64_t const slots = kit.sum(first.data(), cells_.size());
      if (slots > most_slots()) continue;
      job.cells = cells_.data();
      kit.items(cells_.size(), job);
      entries_ = kit.template make<grid_entry>(static_cast<index_t>(slots));
      return true;
    }
  }
  std::uint64_t most_slots() const noexcept { return 8 * static_cast<std::uint64_t>(view_.n) + 1024; }
  void point() noexcept {
    for (int k = 0; k < D; ++k) {
      view_.rows[k] = rows_[k].data();
      view_.level[k] = {key_[k].data(), child_[k].data(), static_cast<std::uint32_t>(key_[k].size())};
    }
    view_.order = order_.data(), view_.cells = cells_.data(), view_.entries = entries_.data();
  }

  kernel_grid_view<T, D> view_{};
  c_array<double, D> high_ = {};
  bool with_self_ = true;
  c_array<array<T>, D> rows_;
  array<T> values_;
  array<std::uint32_t> order_;
  c_array<array<std::uint32_t>, D> child_;
  c_array<array<std::int64_t>, D> key_;
  array<grid_cell<D>> cells_;
  array<grid_entry> entries_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
