// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/grid/rows.hpp>
#include <mixaug/kernel/detail/table_array.hpp>

MIXAUG_EXACT_BEGIN

/// Last steps of the build of the table of two- and three-dimensional labels, on any backend: the choice of cells that
/// have an alias table, and the tables. Cells are independent of each other.
namespace mixaug::detail {

/// Counts rows and slots of the windows of every step-th cell.
template <class T, int D>
struct grid_count {
  grid_rows<T, D> view;
  index_t* rows;
  std::uint32_t* slots;
  index_t step;  ///< item i is cell i * step
  struct counter {
    std::uint32_t const* child;
    index_t rows;
    std::uint32_t slots;
    MIXAUG_HD void operator()(std::uint32_t a, std::uint32_t b) noexcept {
      rows += child[b] - child[a], slots += b - a;
    }
  };
  MIXAUG_HD void operator()(index_t i) const noexcept {
    index_t const c = i * step;
    counter of{view.level[D - 1].child, 0, 1};  // one slot for the rows outside
    c_array<std::int64_t, D> key;
    for (int k = 0; k < D; ++k) key[k] = view.key_of(view.cells[c].low[k], k);
    view.each_run(key, view.cells[c].window, 0, view.level[0].count, of);
    rows[i] = of.rows, slots[i] = of.slots;
  }
};

/// Sums over the counted cells: slots of the cells with more than `scan` rows in reach, rows of these cells,
/// rows of all cells.
struct grid_sums {
  std::uint64_t slots, rows, all;
};
struct grid_tally {
  index_t const* in_reach;
  std::uint32_t const* in_window;
  std::uint32_t const* child;  ///< child[c] is the first row of cell c
  index_t count, step, scan, parts;
  grid_sums* out;

  MIXAUG_HD void operator()(index_t part) const noexcept {
    part_range const r(count, parts, part);
    grid_sums sum{0, 0, 0};
    for (index_t i = r.begin; i < r.end; ++i) {
      std::uint32_t const own = child[i * step + 1] - child[i * step];
      bool const table = in_reach[i] > scan;
      sum.slots += table ? in_window[i] : 0, sum.rows += table ? own : 0, sum.all += own;
    }
    out[part] = sum;
  }
};

/// Number of slots of each cell that has a table, else 0; given the sums before them (`first`),
/// writes them to the cells.
template <int D>
struct grid_choose {
  index_t const* in_reach;
  std::uint32_t const* in_window;
  index_t scan;
  std::uint64_t* first;
  grid_cell<D>* cells;  ///< null: only counts

  MIXAUG_HD void operator()(index_t c) const noexcept {
    std::uint32_t const slots = in_reach[c] > scan ? in_window[c] : 0;
    if (cells == nullptr)
      first[c] = slots;
    else
      cells[c].entries = slots, cells[c].table = first[c];
  }
};

/// Fills one cell's alias table. Weight of a slot: rows x kernel(smallest distance of the boxes); one slot for all rows
/// outside. Light slots are filled up from heavy ones in one sweep (Huebschle-Schneider and Sanders
/// 2022), without scratch.
template <class T, int D>
struct grid_fill {
  grid_rows<T, D> view;
  grid_entry* entries;
  static constexpr std::uint32_t unset = 0xFFFFFFFEu;
  struct writer {
    grid_rows<T, D> const& v;
    grid_cell<D> const& cell;
    grid_entry* at;
    double total;
    MIXAUG_HD void operator()(std::uint32_t a, std::uint32_t b) noexcept {
      auto const* const child = v.level[D - 1].child;
      for (; a < b; ++a) add(child[a + 1] - child[a], v.weight(v.squared(cell, v.cells[a]), 0.0), a);
    }
    MIXAUG_HD void add(index_t rows, double weight, std::uint32_t slot) noexcept {
      double const product =
          fused_sum(static_cast<double>(rows), weight, unseen_zero<double>());  // not contracted with the sum
      *at++ = {product, slot, unset};
      total += product;
    }
  };
  MIXAUG_HD void operator()(index_t c) const noexcept {
    grid_cell<D> const cell = view.cells[c];
    if (cell.entries == 0) return;
    grid_entry* const e = entries + cell.table;
    writer out{view, cell, e, 0.0};
    c_array<std::int64_t, D> key;
    for (int k = 0; k < D; ++k) key[k] = view.key_of(cell.low[k], k);
    view.each_run(key, cell.window, 0, view.level[0].count, out);
    out.add(view.n, view.tophat ? 0.0 : view.weight(cell.reach, 0.0), grid_outside);
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
  MIXAUG_HD static index_t next(grid_entry const* e, index_t i, index_t m, bool heavy) noexcept {
    do ++i;
    while (i < m && (heavy ? !(e[i].threshold > 1.0) : e[i].threshold > 1.0 || e[i].alias != unset));
    return i;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
