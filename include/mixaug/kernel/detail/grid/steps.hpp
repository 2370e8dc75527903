// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/log.hpp>
#include <mixaug/kernel/detail/grid/view.hpp>
#include <mixaug/kernel/detail/points.hpp>

MIXAUG_EXACT_BEGIN

/// First steps of the build of the table of two- and three-dimensional labels, on any backend: rows are sorted by cell;
/// then each part of the sorted rows counts its nodes, and writes them at the position of its first node.
namespace mixaug::detail {

/// Packs coordinates [first, last) of each row's cell into one key, in the current order of the pairs.
template <class T, int D, class Pairs>
struct grid_keys {
  kernel_grid_view<T, D> view;
  kernel_points<T> points;
  int first, last;
  c_array<int, D> bits;
  bool again;  ///< true if the pairs hold rows already
  Pairs pairs;

  MIXAUG_HD void operator()(index_t i) const noexcept {
    std::uint32_t const row = again ? pairs.row(i) : static_cast<std::uint32_t>(i);
    std::uint64_t key = 0;
    for (int k = first; k < last; ++k)
      key = key << bits[k] | static_cast<std::uint64_t>(view.key_of(points.at(row, k) * view.unit, k));
    using word = decltype(pairs.key(0));
    pairs.set(i, static_cast<word>(key), row);
  }
};

/// Copies rows in sorted order; zeros follow the last.
template <class T, int D, class Pairs>
struct grid_gather {
  Pairs pairs;
  kernel_points<T> points;
  c_array<T*, D> rows;
  std::uint32_t* order;

  MIXAUG_HD void operator()(index_t i) const noexcept {
    index_t const row = i < points.n ? static_cast<index_t>(pairs.row(i)) : -1;
    for (int k = 0; k < D; ++k) rows[k][i] = row < 0 ? T{0} : points.data[row * points.row + k * points.column];
    if (row >= 0) order[i] = static_cast<std::uint32_t>(row);
  }
};
/// Copies rows in their given order, without gaps.
template <class T, int D>
struct grid_values {
  kernel_points<T> points;
  T* out;
  MIXAUG_HD void operator()(index_t i) const noexcept {
    for (int k = 0; k < D; ++k) out[i * D + k] = points.data[i * points.row + k * points.column];
  }
};

/// Finds the levels with a new node at each sorted row: those from `level` on. Counts them in (level, parts + 1).
template <class T, int D, class Pairs>
struct grid_cut {
  kernel_grid_view<T, D> view;
  Pairs pairs;
  c_array<int, D> bits;
  bool whole;  ///< true if the pairs' keys hold all coordinates, `bits` for each, so that no division is repeated
  index_t parts;
  std::uint8_t* level;
  index_t* counted;

  MIXAUG_HD int new_level(index_t i) const noexcept {
    if (i == 0) return 0;
    if (whole) {
      auto different = static_cast<std::uint64_t>(pairs.key(i)) ^ static_cast<std::uint64_t>(pairs.key(i - 1));
      int l = D;
      for (int k = D - 1; k >= 0 && different != 0; --k) {
        l = different & ((std::uint64_t{1} << bits[k]) - 1) ? k : l;
        different >>= bits[k];
      }
      return l;
    }
    for (int k = 0; k < D; ++k)
      if (view.key_of(view.scaled(i, k), k) != view.key_of(view.scaled(i - 1, k), k)) return k;
    return D;
  }
  MIXAUG_HD void operator()(index_t part) const noexcept {
    part_range const r(view.n, parts, part);
    c_array<index_t, D> made = {};
    for (index_t i = r.begin; i < r.end; ++i) {
      int const l = new_level(i);
      for (int k = l; k < D; ++k) ++made[k];
      level[i] = static_cast<std::uint8_t>(l);
    }
    for (int k = 0; k < D; ++k) counted[k * (parts + 1) + part] = made[k];
  }
};

template <int D>
struct grid_box {
  c_array<double, D> low, high;
  MIXAUG_HD void add(double z, int k) noexcept {
    low[k] = z < low[k] ? z : low[k];
    high[k] = z > high[k] ? z : high[k];
  }
};

/// Writes the nodes, and the bounding boxes of cells, as far as they lie in one part. The first rows of a part may
/// belong to the last cell of the previous part; their box is stored in `begun`.
template <class T, int D>
struct grid_nodes {
  kernel_grid_view<T, D> view;
  index_t parts;
  std::uint8_t const* level;
  index_t const* counted;  ///< index of the first node of each part
  c_array<std::int64_t*, D> key;
  c_array<std::uint32_t*, D> child;
  grid_cell<D>* cells;
  grid_box<D>* begun;

  MIXAUG_HD void operator()(index_t part) const noexcept {
    part_range const r(view.n, parts, part);
    if (r.begin >= r.end) return;
    c_array<index_t, D> at;
    for (int k = 0; k < D; ++k) at[k] = counted[k * (parts + 1) + part];
    index_t const first = at[D - 1];
    grid_box<D> box;
    for (index_t i = r.begin; i < r.end; ++i) {
      c_array<double, D> z;
      for (int k = 0; k < D; ++k) z[k] = view.scaled(i, k);
      if (level[i] < D || i == r.begin) {
        if (i > r.begin) put(part, first, at[D - 1], box);
        for (int k = 0; k < D; ++k) box.low[k] = box.high[k] = z[k];
      }
      for (int l = level[i]; l < D; ++l) {
        key[l][at[l]] = view.key_of(z[l], l);
        child[l][at[l]] = static_cast<std::uint32_t>(l == D - 1 ? i : at[l + 1]);
        ++at[l];
      }
      for (int k = 0; k < D; ++k) box.add(z[k], k);
    }
    put(part, first, at[D - 1], box);
    if (r.end == view.n)
      for (int l = 0; l < D; ++l) child[l][at[l]] = static_cast<std::uint32_t>(l == D - 1 ? view.n : at[l + 1]);
  }

 private:
  MIXAUG_HD void put(index_t part, index_t first, index_t made, grid_box<D> const& box) const noexcept {
    if (made == first) {
      begun[part] = box;
    } else {
      for (int k = 0; k < D; ++k) cells[made - 1].low[k] = box.low[k], cells[made - 1].high[k] = box.high[k];
    }
  }
};

/// Merges the parts of a cell's bounding box, and finds the radius of its window: the rows outside have at most a tenth
/// of the weight of one row, or of the cell itself.
template <class T, int D>
struct grid_boxes {
  kernel_grid_view<T, D> view;
  index_t parts;
  grid_box<D> const* begun;
  grid_cell<D>* cells;

  MIXAUG_HD void operator()(index_t c) const noexcept {
    grid_cell<D> cell = cells[c];
    index_t const first = view.level[D - 1].child[c], last = view.level[D - 1].child[c + 1];
    grid_box<D> box;
    for (int k = 0; k < D; ++k) box.low[k] = cell.low[k], box.high[k] = cell.high[k];
    index_t const end = parts > 1 && last - first > 1 ? part_of(last - 1) : 0;
    for (index_t p = end > 0 ? part_of(first) + 1 : 1; p <= end; ++p)
      for (int k = 0; k < D; ++k) box.add(begun[p].low[k], k), box.add(begun[p].high[k], k);
    double across = 0.0;
    for (int k = 0; k < D; ++k) {
      cell.low[k] = box.low[k], cell.high[k] = box.high[k];
      across = fused_sum(cell.high[k] - cell.low[k], cell.high[k] - cell.low[k], across);
    }
    if (view.tophat) {
      cell.reach = view.limit;
    } else {
      double own = static_cast<double>(last - first) * falling_exp<always_fma>(-across * view.rate);
      own = own > 1.0 ? own : 1.0;
      double const times = 10.0 * static_cast<double>(view.n) / own;
      cell.reach = precise_log(times > 10.0 ? times : 10.0) / view.rate;
    }
    cell.window = cells_within(cell.reach, view.width);
    cell.entries = 0, cell.table = 0;
    cells[c] = cell;
  }
  /// Number of whole cells that a squared distance covers, squared; slightly increased, to allow for the
  /// rounding of floor.
  MIXAUG_HD static std::int32_t cells_within(double reach, double width) noexcept {
    return static_cast<std::int32_t>(fused_sum(reach / width / width, 1.01, 0.01));
  }
  /// Returns the part that has row i. Of n rows, the first n % parts parts have one more.
  MIXAUG_HD index_t part_of(index_t i) const noexcept {
    index_t const each = view.n / parts, longer = view.n % parts, rows = longer * (each + 1);
    return i < rows ? i / (each + 1) : longer + (i - rows) / each;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
