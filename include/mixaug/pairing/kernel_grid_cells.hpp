// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/kernel_grid.hpp>
#include <mixaug/ratio/elementary.hpp>
#include <vector>

/// How the table of two- and three-dimensional labels is built: a sort by cell, then work that no two cells share.
namespace mixaug::detail {

/// A stable sort of rows by key, least significant digits first; digits that all keys share are skipped.
inline void sort_rows(std::vector<std::int64_t> const& key, std::vector<std::uint32_t>& order) {
  constexpr std::size_t digits = 2048;
  std::vector<std::uint32_t> other(order.size());
  std::uint64_t any = 0;
  for (auto const k : key) any |= static_cast<std::uint64_t>(k);
  for (int shift = 0; shift < 64 && any >> shift != 0; shift += 11) {
    std::size_t count[digits] = {};
    for (auto const k : key) ++count[static_cast<std::uint64_t>(k) >> shift & (digits - 1)];
    std::size_t sum = 0;
    for (auto& c : count) {
      std::size_t const next = sum + c;
      c = sum, sum = next;
    }
    for (auto const row : order) other[count[static_cast<std::uint64_t>(key[row]) >> shift & (digits - 1)]++] = row;
    order.swap(other);
  }
}

/// Bounding box of a cell's rows, and its window's radius: what lies outside weighs at most a tenth of a row, or of
/// the cell itself.
template <class T, int D>
struct grid_boxes {
  kernel_grid_view<T, D> view;
  grid_cell<D>* cells;
  void operator()(index_t c) const noexcept {
    grid_cell<D>& cell = cells[c];
    index_t const first = view.level[D - 1].child[c], last = view.level[D - 1].child[c + 1];
    double across = 0.0;
    for (int k = 0; k < D; ++k) {
      cell.low[k] = cell.high[k] = view.scaled(first, k);
      for (index_t at = first; at < last; ++at) {
        double const z = view.scaled(at, k);
        cell.low[k] = z < cell.low[k] ? z : cell.low[k];
        cell.high[k] = z > cell.high[k] ? z : cell.high[k];
      }
      across = std::fma(cell.high[k] - cell.low[k], cell.high[k] - cell.low[k], across);
    }
    double own = static_cast<double>(last - first) * falling_exp<fused>(-across * view.rate);
    if (view.tophat) {
      cell.reach = view.limit;
    } else {
      own = own > 1.0 ? own : 1.0;
      double const times = 10.0 * static_cast<double>(view.n) / own;
      cell.reach = fixed_log(times > 10.0 ? times : 10.0) / view.rate;
    }
    cell.window = cells_within(cell.reach, view.width);
    cell.entries = 0, cell.table = 0;
  }
  /// Whole cells that a squared distance covers, squared; a little more, for what floor may round.
  static std::int32_t cells_within(double reach, double width) noexcept {
    return static_cast<std::int32_t>(reach / width / width * 1.01 + 0.01);
  }
};

/// Counts rows and slots of cells' windows.
template <class T, int D>
struct grid_count {
  kernel_grid_view<T, D> view;
  index_t* rows;
  std::uint32_t* slots;
  index_t step;  ///< item i is cell i step
  struct counter {
    std::uint32_t const* child;
    index_t rows;
    std::uint32_t slots;
    void operator()(std::uint32_t a, std::uint32_t b) noexcept { rows += child[b] - child[a], slots += b - a; }
  };
  void operator()(index_t i) const noexcept {
    index_t const c = i * step;
    counter of{view.level[D - 1].child, 0, 1};  // one slot for what lies outside
    std::int64_t key[D];
    for (int k = 0; k < D; ++k) key[k] = view.key_of(view.cells[c].low[k], k);
    view.each_run(key, view.cells[c].window, 0, view.level[0].count, of);
    rows[i] = of.rows, slots[i] = of.slots;
  }
};

/// Fills one cell's alias table: slot weights rows x kernel(least distance of the boxes), one slot for all outside.
/// Light slots are filled up from heavy ones in one sweep (Huebschle-Schneider and Sanders 2022); no scratch.
template <class T, int D>
struct grid_fill {
  kernel_grid_view<T, D> view;
  grid_entry* entries;
  static constexpr std::uint32_t unset = 0xFFFFFFFEu;
  struct writer {
    grid_fill const& job;
    index_t c;
    grid_entry* at;
    double total;
    void operator()(std::uint32_t a, std::uint32_t b) noexcept {
      for (; a < b; ++a) {
        auto const& v = job.view;
        double const d2 = v.squared(v.cells[c], v.cells[a]);
        add(static_cast<double>(v.level[D - 1].child[a + 1] - v.level[D - 1].child[a]) * v.weight(d2, 0.0), a);
      }
    }
    void add(double weight, std::uint32_t cell) noexcept {
      *at++ = {weight, cell, unset};
      total += weight;
    }
  };
  void operator()(index_t c) const noexcept {
    grid_cell<D> const& cell = view.cells[c];
    if (cell.entries == 0) return;
    grid_entry* const e = entries + cell.table;
    writer out{*this, c, e, 0.0};
    std::int64_t key[D];
    for (int k = 0; k < D; ++k) key[k] = view.key_of(cell.low[k], k);
    view.each_run(key, cell.window, 0, view.level[0].count, out);
    out.add(view.tophat ? 0.0 : static_cast<double>(view.n) * view.weight(cell.reach, 0.0), grid_outside);
    index_t const m = cell.entries;
    for (index_t i = 0; i < m; ++i) e[i].threshold = e[i].threshold / out.total * static_cast<double>(m);
    index_t light = next(e, -1, m, false), heavy = next(e, -1, m, true);
    double rest = heavy < m ? e[heavy].threshold : 0.0;
    while (heavy < m) {
      if (rest > 1.0 && light < m) {
        e[light].alias = static_cast<std::uint32_t>(heavy);
        rest = (rest + e[light].threshold) - 1.0;
        light = next(e, light, m, false);
      } else {
        index_t const after = next(e, heavy, m, true);
        e[heavy].threshold = after < m ? (rest < 1.0 ? rest : 1.0) : 1.0;
        e[heavy].alias = static_cast<std::uint32_t>(after < m ? after : heavy);
        rest = after < m ? (rest + e[after].threshold) - 1.0 : 0.0;
        heavy = after;
      }
    }
    for (index_t i = 0; i < m; ++i) {
      if (e[i].alias == unset) e[i].threshold = 1.0, e[i].alias = static_cast<std::uint32_t>(i);
    }
    for (index_t i = 0; i < m; ++i) e[i].alias = e[e[i].alias].cell;
  }
  static index_t next(grid_entry const* e, index_t i, index_t m, bool heavy) noexcept {
    do ++i;
    while (i < m && (heavy ? !(e[i].threshold > 1.0) : e[i].threshold > 1.0 || e[i].alias != unset));
    return i;
  }
};

}  // namespace mixaug::detail
