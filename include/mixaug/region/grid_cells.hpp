// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/detail/cut_axes.hpp>
#include <mixaug/region/kind/cells.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::region {

/// Each of n cells along each axis longer than one pixel, N in all, is from the sample or from its partner:
/// round(lambda N) cells, halves up, are the sample's, every choice of them equally likely (GridMix, Baek, Bang and
/// Shim, Pattern Recognition 2021). Errors: a batch without spatial extents or of single pixels, n outside 1 to the
/// shortest such axis, more than 4096 cells.
struct grid_cells {
  index_t n = 4;

  using kind = mixaug::kind::cells;

  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const& draw) const noexcept {
    kind::sides const grid = grid_of(row.shape);
    index_t const all = grid.count();
    auto own = static_cast<index_t>(static_cast<double>(row.ratio) * static_cast<double>(all) + 0.5);
    columns.grid[row.row] = grid;
    // Selection sampling (Knuth, TAOCP 3.4.2 S): cell k is one of the `own` cells that remain to be
    // chosen from cell k on.
    for (index_t k = 0; k < all; ++k) {
      bool const chosen = draw.below(all - k, static_cast<std::uint32_t>(k)) < own;
      columns.set(row.row, k, chosen);
      own -= chosen ? 1 : 0;
    }
  }

  kind::layout layout(plan_shape const& s) const noexcept { return {grid_of(s).count()}; }
  bool moves() const noexcept { return false; }
  bool blends() const noexcept { return false; }
  template <class In>
  void read(In const&, space) noexcept {}
  void check(plan_shape const& s) const {
    detail::check_cut_axes("region::grid_cells", s);
    index_t all = 1;
    for (index_t size : s.size) {
      if (size == 1) continue;
      if (n < 1 || n > size)
        detail::fail("region::grid_cells's n", detail::text(n),
                     "1 to " + detail::text(size) + " cells along an axis of " + detail::text(size) + " pixels");
      all = detail::saturating_multiply(all, n);
    }
    if (all > kind::most)
      detail::fail("region::grid_cells's n", detail::text(n),
                   "at most " + detail::text(kind::most) + " cells in all, not " + detail::text(all));
  }

 private:
  kind::sides grid_of(plan_shape const& s) const noexcept {
    kind::sides grid;
    for (int d = 0; d < 3; ++d)
      if (s.size[d] > 1) grid.n[d] = static_cast<std::int32_t>(n);
    return grid;
  }
};

}  // namespace mixaug::region

MIXAUG_EXACT_END
