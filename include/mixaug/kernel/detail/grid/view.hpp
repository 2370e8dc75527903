// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/grid/rows.hpp>

MIXAUG_EXACT_BEGIN

/// Draws from the table of two- and three-dimensional labels (kernel/detail/grid/build.hpp). A partner is proposed with
/// an upper bound of its kernel weight and accepted with the quotient of the two, so that every row keeps
/// its exact probability.
namespace mixaug::detail {

template <class T, int D>
struct kernel_grid_view : grid_rows<T, D> {
  using all = grid_rows<T, D>;
  using all::block, all::order, all::level, all::cells, all::entries, all::n, all::unit, all::rate, all::width,
      all::reach, all::window, all::tophat, all::squared, all::weight;
  static constexpr int table_tries = 1024, outside_tries = 16;
  static constexpr std::int64_t widest = std::int64_t{1} << 44;  // largest window, in squared cells

  /// Returns the partner of a query point, in the caller's order of rows; never `self` (-1: any row). -1
  /// if none can be drawn.
  MIXAUG_HD index_t draw(double const* query, index_t self, random const& from, std::uint32_t slot) const noexcept {
    c_array<double, D> z;
    c_array<std::int64_t, D> key;
    for (int k = 0; k < D; ++k) z[k] = all::held(query[k] * unit), key[k] = this->key_of(z[k], k);
    grid_words words{from, slot};
    index_t const c = this->cell_at(key);
    index_t found = -2;  // -2: this way gave no result
    if (c >= 0 && cells[c].entries > 0 && all::inside(cells[c], z))
      found = by_table(z, key, cells[c], self, words);
    else
      found = by_window(z, key, 0.0, reach, window, self, words);
    if (found == -2 && !tophat) found = by_nearest(z, key, self, words);
    return found != -2 ? found : among_all(z, self, words);
  }

  // ---- three ways to draw ----
  /// Draws a uniform row and accepts it if it lies outside the window, with its weight relative to that at `reached`.
  MIXAUG_HD index_t outside(double const* z, std::int64_t const* key, std::int64_t radius, double reached, index_t self,
                            std::uint64_t word) const noexcept {
    product const p = multiply(word, static_cast<std::uint64_t>(n));
    index_t const at = static_cast<index_t>(p.high), row = order[at];
    if (row == self || this->in_window(key, at, radius)) return -2;
    return random::unit(p.low) < weight(squared(z, at), reached) ? row : -2;
  }
  MIXAUG_HD index_t by_table(double const* z, std::int64_t const* key, grid_cell<D> const& c, index_t self,
                             grid_words& words) const noexcept {
    for (int attempt = 0; attempt < table_tries; ++attempt) {
      std::uint64_t const number = words.number();
      product const p = multiply(words.draw.bits(number, 0), c.entries);
      std::uint64_t const word = words.draw.bits(number, 1);
      grid_entry const e = entries[c.table + p.high];
      std::uint32_t const k = random::unit(p.low) < e.threshold ? e.cell : e.alias;
      if (k == grid_outside) {
        index_t const row = outside(z, key, c.window, c.reach, self, word);
        if (row != -2) return row;
        continue;
      }
      std::uint32_t const first = level[D - 1].child[k];
      product const r = multiply(word, level[D - 1].child[k + 1] - first);
      index_t const at = first + static_cast<index_t>(r.high);
      if (random::unit(r.low) < weight(squared(z, at), squared(c, cells[k])) && order[at] != self) return order[at];
    }
    return -2;
  }
  struct window_scan {
    all const& view;
    double const* z;
    double from;
    index_t self;
    grid_words& words;
    grid_choice choice;
    MIXAUG_HD void operator()(std::uint32_t a, std::uint32_t b) noexcept {
      rows(view.level[D - 1].child[a], view.level[D - 1].child[b]);
    }
    MIXAUG_HD void rows(index_t first, index_t last) noexcept {
      double w[block];
      for (index_t at = first; at < last; at += block) {
        index_t const end = lesser(last, at + block);
        double const sum = view.weigh(z, at, end, from, self, w);
        if (sum > 0.0) choice.offer(sum, at, end, words);
      }
    }
  };
  struct nearest_scan {
    all const& view;
    double const* z;
    index_t self;
    double least;
    MIXAUG_HD void operator()(std::uint32_t a, std::uint32_t b) noexcept {
      rows(view.level[D - 1].child[a], view.level[D - 1].child[b]);
    }
    MIXAUG_HD void rows(index_t first, index_t last) noexcept {
      for (index_t at = first; at < last; ++at) {
        double const d2 = view.squared(z, at);
        if (d2 < least && !(self >= 0 && view.order[at] == self)) least = d2;
      }
    }
  };
  /// Weighs the rows of a window, relative to the squared distance `from`. Rows outside are farther than `beyond`,
  /// which gives them one common envelope. Returns -2 if the rows outside may outweigh the window, or all
  /// attempts are rejected.
  MIXAUG_HD index_t by_window(double const* z, std::int64_t const* key, double from, double beyond, std::int64_t radius,
                              index_t self, grid_words& words) const noexcept {
    window_scan scan{*this, z, from, self, words, {}};
    this->each_run(key, radius, 0, level[0].count, scan);
    double const in = scan.choice.total, outside_each = tophat ? 0.0 : weight(beyond, from),
                 many = static_cast<double>(n);
    double const sum = fused_sum(many, outside_each, in);
    if (tophat && !(in > 0.0)) return -1;
    if (in < 1e-3 * many * outside_each) return -2;
    for (int attempt = 0; attempt < outside_tries; ++attempt) {
      std::uint64_t const number = words.number();
      if (random::unit(words.draw.bits(number, 0)) * sum < in) return this->row_of(z, scan.choice, from, self, words);
      index_t const row = outside(z, key, radius, beyond, self, words.draw.bits(number, 1));
      if (row != -2) return row;
    }
    return -2;
  }
  /// For a query with few rows in reach: the window grows until it holds a row. Then the nearest row is known, and all
  /// rows whose weight is not negligible relative to it lie in the window of its distance plus the reach.
  MIXAUG_HD index_t by_nearest(double const* z, std::int64_t const* key, index_t self,
                               grid_words& words) const noexcept {
    nearest_scan nearest{*this, z, self, static_cast<double>(INFINITY)};
    for (std::int64_t radius = 16; radius < widest && nearest.least == static_cast<double>(INFINITY); radius *= 16)
      this->each_run(key, radius, 0, level[0].count, nearest);
    double const cells_of = fused_sum((nearest.least + reach) / width / width, 1.01, 0.01);
    if (!(cells_of < static_cast<double>(widest))) return -2;
    std::int64_t const radius = static_cast<std::int64_t>(cells_of);
    this->each_run(key, radius, 0, level[0].count, nearest);
    return by_window(z, key, nearest.least, nearest.least + reach, radius, self, words);
  }
  /// Weighs all rows, relative to the nearest one.
  MIXAUG_HD index_t among_all(double const* z, index_t self, grid_words& words) const noexcept {
    nearest_scan nearest{*this, z, self, static_cast<double>(INFINITY)};
    nearest.rows(0, n);
    window_scan scan{*this, z, nearest.least, self, words, {}};
    if (nearest.least < static_cast<double>(INFINITY)) scan.rows(0, n);
    return scan.choice.total > 0.0 ? this->row_of(z, scan.choice, nearest.least, self, words) : -1;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
