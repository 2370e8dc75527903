// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/step_team.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Memory of team_assignment, of which the caller writes `mass` and `wanted` of every cell.
struct assignment_memory {
  static constexpr int pitch = 16, cells = pitch * pitch, words = cells / 32;
  std::int32_t mass[cells];                      ///< >= 0
  std::int32_t wanted[cells];                    ///< -1: a destination that is wanted; else 0
  std::int16_t row_of[cells], column_of[cells];  ///< the cell that a destination shows, and where a cell goes
  std::int32_t step[2 * pitch];                  ///< unit d^2 at d + 15
  std::int32_t price[cells], distance[cells];    ///< of destinations; a distance that is settled is -1 - distance
  std::int16_t from[cells];                      ///< the cell, or the destination, before this one on a path
  std::uint8_t seen[cells];
  std::uint32_t tight[cells][words], front[2][words];
};

/// cell_assignment for a team (step_team.hpp), a thread a destination; the optimum that it defines is unique, and so
/// the same as that of the host. Cell (y, x) has the index 16 y + x, whatever the side.
template <class Team>
class team_assignment {
  static constexpr int pitch = assignment_memory::pitch, cells = assignment_memory::cells;
  static constexpr int words = assignment_memory::words, none = -1;
  static constexpr std::int32_t unreached = std::int32_t{1} << 30;
  static constexpr std::uint64_t no_rank = ~std::uint64_t{0};

 public:
  MIXAUG_HD team_assignment(Team const& t, int side_, std::int32_t unit_, assignment_memory& memory) noexcept
      : team(t), side(side_), unit(unit_), m(memory) {}

  /// Leaves the assignment in row_of and column_of.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD void operator()() const noexcept {
    team.each(cells, [&](int j) { start(j); });
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        if (m.column_of[y * pitch + x] == none) augment(y * pitch + x);
    team.each(cells, [&](int i) { find_tight(i); });
    lower();
  }

 private:
  MIXAUG_HD bool inside(int j) const noexcept { return j / pitch < side && j % pitch < side; }
  MIXAUG_HD std::int32_t cost(int i, int j) const noexcept {
    int const dy = j / pitch - i / pitch, dx = j % pitch - i % pitch;
    return m.step[dy + pitch - 1] + m.step[dx + pitch - 1] - (m.mass[i] & m.wanted[j]);
  }
  /// A cell whose gain cannot exceed one step stays.
  MIXAUG_HD void start(int j) const noexcept {
    bool const stays = inside(j) && (m.wanted[j] != 0 || m.mass[j] <= unit);
    m.row_of[j] = m.column_of[j] = static_cast<std::int16_t>(stays ? j : none);
    m.price[j] = 0;
    if (int const d = j - pitch + 1; j < 2 * pitch) m.step[j] = d < side && -d < side ? unit * d * d : 0;
  }
  /// Assigns a cell by a shortest path of reduced costs (Dijkstra) to a free destination.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD void augment(int start_of_path) const noexcept {
    team.each(cells, [&](int j) { m.distance[j] = unreached; });
    int row = start_of_path, column = none;
    std::int32_t nearest = 0, base = m.mass[row];  // so that no distance is negative
    for (;;) {
      std::uint64_t const best = team.least(cells, [&](int j) { return relax(j, row, base, column, nearest); });
      column = static_cast<int>(best & 0xFFFFFFFFu);
      nearest = static_cast<std::int32_t>(best >> 32);
      if (m.row_of[column] == none) break;
      row = m.row_of[column];
      base = nearest - (cost(row, column) - m.price[column]);
    }
    team.each(cells, [&](int j) {
      if (m.distance[j] < 0) m.price[j] += -1 - m.distance[j] - nearest;
    });
    team.once([&] {
      for (int j = column;;) {
        int const i = m.from[j], next = m.column_of[i];
        m.row_of[j] = static_cast<std::int16_t>(i);
        m.column_of[i] = static_cast<std::int16_t>(j);
        if (i == start_of_path) return;
        j = next;
      }
    });
  }
  /// Lowers the distance of destination j by its edge from `row`, and returns its rank, distance first; none if it is
  /// settled, as `settled` is from now on.
  MIXAUG_HD std::uint64_t relax(int j, int row, std::int32_t base, int settled, std::int32_t nearest) const noexcept {
    if (!inside(j)) return no_rank;
    if (j == settled) m.distance[j] = -1 - nearest;
    if (m.distance[j] < 0) return no_rank;
    std::int32_t const through = base + cost(row, j) - m.price[j];
    if (through < m.distance[j]) {
      m.distance[j] = through;
      m.from[j] = static_cast<std::int16_t>(row);
    }
    return static_cast<std::uint64_t>(m.distance[j]) << 32 | static_cast<std::uint64_t>(j);
  }
  /// Writes the set of the destinations to which cell i has an edge without reduced cost.
  MIXAUG_HD void find_tight(int i) const noexcept {
    for (std::uint32_t& w : m.tight[i]) w = 0;
    if (!inside(i)) return;
    int const own_column = m.column_of[i];
    // A cell that stays, and would lose elsewhere, has no other edge.
    if (unit > 0 && own_column == i && m.price[i] == 0 && (m.wanted[i] != 0 || m.mass[i] < unit)) {
      m.tight[i][i / 32] = std::uint32_t{1} << (i % 32);
      return;
    }
    std::int32_t const own = cost(i, own_column) - m.price[own_column];
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        int const j = y * pitch + x;
        if (cost(i, j) - m.price[j] == own) m.tight[i][j / 32] |= std::uint32_t{1} << (j % 32);
      }
  }
  /// Makes the optimum lexicographically smallest: each cell in turn takes the first destination that an alternating
  /// cycle of edges without reduced cost, through destinations of later cells, frees for it.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD void lower() const noexcept {
    std::uint32_t open[words];  // destinations of this cell and of later ones
    for (int w = 0; w < words; ++w) open[w] = w < (side + 1) / 2 ? ~0u : 0u;
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        int const i = y * pitch + x, goal = m.column_of[i];
        bool earlier = false;
        for (int w = 0; w <= goal / 32; ++w) {
          std::uint32_t const before = w < goal / 32 ? ~0u : (std::uint32_t{1} << (goal % 32)) - 1;
          earlier = earlier || (m.tight[i][w] & open[w] & before) != 0;
        }
        if (earlier) rotate(i, goal, open);
        int const taken = m.column_of[i];
        open[taken / 32] &= ~(std::uint32_t{1} << (taken % 32));
      }
  }
  MIXAUG_HD static bool holds(std::uint32_t const* set, int j) noexcept { return (set[j / 32] >> (j % 32) & 1u) != 0; }
  /// Moves cell i to the first destination from which the cells can pass on to `goal`, which i leaves.
  MIXAUG_HD_AS_ARGUMENT
  MIXAUG_HD void rotate(int i, int goal, std::uint32_t const* open) const noexcept {
    bool found = team.mark(
        cells,
        [&](int j) {
          m.seen[j] = j == goal ? 1 : 0;
          return j == goal;
        },
        m.front[0]);
    for (int turn = 0; found; turn ^= 1)
      found = team.mark(
          cells, [&](int j) { return passes_on(j, m.front[turn], open); }, m.front[turn ^ 1]);
    std::uint64_t const first = team.least(cells, [&](int j) {
      return j < goal && m.seen[j] != 0 && holds(m.tight[i], j) ? static_cast<std::uint64_t>(j) : no_rank;
    });
    if (first == no_rank) return;
    team.once([&] {
      int row = i;
      for (int column = static_cast<int>(first);; column = m.from[column]) {
        int const next = m.row_of[column];
        m.row_of[column] = static_cast<std::int16_t>(row);
        m.column_of[row] = static_cast<std::int16_t>(column);
        if (column == goal) return;
        row = next;
      }
    });
  }
  /// True if destination j is seen now: its cell has an edge to a destination of `front`, which is kept in `from`.
  MIXAUG_HD bool passes_on(int j, std::uint32_t const* front, std::uint32_t const* open) const noexcept {
    if (!inside(j) || m.seen[j] != 0 || !holds(open, j)) return false;
    std::uint32_t const* const edges = m.tight[m.row_of[j]];
    for (int w = 0; w < words; ++w) {
      std::uint32_t const hit = edges[w] & front[w];
      if (hit == 0) continue;
      int bit = 0;
      while ((hit >> bit & 1u) == 0) ++bit;
      m.from[j] = static_cast<std::int16_t>(32 * w + bit);
      m.seen[j] = 1;
      return true;
    }
    return false;
  }

  Team team;
  int side;
  std::int32_t unit;
  assignment_memory& m;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
