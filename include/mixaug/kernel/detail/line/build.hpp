// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/line/sort.hpp>

MIXAUG_EXACT_BEGIN

/// Steps of a table's build, each over parts that are independent of each other: any backend that sorts and scans makes
/// the same table.
namespace mixaug::detail {

/// Finds the beginnings of cells: the positions at which floor(y / (c h)) changes. Beyond the range of double each
/// label is a cell of its own. The first pass counts; the second writes the cells and the labels by row.
template <class T>
struct kernel_cut {
  kernel_element<T> const* element;
  index_t n, parts;
  kernel_scale scale;
  double per_bandwidth;  ///< 1 / c
  index_t* counted;      ///< number of cells of each part; then the index of its first cell
  kernel_cell<T>* cell;  ///< null: only counts
  kernel_query<T>* query;

  MIXAUG_HD double id(T y) const noexcept {
    return std::floor(static_cast<double>(y) * scale.pre * scale.post * scale.inverse * per_bandwidth);
  }
  /// True if a label begins a cell: its id, that of the label before, and whether the two labels differ.
  MIXAUG_HD static bool begins_cell(double at, double before, bool differs) noexcept {
    return at != before || (std::fabs(at) == HUGE_VAL && differs);
  }
  MIXAUG_HD void operator()(index_t part) const noexcept {
    part_range const r(n, parts, part);
    bool const write = cell != nullptr;
    index_t found = write ? counted[part] : 0;
    T last = r.begin > 0 ? element[r.begin - 1].key : T(0);
    double before = id(last);
    for (index_t i = r.begin; i < r.end; ++i) {
      T const y = element[i].key;
      double const at = id(y);
      bool const first = i == 0 || begins_cell(at, before, y != last);
      found += first;
      if (write) {
        if (first) begin(found - 1, i, y, last);
        query[element[i].row] = {y, static_cast<std::uint32_t>(found - 1)};
      }
      before = at, last = y;
    }
    if (!write) counted[part] = found;
    if (write && r.end == n && r.begin < n) begin(found, n, T(0), last);
  }

 private:
  /// Begins cell q at element i; `last` is the last label of the previous cell.
  MIXAUG_HD void begin(index_t q, index_t i, T y, T last) const noexcept {
    cell[q].start = static_cast<std::uint32_t>(i), cell[q].low = y;
    if (q > 0) cell[q - 1].high = last;
    if (i < n) return;
    cell[q].high = y, cell[q].back = cell[q].count = 0;
    cell[q].set_table(0);
  }
};

/// Computes the window of each cell, and the position of its alias table relative to the part's first entry.
template <class T, class Arrays = kernel_arrays<T>>
struct kernel_windows {
  using cell_type = typename Arrays::cell_type;
  Arrays table;
  cell_type* cell;
  index_t parts, scan_most;
  index_t* entries;

  MIXAUG_HD bool within_reach(T left_high, T right_low) const noexcept {
    double const high = to_double(left_high), low = to_double(right_low);
    return table.kind == kernel::tophat ? table.scale.within(low, high) : table.scale(low, high) <= table.reach;
  }
  MIXAUG_HD void operator()(index_t part) const noexcept {
    part_range const r(table.cells, parts, part);
    index_t total = 0;
    for (index_t q = r.begin; q < r.end; ++q) {
      index_t const slots = measure(q);
      if (slots > 0) cell[q].set_table(total);
      total += slots;
    }
    entries[part] = total;
  }
  /// Computes the window of cell q; returns the entries of its alias table, 0 if the window is scanned.
  MIXAUG_HD index_t measure(index_t q) const noexcept {
    constexpr index_t most = kernel_window_most / 2 - 1;
    auto& c = cell[q];
    index_t back = 0, ahead = 0;
    while (back <= most && q - back > 0 && within_reach(cell[q - back - 1].high, c.low)) ++back;
    while (ahead <= most && q + ahead + 1 < table.cells && within_reach(c.high, cell[q + ahead + 1].low)) ++ahead;
    bool const fits = back <= most && ahead <= most;
    c.back = static_cast<std::uint8_t>(fits ? back : 0);
    c.count = static_cast<std::uint8_t>(fits ? back + ahead + 1 : 0);  // 0: the draw searches by distance
    c.set_table(cell_type::scan);
    bool const scan = !fits || table.kind == kernel::tophat || table.window(c, q).size() <= scan_most;
    return scan ? 0 : c.count + 1;
  }
};

/// Builds the alias table of each cell that has one, in integers (Vose 1991).
template <class T, class Arrays = kernel_arrays<T>>
struct kernel_aliases {
  using cell_type = typename Arrays::cell_type;
  Arrays table;
  cell_type* cell;
  std::uint64_t* alias;
  index_t parts;
  index_t const* first_entry;  ///< first entry of each part

  MIXAUG_HD void operator()(index_t part) const noexcept {
    part_range const r(table.cells, parts, part);
    for (index_t q = r.begin; q < r.end; ++q) {
      auto& c = cell[q];
      if (c.table() == cell_type::scan) continue;
      c.set_table(c.table() + first_entry[part]);
      build(c, q);
    }
  }

  /// Builds that of cell q.
  MIXAUG_HD void build(cell_type const& c, index_t q) const noexcept {
    double w[kernel_window_most + 1];
    cell_type const* const window = table.cell + (q - c.back);
    int const n = c.count + 1, own = c.back;
    for (int k = 0; k < n - 1; ++k) {
      double const t = k == own  ? 0.0
                       : k < own ? table.scale(to_double(c.low), to_double(window[k].high))
                                 : table.scale(to_double(window[k].low), to_double(c.high));
      w[k] = -0.5 * t * t;
    }
    for (int k = 0; k < n - 1; ++k) w[k] = precise_falling_exp(w[k]);
    double sum = 0.0;
    for (int k = 0; k < n - 1; ++k) {
      double const rows = static_cast<double>(window[k + 1].start - window[k].start);
      sum = fused_sum(rows, w[k], sum);
      w[k] = rows * w[k];
    }
    double const others = static_cast<double>(table.rows - table.window(c, q).size());
    sum = fused_sum(table.outside, others, sum);
    w[n - 1] = table.outside * others;
    pair_up(w, static_cast<double>(alias_one) / sum * n, n, alias + c.table());
  }

 private:
  /// Fills each slot up to the average: its own share, and the rest from a slot above average. An entry holds the
  /// slot's share until it is paired.
  MIXAUG_HD static void pair_up(double const* w, double factor, int n, std::uint64_t* entry) noexcept {
    std::uint64_t rest = alias_one * static_cast<std::uint64_t>(n);
    int most = 0;
    for (int k = 0; k < n; ++k) {
      entry[k] = static_cast<std::uint64_t>(static_cast<std::int64_t>(w[k] * factor));
      rest -= entry[k];
      if (entry[k] > entry[most]) most = k;
    }
    entry[most] += rest;                        // rounding error; it may be negative (modulo 2^64)
    std::uint8_t slot[kernel_window_most + 1];  // below average from the front, others from the back
    int poors = 0, richest = n;
    for (int k = 0; k < n; ++k) slot[entry[k] < alias_one ? poors++ : --richest] = static_cast<std::uint8_t>(k);
    while (poors > 0) {
      int const p = slot[--poors], from = slot[richest];
      std::uint64_t const share = entry[p];
      entry[p] = share << 8 | static_cast<std::uint64_t>(from);
      entry[from] -= alias_one - share;
      if (entry[from] >= alias_one) continue;
      ++richest;
      slot[poors++] = static_cast<std::uint8_t>(from);
    }
    for (; richest < n; ++richest) entry[slot[richest]] = alias_one << 8 | slot[richest];
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
