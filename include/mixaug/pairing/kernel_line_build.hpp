// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/kernel_sort.hpp>

/// The steps of a table's build, each over parts that do not depend on each other: any backend that sorts and scans
/// makes the same table.
namespace mixaug::detail {

/// Labels to elements; the first one that is not finite, and the largest |label|.
template <class T>
struct kernel_gather {
  tensor_view<T const, 1> labels;
  index_t parts;
  kernel_element<T>* element;
  index_t* bad;
  double* largest;

  void operator()(index_t part) const noexcept {
    part_range const r(labels.extent[0], parts, part);
    double most = 0.0;
    index_t wrong = r.end;
    for (index_t i = r.begin; i < r.end; ++i) {
      T const y = labels(i) + T(0);  // -0 becomes 0
      double const size = std::fabs(static_cast<double>(y));
      if (!(size < HUGE_VAL)) wrong = lesser(wrong, i);
      most = size > most ? size : most;
      element[i] = {y, static_cast<std::uint32_t>(i)};
    }
    bad[part] = wrong < r.end ? wrong : -1;
    largest[part] = most;
  }
};

/// Where cells begin: where floor(y / (c h)) changes. Beyond the range of double each label is a cell of its own.
template <class T>
struct kernel_cut {
  kernel_element<T> const* element;
  index_t n, parts;
  kernel_scale scale;
  double per_bandwidth;  ///< 1 / c
  index_t* counted;      ///< cells of a part; then the first one's number
  kernel_cell<T>* cell;  ///< null: only count

  double id(index_t i) const noexcept {
    double const y = element[i].y;
    return std::floor(y * scale.pre * scale.post * scale.inverse * per_bandwidth);
  }
  void operator()(index_t part) const noexcept {
    part_range const r(n, parts, part);
    index_t found = cell == nullptr ? 0 : counted[part];
    double before = r.begin > 0 && r.begin < r.end ? id(r.begin - 1) : 0.0;
    for (index_t i = r.begin; i < r.end; ++i) {
      double const at = id(i);
      bool const first = i == 0 || at != before || (std::fabs(at) == HUGE_VAL && element[i].y != element[i - 1].y);
      if (first && cell != nullptr) cell[found].start = static_cast<std::uint32_t>(i);
      found += first;
      before = at;
    }
    if (cell == nullptr) counted[part] = found;
  }
};

/// The labels at the ends of each cell.
template <class T>
struct kernel_hulls {
  kernel_element<T> const* element;
  kernel_cell<T>* cell;
  index_t cells, parts;

  void operator()(index_t part) const noexcept {
    part_range const r(cells, parts, part);
    for (index_t q = r.begin; q < r.end; ++q) {
      cell[q].low = element[cell[q].start].y;
      cell[q].high = element[cell[q + 1].start - 1].y;
    }
  }
};

/// The window of each cell, and the entries of its alias table, counted from the part's first.
template <class T>
struct kernel_windows {
  kernel_arrays<T> table;
  kernel_cell<T>* cell;
  index_t parts, scan_most;
  index_t* entries;

  bool near(T high, T low) const noexcept {
    return table.kind == kernel::tophat ? table.scale.within(low, high) : table.scale(low, high) <= table.reach;
  }
  void operator()(index_t part) const noexcept {
    part_range const r(table.cells, parts, part);
    constexpr index_t most = kernel_window_most / 2 - 1;
    index_t total = 0;
    for (index_t q = r.begin; q < r.end; ++q) {
      auto& c = cell[q];
      index_t back = 0, ahead = 0;
      while (back <= most && q - back > 0 && near(cell[q - back - 1].high, c.low)) ++back;
      while (ahead <= most && q + ahead + 1 < table.cells && near(c.high, cell[q + ahead + 1].low)) ++ahead;
      bool const fits = back <= most && ahead <= most;
      c.back = static_cast<std::uint8_t>(fits ? back : 0);
      c.count = static_cast<std::uint8_t>(fits ? back + ahead + 1 : 0);  // 0: the draw searches by distance
      bool const scan = !fits || table.kind == kernel::tophat || table.window(c, q).size() <= scan_most;
      c.set_table(scan ? kernel_cell<T>::scan : total);
      if (!scan) total += c.count + 1;
    }
    entries[part] = total;
  }
};

/// The alias table of each cell that has one, in integers (Vose 1991).
template <class T>
struct kernel_aliases {
  kernel_arrays<T> table;
  kernel_cell<T>* cell;
  std::uint64_t* alias;
  index_t parts;
  index_t const* first_entry;  ///< of each part

  void operator()(index_t part) const noexcept {
    part_range const r(table.cells, parts, part);
    for (index_t q = r.begin; q < r.end; ++q) {
      auto& c = cell[q];
      if (c.table() == kernel_cell<T>::scan) continue;
      c.set_table(c.table() + first_entry[part]);
      build(c, q);
    }
  }

 private:
  void build(kernel_cell<T> const& c, index_t q) const noexcept {
    double w[kernel_window_most + 1];
    index_t const first = q - c.back;
    int const n = c.count + 1;
    for (int k = 0; k < c.count; ++k) {
      auto const& other = table.cell[first + k];
      double const d = table.scale(k < c.back ? c.low : other.low, k < c.back ? other.high : c.high);
      double const t = k == c.back ? 0.0 : d;
      w[k] = static_cast<double>((&other)[1].start - other.start) * fixed_falling_exp(-0.5 * t * t);
    }
    w[n - 1] = table.outside * static_cast<double>(table.rows - table.window(c, q).size());
    double sum = 0.0;
    for (int k = 0; k < n; ++k) sum += w[k];
    pair_up(w, static_cast<double>(alias_one) / sum * n, n, alias + c.table());
  }
  /// Each slot keeps its share up to 1, what is missing comes from a slot that has more.
  static void pair_up(double const* w, double factor, int n, std::uint64_t* entry) noexcept {
    std::int64_t const one = static_cast<std::int64_t>(alias_one);
    std::int64_t share[kernel_window_most + 1], rest = one * n;
    int most = 0;
    for (int k = 0; k < n; ++k) {
      share[k] = static_cast<std::int64_t>(w[k] * factor);
      rest -= share[k];
      if (share[k] > share[most]) most = k;
    }
    share[most] += rest;
    std::uint8_t poor[kernel_window_most + 1], rich[kernel_window_most + 1];
    int poors = 0, riches = 0;
    for (int k = 0; k < n; ++k)
      if (share[k] < one)
        poor[poors++] = static_cast<std::uint8_t>(k);
      else
        rich[riches++] = static_cast<std::uint8_t>(k);
    while (poors > 0) {
      int const p = poor[--poors], from = rich[riches - 1];
      entry[p] = static_cast<std::uint64_t>(share[p]) << 8 | static_cast<std::uint64_t>(from);
      share[from] -= one - share[p];
      if (share[from] >= one) continue;
      --riches;
      poor[poors++] = static_cast<std::uint8_t>(from);
    }
    for (int k = 0; k < riches; ++k) entry[rich[k]] = alias_one << 8 | rich[k];
  }
};

/// The labels by row, with their cells.
template <class T>
struct kernel_queries {
  kernel_arrays<T> table;
  kernel_query<T>* query;
  index_t parts;

  void operator()(index_t part) const noexcept {
    part_range const r(table.rows, parts, part);
    index_t q = 0;
    for (index_t n = table.cells; n > 1; n -= n / 2)  // the last cell that starts at or before r.begin
      if (table.cell[q + n / 2].start <= r.begin) q += n / 2;
    for (index_t i = r.begin; i < r.end; ++i) {
      while (table.cell[q + 1].start <= i) ++q;
      query[table.element[i].row] = {table.element[i].y, static_cast<std::uint32_t>(q)};
    }
  }
};

}  // namespace mixaug::detail
