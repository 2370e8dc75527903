// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/random.hpp>

MIXAUG_EXACT_BEGIN

/// Components of the table of two- and three-dimensional labels.
namespace mixaug::detail {

inline constexpr std::uint32_t grid_outside = 0xFFFFFFFFu;

/// One slot of a cell's alias table: a cell in the window, or grid_outside.
struct grid_entry {
  double threshold;
  std::uint32_t cell, alias;
};
/// A cell that holds rows: their bounding box (scaled) and its alias table. entries = 0: the cell has no table, and its
/// window is scanned.
template <int D>
struct grid_cell {
  c_array<double, D> low, high;
  double reach;         ///< lower bound of the squared distance to all rows outside the window
  std::uint64_t table;  ///< index of the first entry
  std::uint32_t entries;
  std::int32_t window;  ///< squared radius of the window, in cells
};
/// Nodes of level L < D: distinct coordinates L of the cells, ascending within their parent. child[i] ... child[i + 1]
/// are nodes of the next level, or rows at the last level. Nodes of the last level are the cells.
struct grid_level {
  std::int64_t const* key;
  std::uint32_t const* child;
  std::uint32_t count;
};

/// Random words of one partner: numbers slot << 20 | 0, 1, 2, ...
struct grid_words {
  random const& draw;
  std::uint32_t slot, used = 0;
  MIXAUG_HD std::uint64_t number() noexcept { return std::uint64_t{slot} << 20 | (used++ & 0xFFFFFu); }
  MIXAUG_HD double unit() noexcept { return random::unit(draw.bits(number())); }
};
/// Online choice: a block of weight w is taken with probability w / (total including it). The next block is taken when
/// the total exceeds (total now) / u, so that few uniforms are drawn.
struct grid_choice {
  double total = 0.0, limit = 0.0;
  index_t at = -1, end = -1;
  MIXAUG_HD void offer(double weight, index_t first, index_t last, grid_words& words) noexcept {
    total += weight;
    if (!(total > limit)) return;
    at = first, end = last;
    limit = total / (1.0 - words.unit());
  }
};
MIXAUG_HD inline std::int64_t gap_squared(std::int64_t a, std::int64_t b) noexcept {  // lower bound, in cells
  std::int64_t const gap = (a < b ? b - a : a - b) - 1;
  return gap <= 0 ? 0 : gap >= std::int64_t{1} << 31 ? std::int64_t{1} << 62 : gap * gap;
}
MIXAUG_HD inline std::int64_t whole_root(std::int64_t v) noexcept {
  return static_cast<std::int64_t>(std::sqrt(static_cast<double>(v)));
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
