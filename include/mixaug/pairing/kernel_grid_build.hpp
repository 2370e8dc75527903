// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/kernel_grid_cells.hpp>
#include <mixaug/pairing/kernel_points.hpp>

namespace mixaug::detail {

/// The table of labels (n, 2) or (n, 3), n < 2^32. Cells of width c h on a fixed grid; a cell whose window holds many
/// rows has an alias table of the window's cells, with the kernel at the boxes' least distance as envelope, and a slot
/// for all rows outside; in other cells, and for points that are in no cell's box, the window's rows are weighed. Cells
/// grow (c = 1/2, 1, 2, 4) until the tables have at most 8 slots a row (128 bytes); where they still have more, the
/// cells with the fewest rows in reach lose their table and are weighed as well: slower, and as exact.
/// Memory: at most 128 + 4 + D sizeof(T) bytes a row and 24 + 28 D a cell that holds rows.
template <class T, int D>
class kernel_grid {
 public:
  static_assert(D == 2 || D == 3, "mixaug: kernel_grid has two or three dimensions");
  /// scan = rows of a window up to which they are weighed.
  template <class Backend>
  kernel_grid(tensor_view<T const, 2> const& labels, pairing::kernel_options const& options, Backend const& be,
              index_t scan = D == 2 ? 512 : 2048) {
    auto const p = points_of(labels);
    if (p.d != D) fail("labels", text(p.d) + " numbers a row", text(index_t{D}));
    if (p.n >= index_t{grid_outside}) fail("labels", text(p.n) + " rows", "fewer than 2^32");
    check_kernel(options);
    kernel_unit const scale(options.bandwidth, check_points(p, "labels"), kernel_room);
    kernel_grid_view<T, D>& v = view_;
    v.n = p.n, v.unit = scale.unit, v.rate = scale.rate, v.limit = scale.limit;
    v.tophat = options.kernel == mixaug::kernel::tophat;
    v.reach = v.tophat ? v.limit : fixed_log(10.0 * static_cast<double>(p.n)) / v.rate;
    double range = 0.0;
    for (int k = 0; k < D; ++k) {
      double low = p.at(0, k), high = low;
      for (index_t i = 0; i < p.n; ++i)
        low = p.at(i, k) < low ? p.at(i, k) : low, high = p.at(i, k) > high ? p.at(i, k) : high;
      v.origin[k] = low * v.unit;
      range = high * v.unit - v.origin[k] > range ? high * v.unit - v.origin[k] : range;
    }
    for (double c = 0.5;; c *= 2.0) {
      v.width = c * scale.h > range * 0x1p-40 ? c * scale.h : range * 0x1p-40;
      make_cells(p, be);
      if (choose_tables(be, scan, c < 4.0)) break;
    }
    entries_.resize(slots_);
    point();
    be.items(static_cast<index_t>(cells_.size()), grid_fill<T, D>{v, entries_.data()});
  }
  kernel_grid(kernel_grid const&) = delete;
  kernel_grid& operator=(kernel_grid const&) = delete;

  kernel_grid_view<T, D> const& view() const noexcept { return view_; }
  std::size_t bytes() const noexcept {
    std::size_t sum = entries_.size() * sizeof(grid_entry) + cells_.size() * sizeof(grid_cell<D>) + order_.size() * 4;
    for (int k = 0; k < D; ++k) sum += rows_[k].size() * sizeof(T) + key_[k].size() * 8 + child_[k].size() * 4;
    return sum;
  }

 private:
  /// Sorts rows by cell and finds the cells and their boxes.
  template <class Backend>
  void make_cells(kernel_points<T> const& p, Backend const& be) {
    auto const n = static_cast<std::size_t>(p.n);
    std::vector<std::int64_t> key[D];
    order_.resize(n);
    for (std::size_t i = 0; i < n; ++i) order_[i] = static_cast<std::uint32_t>(i);
    for (int k = D - 1; k >= 0; --k) {
      key[k].resize(n);
      for (std::size_t i = 0; i < n; ++i) key[k][i] = view_.key_of(p.at(static_cast<index_t>(i), k) * view_.unit, k);
      sort_rows(key[k], order_);
    }
    for (int k = 0; k < D; ++k) {
      key_[k].clear(), child_[k].clear();
      rows_[k].assign(n + kernel_grid_view<T, D>::block, T{});
      for (std::size_t i = 0; i < n; ++i) rows_[k][i] = static_cast<T>(p.data[order_[i] * p.row + k * p.column]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      int l = i == 0 ? 0 : D;
      for (int k = D - 1; k >= 0 && i > 0; --k)
        if (key[k][order_[i]] != key[k][order_[i - 1]]) l = k;
      for (; l < D; ++l) {  // a new node here and on all levels below
        key_[l].push_back(key[l][order_[i]]);
        child_[l].push_back(static_cast<std::uint32_t>(l == D - 1 ? i : key_[l + 1].size()));
      }
    }
    for (int l = 0; l < D; ++l) child_[l].push_back(static_cast<std::uint32_t>(l == D - 1 ? n : key_[l + 1].size()));
    cells_.resize(key_[D - 1].size());
    point();
    view_.window = grid_boxes<T, D>::cells_within(view_.reach, view_.width);
    be.items(static_cast<index_t>(cells_.size()), grid_boxes<T, D>{view_, cells_.data()});
  }
  /// Counts the windows of every `step`-th cell and gives tables to those with more than `scan` rows in reach.
  /// False: too many slots a row, or too few rows in such cells.
  template <class Backend>
  bool count_tables(Backend const& be, index_t scan, index_t step) {
    index_t const m = ceil_div(static_cast<index_t>(cells_.size()), step);
    in_reach_.resize(static_cast<std::size_t>(m)), in_window_.resize(static_cast<std::size_t>(m));
    be.items(m, grid_count<T, D>{view_, in_reach_.data(), in_window_.data(), step});
    std::size_t sum = 0, rows = 0, all = 0;
    for (std::size_t i = 0, c = 0; i < in_reach_.size(); ++i, c += static_cast<std::size_t>(step)) {
      std::size_t const own = child_[D - 1][c + 1] - child_[D - 1][c];
      bool const table = in_reach_[i] > scan;
      sum += table ? in_window_[i] : 0, rows += table ? own : 0, all += own;
    }
    return sum * static_cast<std::size_t>(step) <= most_slots() && 2 * rows >= all;
  }
  template <class Backend>
  bool choose_tables(Backend const& be, index_t scan, bool may_grow) {
    index_t const step = static_cast<index_t>(cells_.size()) / 1024;
    if (may_grow && step > 1 && !count_tables(be, scan, step)) return false;  // a sample says so already
    if (!count_tables(be, scan, 1) && may_grow) return false;
    for (;; scan *= 2) {
      slots_ = 0;
      for (std::size_t c = 0; c < cells_.size(); ++c) {
        cells_[c].entries = in_reach_[c] > scan ? in_window_[c] : 0, cells_[c].table = slots_;
        slots_ += cells_[c].entries;
      }
      if (slots_ <= most_slots()) break;
    }
    in_reach_ = {}, in_window_ = {};
    return true;
  }
  std::size_t most_slots() const noexcept { return 8 * static_cast<std::size_t>(view_.n) + 1024; }
  void point() noexcept {
    for (int k = 0; k < D; ++k) {
      view_.rows[k] = rows_[k].data();
      view_.level[k] = {key_[k].data(), child_[k].data(), static_cast<std::uint32_t>(key_[k].size())};
    }
    view_.order = order_.data(), view_.cells = cells_.data(), view_.entries = entries_.data();
  }

  kernel_grid_view<T, D> view_{};
  std::vector<T> rows_[D];
  std::vector<std::uint32_t> order_, child_[D];
  std::vector<std::int64_t> key_[D];
  std::vector<grid_cell<D>> cells_;
  std::vector<grid_entry> entries_;
  std::vector<index_t> in_reach_;
  std::vector<std::uint32_t> in_window_;
  std::size_t slots_ = 0;
};

}  // namespace mixaug::detail
