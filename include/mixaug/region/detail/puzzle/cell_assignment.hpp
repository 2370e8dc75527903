// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The exact assignment of the cells of a square grid to destinations, in integers:
///   minimise sum_i (unit * |i - p(i)|^2 - mass_i [p(i) is wanted]),   |i - j|^2 = (dy)^2 + (dx)^2 in cells,
/// over permutations p. Of several optima the lexicographically smallest p(0), p(1), ... is found, so that the result
/// is unique. A cell whose gain cannot exceed one step stays; the others find their place by shortest augmenting paths
/// (Jonker and Volgenant, Computing 1987), with costs computed as they are needed; then p is lowered along the edges
/// without reduced cost.
///
/// Cell (y, x) has the index 16 y + x, whatever the side, so that loops over the columns of a row are of 16 elements;
/// the columns beyond the side are too dear to be chosen. unit * 2 (side - 1)^2 <= 2^27 and the sum of the masses <=
/// 2^25, so that nothing overflows.
class cell_assignment {
  static constexpr int pitch = 16, most = pitch * pitch, words = most / 64, none = -1;
  static constexpr std::int32_t too_far = std::int32_t{1} << 27;  ///< the step to columns beyond the side
  static constexpr std::int32_t too_dear = std::int32_t{1} << 29, unreached = std::int32_t{1} << 30;

 public:
  /// Writes the destination of each cell, row by row. `mass` >= 0.
  void operator()(int side, std::int32_t unit, std::int32_t const* mass, std::uint8_t const* wanted,
                  std::int16_t* to) noexcept {
    side_ = side;
    for (int k = 0; k < 2 * pitch; ++k) {
      int const d = k - pitch + 1;
      step_[k] = d < side && -d < side ? unit * d * d : too_far;
    }
    for (int j = 0; j < most; ++j) {
      bool const cell = j / pitch < side && j % pitch < side;
      int const k = j / pitch * side + j % pitch;
      mass_[j] = cell ? mass[k] : 0;
      wanted_[j] = cell && wanted[k] != 0 ? -1 : 0;
      price_[j] = cell ? 0 : -too_dear;
      row_of_[j] = column_of_[j] = none;
    }
    each([&](int i) {
      if (wanted_[i] != 0 || mass_[i] <= unit) row_of_[i] = column_of_[i] = i;
    });
    each([&](int i) {
      if (column_of_[i] == none) augment(i);
    });
    lower(unit);
    each([&](int i) {
      int const j = column_of_[i];
      to[i / pitch * side + i % pitch] = static_cast<std::int16_t>(j / pitch * side + j % pitch);
    });
  }

 private:
  template <class Act>
  void each(Act const& act) {
    for (int y = 0; y < side_; ++y)
      for (int x = 0; x < side_; ++x) act(y * pitch + x);
  }
  std::int32_t cost(int i, int j) const noexcept {
    int const dy = j / pitch - i / pitch, dx = j % pitch - i % pitch;
    return step_[dy + pitch - 1] + step_[dx + pitch - 1] - (mass_[i] & wanted_[j]);
  }
  /// Assigns row `start` by a shortest path of reduced costs (Dijkstra) to a free column. A settled column holds -1,
  /// below every distance.
  void augment(int start) noexcept {
    for (std::int32_t& d : distance_) d = unreached;
    int order[most], count = 0, row = start, column = none;
    std::int32_t length[most];
    std::int32_t nearest = 0, base = mass_[start];  // so that no distance is negative
    for (;;) {
      column = relax(row, base, nearest);
      if (row_of_[column] == none) break;
      distance_[column] = -1;
      order[count] = column;
      length[count++] = nearest;
      row = row_of_[column];
      base = nearest - (cost(row, column) - price_[column]);
    }
    for (int k = 0; k < count; ++k) price_[order[k]] += length[k] - nearest;
    for (;;) {
      int const i = from_[column], next = column_of_[i];
      row_of_[column] = i;
      column_of_[i] = column;
      if (i == start) return;
      column = next;
    }
  }
  /// Lowers the distances by the edges of a row, and returns the nearest column that is not settled.
  int relax(int row, std::int32_t base, std::int32_t& nearest) noexcept {
    std::int32_t const mass = mass_[row];
    std::int32_t const* const down = step_ + (pitch - 1 - row / pitch);
    std::int32_t const* const across = step_ + (pitch - 1 - row % pitch);
    std::uint32_t low[pitch];
    for (std::uint32_t& v : low) v = ~0u;
    for (int y = 0; y < side_; ++y) {
      std::int32_t const line = down[y] + base;
      std::int32_t* MIXAUG_RESTRICT const d = distance_ + y * pitch;
      std::int32_t* MIXAUG_RESTRICT const from = from_ + y * pitch;
      std::int32_t const* MIXAUG_RESTRICT const wanted = wanted_ + y * pitch;
      std::int32_t const* MIXAUG_RESTRICT const price = price_ + y * pitch;
      for (int x = 0; x < pitch; ++x) {
        std::int32_t const through = line + across[x] - (mass & wanted[x]) - price[x];
        bool const shorter = through < d[x];
        std::int32_t const best = shorter ? through : d[x];
        from[x] = shorter ? row : from[x];
        d[x] = best;
        low[x] = static_cast<std::uint32_t>(best) < low[x] ? static_cast<std::uint32_t>(best) : low[x];
      }
    }
    int column = 0;
    for (int x = 1; x < pitch; ++x)
      if (low[x] < low[column]) column = x;
    nearest = static_cast<std::int32_t>(low[column]);
    while (distance_[column] != nearest) column += pitch;
    return column;
  }
  /// Makes the optimum lexicographically smallest: each cell in turn takes the first destination that an alternating
  /// cycle of edges without reduced cost, through destinations of later cells, frees for it.
  void lower(std::int32_t unit) noexcept {
    std::uint64_t open[words] = {};
    each([&](int j) { open[j / 64] |= std::uint64_t{1} << (j % 64); });
    each([&](int i) { find_tight(i, unit); });
    each([&](int i) {
      for (int w = 0; w <= column_of_[i] / 64; ++w) {
        std::uint64_t lower = tight_[i][w] & open[w];
        if (w == column_of_[i] / 64) lower &= (std::uint64_t{1} << (column_of_[i] % 64)) - 1;
        bool moved = false;
        for (; lower != 0 && !moved; lower &= lower - 1) moved = rotate(i, 64 * w + std::countr_zero(lower), open);
        if (moved) break;
      }
      open[column_of_[i] / 64] &= ~(std::uint64_t{1} << (column_of_[i] % 64));
    });
  }
  void find_tight(int i, std::int32_t unit) noexcept {
    for (std::uint64_t& w : tight_[i]) w = 0;
    // A cell that stays, and would lose elsewhere, has no other edge.
    if (unit > 0 && column_of_[i] == i && price_[i] == 0 && (wanted_[i] != 0 || mass_[i] < unit)) {
      tight_[i][i / 64] = std::uint64_t{1} << (i % 64);
      return;
    }
    std::int32_t const own = cost(i, column_of_[i]) - price_[column_of_[i]];
    std::int32_t const* const down = step_ + (pitch - 1 - i / pitch);
    std::int32_t const* const across = step_ + (pitch - 1 - i % pitch);
    for (int y = 0; y < side_; ++y) {
      std::int32_t const line = down[y] - own;
      if (line > mass_[i]) continue;  // prices are not above 0
      std::uint32_t bits = 0;
      for (int x = 0; x < side_; ++x) {
        int const j = y * pitch + x;
        bits |= std::uint32_t{line + across[x] - (mass_[i] & wanted_[j]) - price_[j] == 0} << x;
      }
      tight_[i][y / 4] |= std::uint64_t{bits} << (y % 4 * pitch);
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
          from_[found] = column;
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
      int const row = row_of_[from_[column]];
      row_of_[column] = row;
      column_of_[row] = column;
    }
    row_of_[j] = i;
    column_of_[i] = j;
  }

  int side_ = 1;
  std::int32_t step_[2 * pitch];  ///< unit d^2 at d + 15
  std::int32_t mass_[most], wanted_[most], price_[most], distance_[most], from_[most], row_of_[most], column_of_[most];
  std::uint64_t tight_[most][words];
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
