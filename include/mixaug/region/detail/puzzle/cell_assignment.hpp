// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cstring>
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The exact assignment of the cells of a square grid to destinations, in integers:
///   minimise sum_i (unit * |i - p(i)|^2 - mass_i [p(i) is wanted]),   |i - j|^2 = (dy)^2 + (dx)^2 in cells,
/// over permutations p. Of several optima the lexicographically smallest p(0), p(1), ... is found, so that the result
/// is unique. A cell whose gain cannot exceed one step stays; the others find their place by shortest augmenting paths
/// (Jonker and Volgenant, Computing 1987), with costs computed as they are needed; then p is lowered along the edges
/// without reduced cost. All costs are below 2^29 in magnitude.
class cell_assignment {
  static constexpr int most_side = 16, most = most_side * most_side, words = most / 64, none = -1;

 public:
  /// Writes the destination of each cell, row by row. `mass` >= 0.
  void operator()(int side, std::int32_t unit, std::int32_t const* mass, std::uint8_t const* wanted,
                  std::int16_t* to) noexcept {
    side_ = side;
    cells_ = side * side;
    unit_ = unit;
    mass_ = mass;
    wanted_ = wanted;
    for (int d = 0; d < side; ++d) step_[d] = unit * d * d;
    for (int j = 0; j < cells_; ++j) {
      price_[j] = 0;
      row_of_[j] = column_of_[j] = none;
    }
    for (int i = 0; i < cells_; ++i)
      if (wanted[i] != 0 || mass[i] <= unit) {
        row_of_[i] = static_cast<std::int16_t>(i);
        column_of_[i] = static_cast<std::int16_t>(i);
      }
    for (int i = 0; i < cells_; ++i)
      if (column_of_[i] == none) augment(i);
    lower();
    for (int i = 0; i < cells_; ++i) to[i] = column_of_[i];
  }

 private:
  std::int32_t cost(int i, int j) const noexcept {
    int const dy = i / side_ - j / side_, dx = i % side_ - j % side_;
    return step_[dy < 0 ? -dy : dy] + step_[dx < 0 ? -dx : dx] - (wanted_[j] != 0 ? mass_[i] : 0);
  }
  /// Assigns row `start` by a shortest path of reduced costs (Dijkstra) to a free column.
  void augment(int start) noexcept {
    constexpr std::int32_t unreached = INT32_MAX;
    bool settled[most] = {};
    int order[most], count = 0;
    for (int j = 0; j < cells_; ++j) distance_[j] = unreached;
    int row = start, end = none;
    std::int32_t base = 0;  // distance of the row
    for (;;) {
      // The row's own price is that of its column's tight edge; the start has none and takes 0.
      std::int32_t const own = row == start ? 0 : cost(row, column_of_[row]) - price_[column_of_[row]];
      int nearest = none;
      for (int j = 0; j < cells_; ++j) {
        if (settled[j]) continue;
        std::int32_t const through = base + cost(row, j) - price_[j] - own;
        if (through < distance_[j]) {
          distance_[j] = through;
          from_[j] = static_cast<std::int16_t>(row);
        }
        if (nearest == none || distance_[j] < distance_[nearest]) nearest = j;
      }
      end = nearest;
      base = distance_[nearest];
      if (row_of_[nearest] == none) break;
      settled[nearest] = true;
      order[count++] = nearest;
      row = row_of_[nearest];
    }
    for (int k = 0; k < count; ++k) price_[order[k]] += distance_[order[k]] - base;
    for (int j = end; j != none;) {
      int const i = from_[j], last = column_of_[i];
      row_of_[j] = static_cast<std::int16_t>(i);
      column_of_[i] = static_cast<std::int16_t>(j);
      j = i == start ? none : last;
    }
  }
  /// Makes the optimum lexicographically smallest: each cell in turn takes the first destination that an alternating
  /// cycle of edges without reduced cost, through destinations of later cells, frees for it.
  void lower() noexcept {
    std::uint64_t open[words] = {};
    for (int j = 0; j < cells_; ++j) open[j / 64] |= std::uint64_t{1} << (j % 64);
    find_tight();
    for (int i = 0; i < cells_; ++i) {
      for (int j = 0; j < column_of_[i]; ++j)
        if ((tight_[i][j / 64] & open[j / 64]) >> (j % 64) & 1u)
          if (rotate(i, j, open)) break;
      open[column_of_[i] / 64] &= ~(std::uint64_t{1} << (column_of_[i] % 64));
    }
  }
  void find_tight() noexcept {
    for (int i = 0; i < cells_; ++i) {
      std::int32_t const own = cost(i, column_of_[i]) - price_[column_of_[i]];
      for (std::uint64_t& w : tight_[i]) w = 0;
      // A cell that stays, and would lose elsewhere, has no other edge.
      if (column_of_[i] == i && price_[i] == 0 && (wanted_[i] != 0 || mass_[i] < unit_)) {
        tight_[i][i / 64] = std::uint64_t{1} << (i % 64);
        continue;
      }
      for (int j = 0; j < cells_; ++j)
        if (cost(i, j) - price_[j] == own) tight_[i][j / 64] |= std::uint64_t{1} << (j % 64);
    }
  }
  /// Moves cell i to j if the cells from j on can pass on to the place that i leaves.
  bool rotate(int i, int j, std::uint64_t const* open) noexcept {
    int const goal = column_of_[i];
    std::uint64_t unseen[words];
    std::memcpy(unseen, open, sizeof unseen);
    unseen[j / 64] &= ~(std::uint64_t{1} << (j % 64));
    int stack[most], size = 0;
    stack[size++] = j;
    while (size > 0) {
      int const column = stack[--size];
      for (int w = 0; w < words; ++w) {
        std::uint64_t next = tight_[row_of_[column]][w] & unseen[w];
        unseen[w] &= ~next;
        for (; next != 0; next &= next - 1) {
          int const found = 64 * w + std::countr_zero(next);
          from_[found] = static_cast<std::int16_t>(column);
          if (found == goal) {
            pass_on(i, j, goal);
            return true;
          }
          stack[size++] = found;
        }
      }
    }
    return false;
  }
  void pass_on(int i, int j, int goal) noexcept {
    for (int column = goal; column != j; column = from_[column]) {
      std::int16_t const row = row_of_[from_[column]];
      row_of_[column] = row;
      column_of_[row] = static_cast<std::int16_t>(column);
    }
    row_of_[j] = static_cast<std::int16_t>(i);
    column_of_[i] = static_cast<std::int16_t>(j);
  }

  int side_ = 1, cells_ = 1;
  std::int32_t unit_ = 0;
  std::int32_t const* mass_ = nullptr;
  std::uint8_t const* wanted_ = nullptr;
  std::int32_t step_[most_side], price_[most], distance_[most];
  std::int16_t row_of_[most], column_of_[most], from_[most];
  std::uint64_t tight_[most][words];
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
