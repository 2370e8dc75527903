// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/region/detail/puzzle/label_energy.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The arcs of a layered graph of nodes (a, i) = 256 a + i, in kinds: 0 to 3 to the neighbours; then, for d = 1, ...
/// layers up, for each neighbour the arc up and the reverse of an arc up; then the arc to the next layer of the same
/// cell and its reverse.
struct layered_arcs {
  int labels;

  MIXAUG_HD static constexpr int kinds_of(int labels) noexcept { return 4 + 8 * (labels - 2) + 2; }
  MIXAUG_HD static constexpr int nodes_of(int labels) noexcept { return (labels - 1) * label_energy::cells; }
  MIXAUG_HD constexpr int kinds() const noexcept { return kinds_of(labels); }
  MIXAUG_HD constexpr int nodes() const noexcept { return nodes_of(labels); }
  MIXAUG_HD constexpr int reverse(int k) const noexcept {
    if (k < 4 || k >= kinds() - 2) return k ^ 1;
    int const d = (k - 4) / 8, s = (k - 4) % 8 / 2, down = (k - 4) % 2;
    return 4 + 8 * d + 2 * (s ^ 1) + (1 - down);
  }
  /// Node to which an arc of kind k leads from v; it is one where the residual of the arc or of its reverse is not 0.
  MIXAUG_HD constexpr int head(int v, int k) const noexcept {
    if (k < 4) return v + offset(k);
    if (k == kinds() - 2) return v + label_energy::cells;
    if (k == kinds() - 1) return v - label_energy::cells;
    int const d = (k - 4) / 8 + 1, s = (k - 4) % 8 / 2, down = (k - 4) % 2;
    return v + offset(s) + (down != 0 ? -d : d) * label_energy::cells;
  }
  /// From a cell to its neighbour: right, left, down, up.
  MIXAUG_HD static constexpr int offset(int k) noexcept {
    int const by = k < 2 ? 1 : label_energy::pitch;
    return k % 2 == 0 ? by : -by;
  }
};

/// The minimum of an energy with any unary terms, by one minimum cut of the layered graph (Ishikawa, IEEE TPAMI 2003):
/// node (a, i) says that the label of cell i is greater than a. The result is the pointwise smallest of all optima.
///   (l_i - l_j)^2 = sum_a |x_ai - x_aj| + 2 sum_(b < a) ([x_ai = 1, x_bj = 0] + [x_aj = 1, x_bi = 0])
/// Dinic's algorithm, from nodes of cost to nodes of gain. An arc from v to u has as residual the cost that remains
/// where v is 0 and u is 1.
class layered_labels {
  static constexpr int cells = label_energy::cells, pitch = label_energy::pitch;

 public:
  /// Bytes of scratch for a number of labels.
  static constexpr std::size_t bytes(int labels) noexcept {
    auto const nodes = static_cast<std::size_t>(layered_arcs::nodes_of(labels));
    return nodes * (static_cast<std::size_t>(layered_arcs::kinds_of(labels)) + 4) * sizeof(std::int32_t);
  }
  layered_labels(label_energy const& energy, std::byte* scratch) noexcept
      : energy_(energy),
        arcs_{energy.labels},
        layers_(energy.labels - 1),
        nodes_(arcs_.nodes()),
        kinds_(arcs_.kinds()) {
    std::memset(scratch, 0, bytes(energy.labels));
    residual_ = reinterpret_cast<std::int32_t*>(scratch);
    excess_ = residual_ + static_cast<std::size_t>(kinds_) * static_cast<std::size_t>(nodes_);
    level_ = excess_ + nodes_;
    next_ = level_ + nodes_;
    queue_ = next_ + nodes_;
  }

  /// Writes the labels, at index 16 y + x.
  void operator()(std::uint8_t* label) noexcept {
    build();
    while (find_levels()) {
      for (int v = 0; v < nodes_; ++v) next_[v] = 0;
      for (int v = 0; v < nodes_; ++v)
        while (excess_[v] > 0 && level_[v] > 0 && advance(v)) {
        }
    }
    for (int i = 0; i < cells; ++i) label[i] = 0;
    for (int v = 0; v < nodes_; ++v)
      if (level_[v] >= 0) ++label[v % cells];
  }

 private:
  static constexpr std::int32_t unlimited = std::int32_t{1} << 30;

  std::int32_t& residual(int k, int v) noexcept {
    return residual_[static_cast<std::size_t>(k) * static_cast<std::size_t>(nodes_) + static_cast<std::size_t>(v)];
  }
  void build() noexcept {
    std::int32_t const scale = layers_ * layers_;
    energy_.each_cell([&](int i) {
      int const y = i / pitch, x = i % pitch;
      std::int32_t const weight[4] = {x + 1 < energy_.width ? energy_.right[i] : 0, x > 0 ? energy_.right[i - 1] : 0,
                                      y + 1 < energy_.height ? energy_.down[i] : 0,
                                      y > 0 ? energy_.down[i - pitch] : 0};
      for (int a = 0; a < layers_; ++a) {
        int const v = a * cells + i;
        excess_[v] = scale * (energy_.unary[a + 1][i] - energy_.unary[a][i]);
        for (int s = 0; s < 4; ++s) {
          residual(s, v) = weight[s];
          for (int d = 1; a + d < layers_; ++d) residual(4 + 8 * (d - 1) + 2 * s, v) = 2 * weight[s];
        }
        if (a + 1 < layers_) residual(kinds_ - 2, v) = unlimited;
      }
    });
  }
  /// Finds the distance of every node to the nodes of gain along open arcs, -1 = none; true if a node of cost has one.
  bool find_levels() noexcept {
    int end = 0;
    bool met = false;
    for (int v = 0; v < nodes_; ++v) {
      level_[v] = excess_[v] < 0 ? 0 : -1;
      if (level_[v] == 0) queue_[end++] = v;
    }
    for (int at = 0; at < end; ++at) {
      int const u = queue_[at];
      for (int k = 0; k < kinds_; ++k) {
        int const back = arcs_.reverse(k), v = arcs_.head(u, k);
        if (v < 0 || v >= nodes_ || level_[v] >= 0 || residual(back, v) <= 0 || arcs_.head(v, back) != u) continue;
        level_[v] = level_[u] + 1;
        met = met || excess_[v] > 0;
        queue_[end++] = v;
      }
    }
    return met;
  }
  /// Sends cost of node v down one path; false if no path is left.
  bool advance(int v) noexcept {
    std::int32_t* const path = queue_;  // kinds of arcs, from v on
    int length = 0, at = v;
    while (level_[at] > 0 || excess_[at] >= 0) {
      int k = next_[at];
      for (; k < kinds_; ++k)
        if (residual(k, at) > 0 && level_[arcs_.head(at, k)] == level_[at] - 1 && level_[arcs_.head(at, k)] >= 0) break;
      next_[at] = k;
      if (k < kinds_ && level_[at] > 0) {
        path[length++] = k;
        at = arcs_.head(at, k);
        continue;
      }
      if (length == 0) return false;
      int const back = arcs_.reverse(path[--length]);
      at = arcs_.head(at, back);
      ++next_[at];
    }
    std::int32_t flow = excess_[v] < -excess_[at] ? excess_[v] : -excess_[at];
    for (int j = 0, u = v; j < length; u = arcs_.head(u, path[j++]))
      if (residual(path[j], u) < flow) flow = residual(path[j], u);
    excess_[at] += flow;
    excess_[v] -= flow;
    for (int j = 0, u = v; j < length; ++j) {
      int const to = arcs_.head(u, path[j]);
      residual(path[j], u) -= flow;
      residual(arcs_.reverse(path[j]), to) += flow;
      u = to;
    }
    return true;
  }

  label_energy const& energy_;
  layered_arcs arcs_;
  int layers_, nodes_, kinds_;
  std::int32_t *residual_, *excess_, *level_, *next_, *queue_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
