// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/step_team.hpp>
#include <mixaug/region/detail/puzzle/layered_arcs.hpp>

MIXAUG_EXACT_BEGIN

/// The solvers of least_labels.hpp and swap_labels.hpp for a team (backend/detail/step_team.hpp), a thread a cell.
/// Their results are unique, and so the same bits as those of the host.
namespace mixaug::detail {

/// The neighbour of a cell in direction k: right, left, down, up; -1 = none.
MIXAUG_HD inline int neighbour_of(label_energy const& energy, int i, int k) noexcept {
  constexpr int pitch = label_energy::pitch;
  int const at = k < 2 ? i % pitch : i / pitch, size = k < 2 ? energy.width : energy.height;
  bool const none = k % 2 == 0 ? at + 1 >= size : at == 0;
  return none ? -1 : i + layered_arcs::offset(k);
}
/// The weight of the edge between a cell and its neighbour in direction k; 0 if there is none.
MIXAUG_HD inline std::int32_t weight_towards(label_energy const& energy, int i, int k) noexcept {
  int const j = neighbour_of(energy, i, k);
  std::int32_t const* const weight = k < 2 ? energy.right : energy.down;
  return j < 0 ? 0 : weight[k % 2 == 0 ? i : j];
}
MIXAUG_HD inline bool in_grid(label_energy const& energy, int i) noexcept {
  return i / label_energy::pitch < energy.height && i % label_energy::pitch < energy.width;
}

/// Arcs between neighbouring cells, which are the nodes; all words of 32 that hold the rows of the grid.
struct grid_arcs {
  int height;
  MIXAUG_HD constexpr int kinds() const noexcept { return 4; }
  MIXAUG_HD constexpr int nodes() const noexcept { return (height + 1) / 2 * 32; }
  MIXAUG_HD constexpr int reverse(int k) const noexcept { return k ^ 1; }
  MIXAUG_HD constexpr int head(int v, int k) const noexcept { return v + layered_arcs::offset(k); }
};

/// Memory of team_cut for a number of nodes and of kinds of arcs. excess[v] > 0 is the cost of raising node v, < 0 its
/// gain; residual(k, v) is the cost that remains where v stays and the node at the head of its arc of kind k is raised.
struct cut_memory {
  std::int32_t *excess, *residual, *flow;
  std::int16_t* level;  ///< distance to the nodes of gain; -1 = none
  std::uint32_t *front[2], *cost;

  MIXAUG_HD static constexpr std::size_t bytes(int nodes, int kinds) noexcept {
    return static_cast<std::size_t>(nodes) * (4 + 8 * static_cast<std::size_t>(kinds) + 2) +
           static_cast<std::size_t>(nodes / 32 * 3) * 4;
  }
  MIXAUG_HD cut_memory(std::byte* memory, int nodes, int kinds) noexcept
      : excess(reinterpret_cast<std::int32_t*>(memory)),
        residual(excess + nodes),
        flow(residual + nodes * kinds),
        level(reinterpret_cast<std::int16_t*>(flow + nodes * kinds)) {
    front[0] = reinterpret_cast<std::uint32_t*>(level + nodes);
    front[1] = front[0] + nodes / 32;
    cost = front[1] + nodes / 32;
  }
};

/// A minimum cut by push-relabel in waves, as in raise_labels: a sweep over all nodes finds each level, and every level
/// pushes its cost one level down, from the highest on.
template <class Team, class Arcs>
class team_cut {
  static constexpr int none = -1, most_words = label_energy::cells * (label_energy::most_labels - 1) / 32;

 public:
  MIXAUG_HD team_cut(Team const& t, Arcs const& a, cut_memory const& memory) noexcept
      : team(t), arcs(a), m(memory), nodes(a.nodes()), kinds(a.kinds()) {}

  /// Finds the smallest set of nodes whose raising lowers the energy most, those with a level; false if it is empty.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD bool operator()() const noexcept {
    for (;;) {
      bool met = false;
      int const levels = find_levels(met);
      if (!met) return levels > 0;
      for (int level = levels - 1; level > 0; --level)
        if (team.any(nodes, [&](int v) { return push(v, level); })) team.each(nodes, [&](int v) { take(v, level); });
    }
  }
  MIXAUG_HD bool raised(int v) const noexcept { return m.level[v] != none; }
  MIXAUG_HD std::int32_t& residual(int k, int v) const noexcept { return m.residual[k * nodes + v]; }

 private:
  /// Returns the number of levels. Where there is cost, and all of it is reached, the search may stop; `met`: some of
  /// it is reached.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD int find_levels(bool& met) const noexcept {
    bool const cost = team.mark(
        nodes, [&](int v) { return m.excess[v] > 0; }, m.cost);
    bool found = team.mark(
        nodes, [&](int v) { return begin(v); }, m.front[0]);
    int const words = nodes / 32;
    std::uint32_t outside[most_words];
    for (int w = 0; w < words; ++w) outside[w] = m.cost[w];
    for (int level = 1; found; ++level) {
      std::uint32_t const* const last = m.front[(level - 1) % 2];
      std::uint32_t* const next = m.front[level % 2];
      found = team.mark(
          nodes, [&](int v) { return reach(v, level, last); }, next);
      if (!found) return level;
      std::uint32_t left = 0;
      for (int w = 0; w < words; ++w) {
        met = met || (outside[w] & next[w]) != 0;
        outside[w] &= ~next[w];
        left |= outside[w];
      }
      if (cost && left == 0) return level + 1;
    }
    return 0;
  }
  MIXAUG_HD bool begin(int v) const noexcept {
    bool const gain = m.excess[v] < 0;
    m.level[v] = gain ? 0 : none;
    return gain;
  }
  /// True if a node without a level has one now: an open arc leads to a node of `last`.
  MIXAUG_HD bool reach(int v, int level, std::uint32_t const* last) const noexcept {
    if (m.level[v] != none) return false;
    for (int k = 0; k < kinds; ++k) {
      if (residual(k, v) <= 0) continue;
      int const u = arcs.head(v, k);
      if ((last[u / 32] >> (u % 32) & 1u) == 0) continue;
      m.level[v] = static_cast<std::int16_t>(level);
      return true;
    }
    return false;
  }
  /// Sends the cost of a node one level down, into the flows of its arcs; true if it had some.
  MIXAUG_HD bool push(int v, int level) const noexcept {
    if (m.level[v] != level) return false;
    std::int32_t const cost = m.excess[v];
    std::int32_t rest = cost;
    for (int k = 0; k < kinds; ++k) {
      std::int32_t const open = residual(k, v);
      bool const down = rest > 0 && open > 0 && m.level[arcs.head(v, k)] == level - 1;
      std::int32_t const sent = !down ? 0 : rest < open ? rest : open;
      m.flow[k * nodes + v] = sent;
      if (!down) continue;
      residual(k, v) = open - sent;
      rest -= sent;
    }
    m.excess[v] = rest;
    return cost > 0;
  }
  /// Takes what the nodes of a level have sent to a node below.
  MIXAUG_HD void take(int u, int level) const noexcept {
    if (m.level[u] != level - 1) return;
    for (int k = 0; k < kinds; ++k) {
      int const v = arcs.head(u, k);
      if (v < 0 || v >= nodes || m.level[v] != level) continue;
      std::int32_t const sent = m.flow[arcs.reverse(k) * nodes + v];
      m.excess[u] += sent;
      residual(k, u) += sent;
    }
  }

  Team team;
  Arcs arcs;
  cut_memory m;
  int nodes, kinds;
};

/// raise_labels, for convex unary terms.
template <class Team>
class team_raise {
  static constexpr int cells = label_energy::cells;

 public:
  static constexpr std::size_t bytes() noexcept { return cut_memory::bytes(cells, 4); }
  MIXAUG_HD team_raise(Team const& t, label_energy const& e, std::byte* memory) noexcept
      : team(t), energy(e), m(memory, grid_arcs{e.height}.nodes(), 4), cut(t, grid_arcs{e.height}, m) {}

  /// Writes the labels, at index 16 y + x.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD void operator()(std::uint8_t* label) const noexcept {
    int const nodes = grid_arcs{energy.height}.nodes();
    team.each(cells, [&](int i) {
      label[i] = 0;
      if (i < nodes) start(i);
    });
    for (int raised = 1; cut(); ++raised) {
      bool const last = raised == energy.labels - 1;
      team.each(nodes, [&](int i) { raise(i, last, label); });
      if (last) return;
    }
  }

 private:
  MIXAUG_HD std::int32_t scale() const noexcept { return (energy.labels - 1) * (energy.labels - 1); }
  MIXAUG_HD void start(int i) const noexcept {
    bool const inside = in_grid(energy, i);
    m.excess[i] = inside ? scale() * (energy.unary[1][i] - energy.unary[0][i]) : 0;
    for (int k = 0; k < 4; ++k) cut.residual(k, i) = inside ? weight_towards(energy, i, k) : 0;
  }
  /// Raises a cell of the cut; turns the arcs of another one to neighbours that are raised: what was full is open twice
  /// as far, and the reverse is closed.
  MIXAUG_HD void raise(int i, bool last, std::uint8_t* label) const noexcept {
    if (!in_grid(energy, i)) return;
    if (cut.raised(i)) {
      int const l = ++label[i];
      if (!last) m.excess[i] += scale() * (energy.unary[l + 1][i] - 2 * energy.unary[l][i] + energy.unary[l - 1][i]);
      return;
    }
    for (int k = 0; k < 4; ++k) {
      int const j = neighbour_of(energy, i, k);
      if (j < 0 || !cut.raised(j)) continue;
      cut.residual(k, i) = cut.residual(k ^ 1, j);
      cut.residual(k ^ 1, j) = 0;
    }
  }

  Team team;
  label_energy const& energy;
  cut_memory m;
  team_cut<Team, grid_arcs> cut;
};

/// layered_labels, for any unary terms.
template <class Team>
class team_layered {
  static constexpr int cells = label_energy::cells;

 public:
  static constexpr std::size_t bytes(int labels) noexcept {
    return cut_memory::bytes(layered_arcs::nodes_of(labels), layered_arcs::kinds_of(labels));
  }
  MIXAUG_HD team_layered(Team const& t, label_energy const& e, std::byte* memory) noexcept
      : team(t), energy(e), arcs{e.labels}, m(memory, arcs.nodes(), arcs.kinds()), cut(t, arcs, m) {}

  /// Writes the labels, at index 16 y + x.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD void operator()(std::uint8_t* label) const noexcept {
    team.each(arcs.nodes(), [&](int v) { start(v); });
    bool const any = cut();
    team.each(cells, [&](int i) {
      int raised = 0;
      for (int v = i; v < arcs.nodes() && any; v += cells) raised += cut.raised(v) ? 1 : 0;
      label[i] = static_cast<std::uint8_t>(raised);
    });
  }

 private:
  static constexpr std::int32_t unlimited = std::int32_t{1} << 30;

  MIXAUG_HD void start(int v) const noexcept {
    int const a = v / cells, i = v % cells, layers = energy.labels - 1;
    for (int k = 0; k < arcs.kinds(); ++k) cut.residual(k, v) = 0;
    m.excess[v] = 0;
    if (!in_grid(energy, i)) return;
    m.excess[v] = layers * layers * (energy.unary[a + 1][i] - energy.unary[a][i]);
    for (int s = 0; s < 4; ++s) {
      std::int32_t const weight = weight_towards(energy, i, s);
      cut.residual(s, v) = weight;
      for (int d = 1; a + d < layers; ++d) cut.residual(4 + 8 * (d - 1) + 2 * s, v) = 2 * weight;
    }
    if (a + 1 < layers) cut.residual(arcs.kinds() - 2, v) = unlimited;
  }

  Team team;
  label_energy const& energy;
  layered_arcs arcs;
  cut_memory m;
  team_cut<Team, layered_arcs> cut;
};

/// Writes the labels of the minimum of an energy, the pointwise smallest of all optima, at index 16 y + x of `label`
/// (256). Takes the memory of team_raise, and that of team_layered for unary terms that are not convex.
MIXAUG_HD_AS_ARGUMENT
template <class Team>
MIXAUG_HD void team_least_labels(Team const& team, label_energy const& energy, std::byte* raise, std::byte* layered,
                                 std::uint8_t* label) noexcept {
  if (team.any(label_energy::cells, [&](int i) { return in_grid(energy, i) && !energy.convex_at(i); }))
    team_layered<Team>(team, energy, layered)(label);
  else
    team_raise<Team>(team, energy, raise)(label);
}

/// Memory of team_swaps.
struct swap_memory {
  label_energy pair;
  std::uint8_t found[label_energy::cells];
  alignas(4) std::byte raise[cut_memory::bytes(label_energy::cells, 4)];
};

/// swap_labels.
template <class Team>
class team_swaps {
  static constexpr int cells = label_energy::cells;

 public:
  MIXAUG_HD team_swaps(Team const& t, label_energy const& e, swap_memory& memory) noexcept
      : team(t), energy(e), m(memory) {}

  /// Writes the labels, at index 16 y + x.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD void operator()(std::uint8_t* label) const noexcept {
    team.each(cells, [&](int i) { label[i] = 0; });
    for (std::int64_t before = value(label);;) {
      for (int low = 0; low < energy.labels; ++low)
        for (int high = energy.labels - 1; high > low; --high) swap(low, high, label);
      std::int64_t const now = value(label);
      if (now >= before) return;
      before = now;
    }
  }

 private:
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD std::int64_t value(std::uint8_t const* label) const noexcept {
    return team.sum(cells, [&](int i) { return in_grid(energy, i) ? energy.at(i, label) : std::int64_t{0}; });
  }
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD void swap(int low, int high, std::uint8_t* label) const noexcept {
    team.once([&] {
      m.pair.height = energy.height;
      m.pair.width = energy.width;
      m.pair.labels = 2;
    });
    team.each(cells, [&](int i) {
      if (in_grid(energy, i)) join(i, low, high, label);
    });
    team_raise<Team>(team, m.pair, m.raise)(m.found);
    team.each(cells, [&](int i) {
      if (in_grid(energy, i) && (label[i] == low || label[i] == high))
        label[i] = static_cast<std::uint8_t>(m.found[i] != 0 ? high : low);
    });
  }
  /// Writes the terms of cell i: an edge between two cells with one of the two labels keeps its weight, one to a cell
  /// of a third label is a term of the cell.
  MIXAUG_HD void join(int i, int low, int high, std::uint8_t const* label) const noexcept {
    std::int32_t const last = energy.labels - 1, scale = last * last, step = (high - low) * (high - low);
    bool const free = label[i] == low || label[i] == high;
    std::int32_t cost[2] = {0, free ? scale * (energy.unary[high][i] - energy.unary[low][i]) : 0};
    m.pair.right[i] = m.pair.down[i] = 0;
    for (int k = 0; k < 4 && free; ++k) {
      int const j = neighbour_of(energy, i, k);
      if (j < 0) continue;
      std::int32_t const weight = weight_towards(energy, i, k);
      if (label[j] == low || label[j] == high) {
        if (k == 0) m.pair.right[i] = weight * step;
        if (k == 2) m.pair.down[i] = weight * step;
      } else {
        cost[0] += weight * (low - label[j]) * (low - label[j]);
        cost[1] += weight * (high - label[j]) * (high - label[j]);
      }
    }
    m.pair.unary[0][i] = cost[0];
    m.pair.unary[1][i] = cost[1];
  }

  Team team;
  label_energy const& energy;
  swap_memory& m;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
