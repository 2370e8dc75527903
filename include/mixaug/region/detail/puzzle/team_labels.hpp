// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/step_team.hpp>
#include <mixaug/region/detail/puzzle/layered_labels.hpp>

MIXAUG_EXACT_BEGIN

/// The solvers of least_labels.hpp and swap_labels.hpp for a team (backend/detail/step_team.hpp), a thread a cell.
/// Their results are unique, and so the same bits as those of the host.
namespace mixaug::detail {

/// Cells of a grid as items: all of whole words of 32 that hold its rows. Those outside of the grid have no terms.
MIXAUG_HD constexpr int cells_of_rows(int height) noexcept { return (height + 1) / 2 * 32; }

/// The neighbour of a cell in direction k: right, left, down, up; -1 = none.
MIXAUG_HD inline int neighbour_of(label_energy const& energy, int i, int k) noexcept {
  constexpr int pitch = label_energy::pitch;
  int const y = i / pitch, x = i % pitch;
  switch (k) {
    case 0:
      return x + 1 < energy.width ? i + 1 : -1;
    case 1:
      return x > 0 ? i - 1 : -1;
    case 2:
      return y + 1 < energy.height ? i + pitch : -1;
    default:
      return y > 0 ? i - pitch : -1;
  }
}
/// The weight of the edge between a cell and its neighbour j in direction k.
MIXAUG_HD inline std::int32_t weight_between(label_energy const& energy, int i, int j, int k) noexcept {
  std::int32_t const* const weight = k < 2 ? energy.right : energy.down;
  return weight[k % 2 == 0 ? i : j];
}
MIXAUG_HD inline bool in_grid(label_energy const& energy, int i) noexcept {
  return i / label_energy::pitch < energy.height && i % label_energy::pitch < energy.width;
}

/// Memory of team_raise.
struct raise_memory {
  std::int32_t excess[label_energy::cells], residual[4][label_energy::cells];
  std::int16_t level[label_energy::cells];  ///< distance to the cells of gain, -1 = none
  std::uint32_t front[2][8], cost[8];       ///< sets of cells
};

/// raise_labels, for convex unary terms: excess and residuals are those of raise_labels. Levels are found by a sweep
/// over all cells each, and pushed down one by one, in the four directions one after the other.
template <class Team>
class team_raise {
  static constexpr int cells = label_energy::cells, none = -1;

 public:
  MIXAUG_HD team_raise(Team const& t, label_energy const& e, raise_memory& memory) noexcept
      : team(t), energy(e), m(memory), count(cells_of_rows(e.height)) {}

  /// Writes the labels, at index 16 y + x.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD void operator()(std::uint8_t* label) const noexcept {
    std::int32_t const scale = (energy.labels - 1) * (energy.labels - 1);
    team.each(cells, [&](int i) { start(i, scale, label); });
    for (int raised = 1; cut(); ++raised) {
      bool const last = raised == energy.labels - 1;
      team.each(count, [&](int i) { raise(i, scale, last, label); });
      if (last) return;
    }
  }

 private:
  MIXAUG_HD void start(int i, std::int32_t scale, std::uint8_t* label) const noexcept {
    bool const inside = in_grid(energy, i);
    m.excess[i] = inside ? scale * (energy.unary[1][i] - energy.unary[0][i]) : 0;
    for (int k = 0; k < 4; ++k) {
      int const j = inside ? neighbour_of(energy, i, k) : -1;
      m.residual[k][i] = j < 0 ? 0 : weight_between(energy, i, j, k);
    }
    label[i] = 0;
  }
  /// Finds the smallest set of cells whose raising lowers the energy most, those with a level; false if it is empty.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD bool cut() const noexcept {
    for (;;) {
      bool met = false;
      int const levels = find_levels(met);
      if (!met) return levels > 0;
      for (int level = levels - 1; level > 0; --level) {
        if (!team.any(count, [&](int i) { return push(i, level, 0); })) continue;
        for (int k = 1; k < 4; ++k) team.each(count, [&](int i) { push(i, level, k); });
      }
    }
  }
  /// Returns the number of levels. Where there is cost, and all of it is reached, the search may stop; `met`: some of
  /// it is reached.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD int find_levels(bool& met) const noexcept {
    bool const cost = team.mark(
        count, [&](int i) { return m.excess[i] > 0; }, m.cost);
    int levels = 0;
    bool found = team.mark(
        count,
        [&](int i) {
          m.level[i] = m.excess[i] < 0 ? 0 : none;
          return m.level[i] == 0;
        },
        m.front[0]);
    std::uint32_t outside[8];
    for (int w = 0; w < count / 32; ++w) outside[w] = m.cost[w];
    while (found) {
      std::uint32_t const* const last = m.front[levels % 2];
      ++levels;
      std::uint32_t* const next = m.front[levels % 2];
      found = team.mark(
          count,
          [&](int i) {
            if (m.level[i] != none || !leads_to(last, i)) return false;
            m.level[i] = static_cast<std::int16_t>(levels);
            return true;
          },
          next);
      std::uint32_t left = 0;
      for (int w = 0; w < count / 32; ++w) {
        if (found && (outside[w] & next[w]) != 0) met = true;
        outside[w] &= found ? ~next[w] : ~0u;
        left |= outside[w];
      }
      if (found && cost && left == 0) return levels + 1;
    }
    return levels;
  }
  /// True if an arc that is open leads from a cell to one of a set.
  MIXAUG_HD bool leads_to(std::uint32_t const* set, int i) const noexcept {
    for (int k = 0; k < 4; ++k) {
      if (m.residual[k][i] <= 0) continue;
      int const j = i + offset(k);
      if ((set[j / 32] >> (j % 32) & 1u) != 0) return true;
    }
    return false;
  }
  /// Pushes the cost of a cell of a level one level down, in direction k; true if the cell has cost.
  MIXAUG_HD bool push(int i, int level, int k) const noexcept {
    if (m.level[i] != level || m.excess[i] <= 0) return false;
    std::int32_t const open = m.residual[k][i];
    if (open <= 0) return true;
    int const j = i + offset(k);
    if (m.level[j] != level - 1) return true;
    std::int32_t const flow = m.excess[i] < open ? m.excess[i] : open;
    m.excess[i] -= flow;
    m.residual[k][i] -= flow;
    m.residual[k ^ 1][j] += flow;
    m.excess[j] += flow;
    return true;
  }
  /// Raises a cell that has a level; turns the arcs of one that stays to neighbours that are raised.
  MIXAUG_HD void raise(int i, std::int32_t scale, bool last, std::uint8_t* label) const noexcept {
    if (m.level[i] != none) {
      int const l = ++label[i];
      if (!last) m.excess[i] += scale * (energy.unary[l + 1][i] - 2 * energy.unary[l][i] + energy.unary[l - 1][i]);
      return;
    }
    for (int k = 0; k < 4 && in_grid(energy, i); ++k) {
      int const j = neighbour_of(energy, i, k);
      if (j < 0 || m.level[j] == none) continue;
      m.residual[k][i] = m.residual[k ^ 1][j];
      m.residual[k ^ 1][j] = 0;
    }
  }
  MIXAUG_HD static int offset(int k) noexcept {
    int const by = k < 2 ? 1 : label_energy::pitch;
    return k % 2 == 0 ? by : -by;
  }

  Team team;
  label_energy const& energy;
  raise_memory& m;
  int count;
};

/// Writes the labels of the minimum of an energy, the pointwise smallest of all optima, at index 16 y + x of `label`
/// (256). Unary terms that are not convex are for one thread, and for the memory of layered_labels.
MIXAUG_HD_AS_ARGUMENT
template <class Team>
MIXAUG_HD void team_least_labels(Team const& team, label_energy const& energy, raise_memory& memory, std::byte* layered,
                                 std::uint8_t* label) noexcept {
  if (!team.any(label_energy::cells, [&](int i) { return in_grid(energy, i) && !energy.convex_at(i); }))
    return team_raise<Team>(team, energy, memory)(label);
  team.once([&] { layered_labels(energy, layered)(label); });
}

/// Memory of team_swaps.
struct swap_memory {
  label_energy pair;
  raise_memory raise;
  std::uint8_t found[label_energy::cells];
};

/// swap_labels.
template <class Team>
class team_swaps {
  static constexpr int pitch = label_energy::pitch, cells = label_energy::cells;

 public:
  MIXAUG_HD team_swaps(Team const& t, label_energy const& e, swap_memory& memory) noexcept
      : team(t), energy(e), m(memory) {}

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
      std::int32_t const weight = weight_between(energy, i, j, k);
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
