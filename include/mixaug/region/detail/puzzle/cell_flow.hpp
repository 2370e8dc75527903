// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <mixaug/region/detail/puzzle/label_energy.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Minimum cuts of layers of grids, by push-relabel in waves on sets of bits. A grid is `Words` words of four rows;
/// node (a, y, x) has the index 64 Words a + 16 y + x. An arc leads to a neighbour in direction s (right, left, down,
/// up) and `up` layers further, or with s = straight to the same cell `up` layers further.
///
/// excess(v) > 0 is the cost of raising node v, < 0 its gain. residual(s, up, v) is the cost that remains where v stays
/// and the node at the end of the arc is raised. Cost flows to gain: levels are the distances to the nodes of gain, and
/// every node of the highest level pushes its cost one level down. `Layers` is their number, or 0: known at run time.
template <int Words, int Layers>
class cell_flow {
 public:
  using word = std::uint64_t;
  static constexpr int pitch = label_energy::pitch, straight = 4, layer = 64 * Words;
  static constexpr int offset[5] = {1, -1, pitch, -pitch, 0};

  static constexpr std::size_t bytes(int layers) noexcept {
    auto const nodes = static_cast<std::size_t>(layers * layer), words = nodes / 64;
    auto const arcs = static_cast<std::size_t>(kinds(layers));
    return (arcs * words + 3 * words + (nodes + 1) * words) * sizeof(word) + (arcs + 1) * nodes * sizeof(std::int32_t);
  }
  /// No node has a cost, and no arc is open.
  cell_flow(int count, std::byte* scratch) noexcept
      : layers_(Layers > 0 ? Layers : count), open_(reinterpret_cast<word*>(scratch)) {
    cost_ = open_ + kinds(layers()) * words();
    gain_ = cost_ + words();
    reached_ = gain_ + words();
    level_ = reached_ + words();
    excess_ = reinterpret_cast<std::int32_t*>(level_ + (nodes() + 1) * words());
    residual_ = excess_ + nodes();
    for (int k = 0; k < kinds(layers()) * words(); ++k) open_[k] = 0;
    for (int k = 0; k < (kinds(layers()) + 1) * nodes(); ++k) excess_[k] = 0;
  }

  std::int32_t& excess(int v) noexcept { return excess_[v]; }
  /// Opens an arc that is closed, if the residual is above 0.
  void open(int s, int up, int v, std::int32_t residual) noexcept {
    residual_[kind(s, up) * nodes() + v] = residual;
    open_[kind(s, up) * words() + (v >> 6)] |= word{residual > 0} << (v & 63);
  }
  constexpr int words() const noexcept { return layers() * Words; }
  /// Calls act(v) for the nodes that cut() found.
  template <class Act>
  void each_reached(Act const& act) const noexcept {
    for (int w = 0; w < words(); ++w)
      for (word rest = reached_[w]; rest != 0; rest &= rest - 1) act(64 * w + std::countr_zero(rest));
  }

  /// To be called after excess() has been written.
  void find_signs() noexcept {
    for (int w = 0; w < words(); ++w) {
      word cost = 0, gain = 0;
      for (int b = 0; b < 64; ++b) {
        cost |= word{excess_[64 * w + b] > 0} << b;
        gain |= word{excess_[64 * w + b] < 0} << b;
      }
      cost_[w] = cost;
      gain_[w] = gain;
    }
  }
  /// Finds the smallest set that lowers the energy most: the nodes from which an open path leads to gain.
  void cut() noexcept {
    for (;;) {
      int const levels = find_levels();
      word met = 0;
      for (int w = 0; w < words(); ++w) met |= cost_[w] & reached_[w];
      if (met == 0) return;
      for (int level = levels - 1; level > 0; --level) {
        word some = 0;
        for (int w = 0; w < words(); ++w) some |= level_[level * words() + w] & cost_[w];
        if (some == 0) continue;
        each_arc([&]<int S>(int up) { push<S>(level, up); });
      }
    }
  }
  /// After raising the set that was reached: between a node that stayed and a neighbour of its layer that was raised
  /// the arc that was full is open twice as far, and the other is closed, for (d + 1)^2 - d^2 grows with d.
  void turn() noexcept {
    turn<0>();
    turn<1>();
    turn<2>();
    turn<3>();
  }

 private:
  static constexpr int kinds(int layers) noexcept { return Layers != 1 ? 5 * (2 * layers - 1) : 4; }
  constexpr int layers() const noexcept { return Layers > 0 ? Layers : layers_; }
  constexpr int nodes() const noexcept { return layers() * layer; }
  constexpr int kind(int s, int up) const noexcept { return Layers != 1 ? 5 * (up + layers() - 1) + s : s; }
  /// Calls act<direction>(layers up) for every kind of arc.
  template <class Act>
  void each_arc(Act const& act) const noexcept {
    for (int up = 1 - layers(); up < layers(); ++up) {
      act.template operator()<0>(up);
      act.template operator()<1>(up);
      act.template operator()<2>(up);
      act.template operator()<3>(up);
      if constexpr (Layers != 1)
        if (up == 1 || up == -1) act.template operator()<straight>(up);
    }
  }
  int first_word(int up) const noexcept { return up < 0 ? -up * Words : 0; }
  int last_word(int up) const noexcept { return words() - (up > 0 ? up * Words : 0); }
  /// Word w of the set of nodes whose neighbour in direction S lies in `set`, beyond whose ends are no open arcs.
  template <int S>
  word shifted(word const* set, int w) const noexcept {
    constexpr int by = offset[S] < 0 ? -offset[S] : offset[S];
    if constexpr (offset[S] > 0)
      return set[w] >> by | (w + 1 < words() ? set[w + 1] << (64 - by) : word{0});
    else if constexpr (offset[S] < 0)
      return set[w] << by | (w > 0 ? set[w - 1] >> (64 - by) : word{0});
    else
      return set[w];
  }
  /// Finds the levels by breadth-first search, and returns their number. Where there is cost, and all of it is reached,
  /// the search may stop; where there is none it must go on, for `reached_` is the result.
  int find_levels() noexcept {
    for (int w = 0; w < words(); ++w) reached_[w] = level_[w] = gain_[w];
    for (int levels = 1;; ++levels) {
      word const* const last = level_ + (levels - 1) * words();
      word* const next = level_ + levels * words();
      for (int w = 0; w < words(); ++w) next[w] = 0;
      each_arc([&]<int S>(int up) {
        for (int w = first_word(up); w < last_word(up); ++w)
          next[w] |= open_[kind(S, up) * words() + w] & shifted<S>(last, w + up * Words);
      });
      word found = 0, outside = 0, cost = 0;
      for (int w = 0; w < words(); ++w) {
        next[w] &= ~reached_[w];
        reached_[w] |= next[w];
        found |= next[w];
        outside |= cost_[w] & ~reached_[w];
        cost |= cost_[w];
      }
      if (found == 0) return levels;
      if (cost != 0 && outside == 0) return levels + 1;
    }
  }
  /// Pushes the cost of the nodes of a level along the arcs of a kind, as far as they are open.
  template <int S>
  void push(int level, int up) noexcept {
    constexpr int back_s = S == straight ? straight : S ^ 1;
    int const by = offset[S] + up * layer, forth = kind(S, up), back = kind(back_s, -up);
    word* const open = open_ + forth * words();
    word* const open_back = open_ + back * words();
    std::int32_t* const residual = residual_ + forth * nodes();
    std::int32_t* const residual_back = residual_ + back * nodes();
    for (int w = first_word(up); w < last_word(up); ++w) {
      word const from =
          level_[level * words() + w] & cost_[w] & open[w] & shifted<S>(level_ + (level - 1) * words(), w + up * Words);
      for (word rest = from; rest != 0; rest &= rest - 1) {
        int const b = std::countr_zero(rest), i = 64 * w + b, j = i + by;
        std::int32_t const flow = excess_[i] < residual[i] ? excess_[i] : residual[i];
        excess_[i] -= flow;
        residual[i] -= flow;
        residual_back[j] += flow;
        excess_[j] += flow;
        word const at = word{1} << (j & 63);
        cost_[w] &= ~(word{excess_[i] == 0} << b);
        open[w] &= ~(word{residual[i] == 0} << b);
        open_back[j >> 6] |= at;
        if (excess_[j] >= 0) gain_[j >> 6] &= ~at;
        if (excess_[j] > 0) cost_[j >> 6] |= at;
      }
    }
  }
  template <int S>
  void turn() noexcept {
    constexpr int by = offset[S];
    for (int w = 0; w < words(); ++w) {
      word const border = ~reached_[w] & shifted<S>(reached_, w);
      for (word rest = border; rest != 0; rest &= rest - 1) {
        int const b = std::countr_zero(rest), i = 64 * w + b, j = i + by;
        if ((by == 1 && i % pitch == pitch - 1) || (by == -1 && i % pitch == 0)) continue;  // not neighbours
        std::int32_t const both = residual_[kind(S ^ 1, 0) * nodes() + j];
        open(S, 0, i, both);
        residual_[kind(S ^ 1, 0) * nodes() + j] = 0;
        open_[kind(S ^ 1, 0) * words() + (j >> 6)] &= ~(word{1} << (j & 63));
      }
    }
  }

  int layers_;
  word *open_, *cost_, *gain_, *reached_, *level_;
  std::int32_t *excess_, *residual_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
