// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <mixaug/region/detail/puzzle/label_energy.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The minimum of an energy with convex unary terms, by steepest ascent (Murota, SIAM J. Discrete Math. 2000): labels
/// start at 0; up to L - 1 times the smallest set of cells whose raising by one label lowers the energy most is found
/// as a minimum cut of the grid, and raised. The result is the pointwise smallest of all optima. The flow of one cut is
/// kept for the next.
///
/// A cut is found by push-relabel in waves on sets of bits, for grids of `Words` words of four rows. excess[i] > 0 is
/// the cost of raising cell i, < 0 its gain; residual[k][i] is the cost that remains where i stays and its neighbour in
/// direction k is raised. Cost flows to gain: levels are the distances to the cells of gain, and every cell of the
/// highest level pushes its cost one level down.
template <int Words>
class raise_labels {
  static constexpr int cells = label_energy::cells, pitch = label_energy::pitch;
  static constexpr int offset[4] = {1, -1, pitch, -pitch};
  using word = std::uint64_t;

 public:
  /// Writes the labels, at index 16 y + x.
  void operator()(label_energy const& energy, std::uint8_t* label) noexcept {
    std::int32_t const scale = (energy.labels - 1) * (energy.labels - 1);
    start(energy, scale, label);
    for (int raised = 1;; ++raised) {
      cut();
      word any = 0;
      for (int w = 0; w < Words; ++w) any |= reached_[w];
      if (any == 0) return;
      each(reached_, [&](int i) { ++label[i]; });
      if (raised == energy.labels - 1) return;
      each(reached_, [&](int i) {
        int const l = label[i];
        excess_[i] += scale * (energy.unary[l + 1][i] - 2 * energy.unary[l][i] + energy.unary[l - 1][i]);
      });
      turn<0>();
      turn<1>();
      turn<2>();
      turn<3>();
      find_signs();
    }
  }

 private:
  template <class Act>
  static void each(word const* set, Act const& act) noexcept {
    for (int w = 0; w < Words; ++w)
      for (word rest = set[w]; rest != 0; rest &= rest - 1) act(64 * w + std::countr_zero(rest));
  }
  /// Word w of the set of cells whose neighbour at offset S lies in `set`.
  template <int S>
  static word shifted(word const* set, int w) noexcept {
    constexpr int by = S < 0 ? -S : S;
    if constexpr (S > 0) return set[w] >> by | (w + 1 < Words ? set[w + 1] << (64 - by) : word{0});
    return set[w] << by | (w > 0 ? set[w - 1] >> (64 - by) : word{0});
  }
  void start(label_energy const& energy, std::int32_t scale, std::uint8_t* label) noexcept {
    for (int i = 0; i < 64 * Words; ++i) {
      excess_[i] = 0;
      for (auto& r : residual_) r[i] = 0;
      label[i] = 0;
    }
    energy.each_cell([&](int i) {
      excess_[i] = scale * (energy.unary[1][i] - energy.unary[0][i]);
      if (i % pitch + 1 < energy.width) residual_[0][i] = residual_[1][i + 1] = energy.right[i];
      if (i / pitch + 1 < energy.height) residual_[2][i] = residual_[3][i + pitch] = energy.down[i];
    });
    for (int k = 0; k < 4; ++k)
      for (int w = 0; w < Words; ++w) {
        word open = 0;
        for (int b = 0; b < 64; ++b) open |= word{residual_[k][64 * w + b] > 0} << b;
        open_[k][w] = open;
      }
    find_signs();
  }
  void find_signs() noexcept {
    for (int w = 0; w < Words; ++w) {
      word cost = 0, gain = 0;
      for (int b = 0; b < 64; ++b) {
        cost |= word{excess_[64 * w + b] > 0} << b;
        gain |= word{excess_[64 * w + b] < 0} << b;
      }
      cost_[w] = cost;
      gain_[w] = gain;
    }
  }
  /// Leaves in `reached_` the smallest set that lowers the energy most: the cells from which an open path leads to
  /// gain.
  void cut() noexcept {
    for (;;) {
      int const levels = find_levels();
      word met = 0;
      for (int w = 0; w < Words; ++w) met |= cost_[w] & reached_[w];
      if (met == 0) return;
      for (int level = levels - 1; level > 0; --level) {
        word some = 0;
        for (int w = 0; w < Words; ++w) some |= level_[level][w] & cost_[w];
        if (some == 0) continue;
        push<0>(level);
        push<1>(level);
        push<2>(level);
        push<3>(level);
      }
    }
  }
  /// Finds the levels by breadth-first search, and returns their number. Where there is cost, and all of it is reached,
  /// the search may stop; where there is none it must go on, for `reached_` is the result.
  int find_levels() noexcept {
    for (int w = 0; w < Words; ++w) reached_[w] = level_[0][w] = gain_[w];
    for (int levels = 1;; ++levels) {
      word const* const last = level_[levels - 1];
      word found = 0, outside = 0, cost = 0;
      for (int w = 0; w < Words; ++w) {
        word next = open_[0][w] & shifted<offset[0]>(last, w);
        next |= open_[1][w] & shifted<offset[1]>(last, w);
        next |= open_[2][w] & shifted<offset[2]>(last, w);
        next |= open_[3][w] & shifted<offset[3]>(last, w);
        next &= ~reached_[w];
        level_[levels][w] = next;
        reached_[w] |= next;
        found |= next;
        outside |= cost_[w] & ~reached_[w];
        cost |= cost_[w];
      }
      if (found == 0) return levels;
      if (cost != 0 && outside == 0) return levels + 1;
    }
  }
  /// Pushes the cost of the cells of a level in direction K, as far as the arcs are open.
  template <int K>
  void push(int level) noexcept {
    constexpr int by = offset[K], back = K ^ 1;
    for (int w = 0; w < Words; ++w) {
      word const from = level_[level][w] & cost_[w] & open_[K][w] & shifted<by>(level_[level - 1], w);
      for (word rest = from; rest != 0; rest &= rest - 1) {
        int const b = std::countr_zero(rest), i = 64 * w + b, j = i + by;
        std::int32_t const flow = excess_[i] < residual_[K][i] ? excess_[i] : residual_[K][i];
        excess_[i] -= flow;
        residual_[K][i] -= flow;
        residual_[back][j] += flow;
        excess_[j] += flow;
        word const at = word{1} << (j & 63);
        cost_[w] &= ~(word{excess_[i] == 0} << b);
        open_[K][w] &= ~(word{residual_[K][i] == 0} << b);
        open_[back][j >> 6] |= at;
        if (excess_[j] >= 0) gain_[j >> 6] &= ~at;
        if (excess_[j] > 0) cost_[j >> 6] |= at;
      }
    }
  }
  /// After raising: between a cell that stayed and one that was raised the arc that was full is open twice as far, and
  /// the other is closed, for (d + 1)^2 - d^2 grows with d.
  template <int K>
  void turn() noexcept {
    constexpr int by = offset[K], back = K ^ 1;
    for (int w = 0; w < Words; ++w) {
      word const border = ~reached_[w] & shifted<by>(reached_, w);
      for (word rest = border; rest != 0; rest &= rest - 1) {
        int const b = std::countr_zero(rest), i = 64 * w + b, j = i + by;
        if ((by == 1 && i % pitch == pitch - 1) || (by == -1 && i % pitch == 0)) continue;  // not neighbours
        std::int32_t const both = residual_[back][j];
        residual_[K][i] = both;
        residual_[back][j] = 0;
        if (both != 0) open_[K][w] |= word{1} << b;
        open_[back][j >> 6] &= ~(word{1} << (j & 63));
      }
    }
  }

  static constexpr std::size_t words = static_cast<std::size_t>(Words);
  static constexpr std::size_t bits = 64 * words;
  std::int32_t excess_[bits], residual_[4][bits];
  word open_[4][words], cost_[words], gain_[words], reached_[words], level_[bits + 1][words];
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
