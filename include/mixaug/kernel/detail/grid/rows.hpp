// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/grid/parts.hpp>

MIXAUG_EXACT_BEGIN

/// Rows of the grid's cells and their weights, for a query point in scaled coordinates.
namespace mixaug::detail {

template <class T, int D>
struct grid_rows {
  static constexpr int block = 16;

  c_array<T const*, D> rows;   ///< sorted by cell, as given
  std::uint32_t const* order;  ///< sorted position -> row
  c_array<grid_level, D> level;
  grid_cell<D> const* cells;
  grid_entry const* entries;
  index_t n;
  double unit, rate, limit, width, reach;
  c_array<double, D> origin;
  std::int32_t window;  ///< squared radius of a scanned window
  bool tophat;

  // ---- cells ----
  MIXAUG_HD static double held(double z) noexcept {  // limited, so that squares are finite
    return z > 0x1p500 ? 0x1p500 : z < -0x1p500 ? -0x1p500 : z;
  }
  MIXAUG_HD std::int64_t key_of(double z, int k) const noexcept {
    double const q = std::floor((z - origin[k]) / width);
    return static_cast<std::int64_t>(q > 0x1p41 ? 0x1p41 : q < -0x1p41 ? -0x1p41 : q);
  }
  MIXAUG_HD double scaled(index_t at, int k) const noexcept { return static_cast<double>(rows[k][at]) * unit; }
  MIXAUG_HD static std::uint32_t lower(std::int64_t const* key, std::uint32_t a, std::uint32_t b,
                                       std::int64_t wanted) noexcept {
    while (a < b) {
      std::uint32_t const m = a + (b - a) / 2;
      if (key[m] < wanted)
        a = m + 1;
      else
        b = m;
    }
    return a;
  }
  MIXAUG_HD index_t cell_at(std::int64_t const* key) const noexcept {
    std::uint32_t a = 0, b = level[0].count;
    for (int l = 0;; ++l) {
      std::uint32_t const at = lower(level[l].key, a, b, key[l]);
      if (at == b || level[l].key[at] != key[l]) return -1;
      if (l == D - 1) return at;
      a = level[l].child[at], b = level[l].child[at + 1];
    }
  }
  MIXAUG_HD static bool inside(grid_cell<D> const& c, double const* z) noexcept {
    bool in = true;
    for (int k = 0; k < D; ++k) in = in && z[k] >= c.low[k] && z[k] <= c.high[k];
    return in;
  }
  MIXAUG_HD bool in_window(std::int64_t const* key, index_t at, std::int64_t radius) const noexcept {
    std::int64_t sum = 0;
    for (int k = 0; k < D; ++k) {
      std::int64_t const g = gap_squared(key_of(scaled(at, k), k), key[k]);
      if (g > radius) return false;
      sum += g;
    }
    return sum <= radius;
  }
  /// Calls visitor(a, b) for the runs [a, b) of cells whose gaps to `key` have a sum of squares <= radius.
  template <int L = 0, class Visitor>
  MIXAUG_HD void each_run(std::int64_t const* key, std::int64_t radius, std::uint32_t a, std::uint32_t b,
                          Visitor& visitor) const noexcept {
    std::int64_t const byte_range_of = whole_root(radius) + 1, last = key[L] + byte_range_of;
    std::uint32_t at = lower(level[L].key, a, b, key[L] - byte_range_of);
    if constexpr (L == D - 1) {
      std::uint32_t const first = at;
      std::int64_t const most = 2 * byte_range_of + 2;  // keys are distinct
      at = lower(level[L].key, at, b - at > most ? at + static_cast<std::uint32_t>(most) : b, last + 1);
      if (first < at) visitor(first, at);
    } else {
      for (; at < b && level[L].key[at] <= last; ++at)
        each_run<L + 1>(key, radius - gap_squared(level[L].key[at], key[L]), level[L].child[at], level[L].child[at + 1],
                        visitor);
    }
  }

  // ---- weights ----
  MIXAUG_HD double squared(double const* z, index_t at) const noexcept {
    double sum = 0.0;
    for (int k = 0; k < D; ++k) {
      double const gap = z[k] - scaled(at, k);  // the product is exact: unit is a power of two
      sum = always_fma::add(gap, gap, sum);
    }
    return sum;
  }
  /// Smallest squared distance of two boxes. Rounding is monotone, so it never exceeds the
  /// rounded distance of two points.
  MIXAUG_HD static double squared(grid_cell<D> const& a, grid_cell<D> const& b) noexcept {
    double sum = 0.0;
    for (int k = 0; k < D; ++k) {
      double const up = b.low[k] - a.high[k], down = a.low[k] - b.high[k], gap = up > down ? up : down;
      if (gap > 0.0) sum = always_fma::add(gap, gap, sum);
    }
    return sum;
  }
  MIXAUG_HD double weight(double d2, double from) const noexcept {
    return tophat ? (d2 < limit ? 1.0 : 0.0) : falling_exp<always_fma>((from - d2) * rate);
  }
  /// Computes the weights of up to 16 rows, relative to the squared distance `from`, and returns their sum.
  MIXAUG_HD double weigh(double const* z, index_t first, index_t last, double from, index_t self,
                         double* w) const noexcept {
    double sum = 0.0;
    for (int l = 0; l < block; ++l) w[l] = weight(squared(z, first + l), from);  // rows are padded
    for (int l = 0; l < block; ++l) {
      if (first + l >= last || (self >= 0 && order[first + l] == self)) w[l] = 0.0;
      sum += w[l];
    }
    return sum;
  }
  MIXAUG_HD index_t row_of(double const* z, grid_choice const& chosen, double from, index_t self,
                           grid_words& words) const noexcept {
    double w[block];
    double const at = words.unit() * weigh(z, chosen.at, chosen.end, from, self, w);
    double sum = 0.0;
    index_t found = -1;
    for (int l = 0; l < block; ++l) {
      if (!(w[l] > 0.0)) continue;
      found = order[chosen.at + l];
      sum += w[l];
      if (at < sum) break;
    }
    return found;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
