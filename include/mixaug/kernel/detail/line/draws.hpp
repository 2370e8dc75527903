// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/line/view.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The partners to draw. Query i is row rows(i) of the table or, if `rows` is null, the value values(i); its random
/// numbers are those of global row key.first + i. The result is partner(i, s), s < slots.
template <class T>
struct kernel_draw_list {
  kernel_line_view<T> table;
  mixaug::key key;
  tensor_view<index_t const, 1> rows;
  tensor_view<T const, 1> values;
  tensor_view<index_t, 2> partner;

  MIXAUG_HD index_t size() const noexcept { return partner.extent[0]; }
  MIXAUG_HD random draw(index_t i) const noexcept {
    return {key, static_cast<std::uint64_t>(key.first + i), purpose::pairing};
  }
  MIXAUG_HD bool by_row() const noexcept { return rows.data != nullptr; }
};

/// Draws the partners of one query in one thread: launch(job, 1, list.size()). The partner of a row that is not in the
/// table, or of a value that is not finite, is -1.
template <class T>
struct kernel_draw_threads {
  kernel_draw_list<T> list;

  MIXAUG_HD index_t begin(index_t) const noexcept { return 0; }
  MIXAUG_HD void operator()(index_t, index_t i) const noexcept {
    random const draw = list.draw(i);
    index_t const row = list.by_row() ? list.rows(i) : 0;
    bool const known = row >= 0 && row < list.table.rows;
    for (index_t s = 0; s < list.partner.extent[1]; ++s) {
      std::uint32_t const slot = static_cast<std::uint32_t>(s);
      list.partner(i, s) = !known          ? -1
                           : list.by_row() ? list.table.draw_row(row, draw, slot)
                                           : list.table.draw(static_cast<double>(list.values(i)), -1, draw, slot);
    }
  }
};

/// Draws the same partners on the host, a block of queries at a time: items(count(), job). Each memory access of a draw
/// is made for all queries of the block in turn, and again for those that were rejected, so that memory
/// latencies overlap.
template <class T>
struct kernel_draw_items {
  kernel_draw_list<T> list;
  static constexpr int block = 2 * bits_width, rounds = 4;

  index_t count() const noexcept { return ceil_div(list.size(), block); }
  void operator()(index_t b) const noexcept {
    index_t const first = b * block;
    int const n = static_cast<int>(lesser(block, list.size() - first));
    if (list.by_row() && list.table.kind == kernel::gaussian) {
      for (index_t s = 0; s < list.partner.extent[1]; ++s) by_row(first, n, s);
    } else {
      kernel_draw_threads<T> const one{list};
      for (int i = 0; i < n; ++i) one(0, first + i);
    }
  }

 private:
  struct in_flight {
    std::uint64_t first[block], second[block];
    kernel_query<T> query[block];
    kernel_cell<T> cell[block];
    kernel_window window[block];
    index_t slot[block];
    kernel_proposal found[block];
    kernel_element<T> element[block];
    int pending[block], own[block];  ///< queries of the block; number of draws of the query itself
  };

  void by_row(index_t start, int n, index_t s) const noexcept {
    auto const& table = list.table;
    std::uint64_t const number = static_cast<std::uint64_t>(s) << 20;
    in_flight f;
    for (int i = 0; i < n; ++i) f.query[i] = table.query[list.rows(start + i)];
    for (int i = 0; i < block; i += bits_width)
      bits_of_rows(list.key, static_cast<std::uint64_t>(list.key.first + start + i), purpose::pairing, f.first + i,
                   number, f.second + i);
    for (int i = 0; i < n; ++i) f.cell[i] = table.cell[f.query[i].cell], f.pending[i] = i, f.own[i] = 0;
    int left = n;
    for (int round = 0; round < rounds && left > 0; ++round) {
      for (int p = 0; p < left && round > 0; ++p) {
        random const draw = list.draw(start + f.pending[p]);
        f.first[f.pending[p]] = draw.bits(number + static_cast<unsigned>(round));
        f.second[f.pending[p]] = draw.bits(number + static_cast<unsigned>(round), 1);
      }
      propose(f, left);
      int rejected = 0;
      for (int p = 0; p < left; ++p)
        if (!decide(f, f.pending[p], start, s)) f.pending[rejected++] = f.pending[p];
      left = rejected;
    }
    for (int p = 0; p < left; ++p) one_by_one(f, f.pending[p], start, s, rounds);
  }
  void propose(in_flight& f, int left) const noexcept {
    auto const& table = list.table;
    for (int p = 0; p < left; ++p) {
      int const i = f.pending[p];
      bool const alias = f.cell[i].table() != kernel_cell<T>::scan;
      f.slot[i] = alias ? table.slot(f.cell[i], f.first[i]) : -1;
      if (!alias) f.window[i] = table.window(f.cell[i], f.query[i].cell);
    }
    for (int p = 0; p < left; ++p) {
      int const i = f.pending[p];
      f.found[i] = f.slot[i] >= 0 ? table.propose(f.cell[i], f.query[i].cell, f.slot[i], f.second[i])
                                  : kernel_proposal{f.window[i].begin, 0.0, 0.0};
    }
    for (int p = 0; p < left; ++p) f.element[f.pending[p]] = table.element[f.found[f.pending[p]].at];
  }
  bool decide(in_flight& f, int i, index_t start, index_t s) const noexcept {
    using view = kernel_line_view<T>;
    auto const& table = list.table;
    double const y = static_cast<double>(f.query[i].y);
    index_t const row = list.rows(start + i), self = table.with_self ? -1 : row;
    index_t out = view::undecided;
    if (f.slot[i] < 0)
      out = f.cell[i].count > 0 ? table.scanned(f.window[i], y, self, f.first[i], f.second[i]) : view::nearer;
    else if (table.accepts(y, static_cast<double>(f.element[i].key), f.found[i]))
      out = index_t{f.element[i].row};
    if (out == view::nearer) {
      one_by_one(f, i, start, s, view::attempts);
      return true;
    }
    f.own[i] += out == self && out >= 0;
    if (out < 0 || out == self) return false;
    list.partner(start + i, s) = out;
    return true;
  }
  void one_by_one(in_flight const& f, int i, index_t start, index_t s, int failed) const noexcept {
    index_t const self = list.table.with_self ? -1 : list.rows(start + i);
    list.partner(start + i, s) =
        list.table.draw_in(f.query[i].cell, static_cast<double>(f.query[i].y), self, list.draw(start + i),
                           static_cast<std::uint32_t>(s), failed, f.own[i]);
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
