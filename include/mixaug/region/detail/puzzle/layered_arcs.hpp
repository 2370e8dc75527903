// SPDX-License-Identifier: MIT
#pragma once
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

}  // namespace mixaug::detail

MIXAUG_EXACT_END
