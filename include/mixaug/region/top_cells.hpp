// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/detail/cut_axes.hpp>
#include <mixaug/region/kind/cells.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {
template <class Rule, class Rows, class Columns>
struct cell_choice_steps;

/// Sums the scores of a map by cells, in double and in row order, and divides by the pixels of each cell.
/// Along an axis of S scores, the borders of n cells are at floor(k S / n).
struct cell_means {
  float const* map;
  index_t height, width;
  kind::cells::sides grid;

  MIXAUG_HD index_t border(int axis, index_t k) const noexcept {
    return k * (axis == 1 ? height : width) / grid.n[axis];
  }
  MIXAUG_HD double of(index_t cell) const noexcept {
    index_t const row = cell / grid.n[2], column = cell - row * grid.n[2];
    index_t const y0 = border(1, row), y1 = border(1, row + 1), x0 = border(2, column), x1 = border(2, column + 1);
    double sum = 0.0;
    for (index_t y = y0; y < y1; ++y)
      for (index_t x = x0; x < x1; ++x) sum += static_cast<double>(map[y * width + x]);
    return sum / static_cast<double>((y1 - y0) * (x1 - x0));
  }
};

/// Bits of a number >= 0, which order as the numbers do.
MIXAUG_HD inline std::uint64_t order_bits(double v) noexcept {
  std::uint64_t u;
  std::memcpy(&u, &v, sizeof u);
  return u;
}
/// The k-th largest of n numbers >= 0: the largest v such that at least k of them are v or more.
inline std::uint64_t order_statistic(double const* v, index_t n, index_t k) noexcept {
  std::uint64_t found = 0;
  for (int bit = 62; bit >= 0; --bit) {
    std::uint64_t const tried = found | std::uint64_t{1} << bit;
    index_t count = 0;
    for (index_t j = 0; j < n; ++j) count += order_bits(v[j]) >= tried ? 1 : 0;
    if (count >= k) found = tried;
  }
  return found;
}

}  // namespace detail

namespace region {

/// The k cells of a `grid` x `grid` grid where one image has its largest mean scores show that image, and the others
/// show the other one: AttentiveMix (Walawalkar et al., ICASSP 2020, arXiv 2003.13048). `of` says whose cells they are:
/// those of the partner (side::source) are pasted into the sample; those of the sample (side::target) stay, and the
/// rest is the partner's. k is `top_k` or, with k_from_ratio, round(r N), halves up and at least 1, of N cells, where r
/// is the weight of that image: 1 - lambda for the partner, lambda for the sample. Of equal means the lower cell counts
/// as larger. Sums are in double, in row order, so that all backends choose the same cells. An axis of one pixel has
/// one cell. Maps may be coarser than the image, such as features of 7 x 7; each row has its own cells, also where
/// the batch shares its draws.
/// Errors: a batch that is not of images or is of single pixels, a grid outside 1 to the shortest axis longer than one
/// pixel, more than 4096 cells, top_k outside 1 to their number, maps with fewer numbers than cells along an axis.
struct top_cells {
  index_t top_k = 6;
  index_t grid = 7;
  bool k_from_ratio = false;
  side of = side::source;

  using kind = mixaug::kind::cells;
  static constexpr bool joint = false, one_place = false;

  /// Lays out the grid. Until the cells are chosen, one is the partner's where some will be, for the order in which
  /// rows are written in place.
  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const&) const noexcept {
    kind::sides const g = grid_of(row.shape);
    columns.grid[row.row] = g;
    for (index_t k = 1; k < g.count(); ++k) columns.set(row.row, k, true);
    columns.set(row.row, 0, of == side::target && count(row.ratio, g.count()) == g.count());
  }

  kind::layout layout(plan_shape const& s) const noexcept { return {grid_of(s).count()}; }
  bool moves() const noexcept { return false; }
  bool blends() const noexcept { return false; }
  template <class In>
  void read(In const&, space) noexcept {}
  score_needs needs() const noexcept { return {.self = of == side::target, .partner = of == side::source}; }
  bool changes_share() const noexcept { return true; }

  /// Number of chosen cells of a row, of N.
  MIXAUG_HD index_t count(float ratio, index_t all) const noexcept {
    if (!k_from_ratio) return top_k;
    double const part = of == side::source ? 1.0 - static_cast<double>(ratio) : static_cast<double>(ratio);
    auto const k = static_cast<index_t>(detail::fused_sum(part, static_cast<double>(all), 0.5));
    return detail::greater(1, detail::lesser(k, all));
  }

  /// Returns the size of the scratch of place().
  std::size_t bytes(index_t, index_t) const noexcept { return sizeof(double) * static_cast<std::size_t>(kind::most); }
  template <class Columns>
  bool pending(Columns const& columns, index_t row, bool own) const noexcept {
    return own == (of == side::target) && columns.grid[row].count() > 1;
  }
  template <class Columns>
  void place(Columns const& columns, index_t row, score_maps const& maps, std::byte* scratch) const noexcept {
    float const* const map = of == side::source ? maps.partner : maps.self;
    if (map == nullptr) return;
    detail::cell_means const means{map, maps.height, maps.width, columns.grid[row]};
    auto* const mean = reinterpret_cast<double*>(scratch);
    index_t const all = means.grid.count(), k = count(maps.ratio, all);
    for (index_t j = 0; j < all; ++j) mean[j] = means.of(j);
    std::uint64_t const least = detail::order_statistic(mean, all, k);
    index_t equal = k;  // cells of the least chosen mean that are chosen
    for (index_t j = 0; j < all; ++j) equal -= detail::order_bits(mean[j]) > least ? 1 : 0;
    for (index_t j = 0; j < all; ++j) {
      std::uint64_t const v = detail::order_bits(mean[j]);
      bool const chosen = v > least || (v == least && equal-- > 0);
      columns.set(row, j, chosen == (of == side::target));
    }
  }
  /// The same for all rows on a device, in one job.
  template <class Backend, class Columns, class Rows, class Maps, class Scratch>
  void place_on_device(Backend const& be, Columns const& columns, Rows const& rows, Maps const& maps,
                       Scratch& scratch) const {
    be.steps(detail::cell_choice_steps<top_cells, Rows, Columns>{*this, rows, columns, maps, columns.count},
             rows.plan.shape.rows, scratch);
  }

  void check(plan_shape const& s) const {
    if (s.spatial != 2)
      detail::fail("region::top_cells needs images (n, c, h, w), and the batch has " +
                   detail::text(index_t{s.spatial}) +
                   " spatial dimensions; for hidden features, plan on the images and use rescaled(plan, extents)");
    detail::check_cut_axes("region::top_cells", s);
    index_t all = 1;
    for (index_t size : s.size) {
      if (size == 1) continue;
      if (grid < 1 || grid > size)
        detail::fail("region::top_cells's grid", detail::text(grid),
                     "1 to " + detail::text(size) + " cells along an axis of " + detail::text(size) + " pixels");
      all = detail::saturating_multiply(all, grid);
    }
    if (all > kind::most)
      detail::fail("region::top_cells's grid", detail::text(grid),
                   "at most " + detail::text(kind::most) + " cells in all, not " + detail::text(all));
    if (!k_from_ratio && (top_k < 1 || top_k > all))
      detail::fail("region::top_cells's top_k", detail::text(top_k), "1 to " + detail::text(all) + " cells");
  }
  /// Refuses maps of fewer numbers than cells.
  void check_maps(plan_shape const& s, index_t height, index_t width) const {
    kind::sides const g = grid_of(s);
    if (height >= g.n[1] && width >= g.n[2]) return;
    detail::fail("scores", detail::text(height) + " x " + detail::text(width) + " a map",
                 "at least a number for each of the " + detail::text(index_t{g.n[1]}) + " x " +
                     detail::text(index_t{g.n[2]}) + " cells");
  }

 private:
  kind::sides grid_of(plan_shape const& s) const noexcept {
    kind::sides g;
    for (int d = 0; d < 3; ++d)
      if (s.size[d] > 1) g.n[d] = static_cast<std::int32_t>(grid);
    return g;
  }
};

}  // namespace region
}  // namespace mixaug

MIXAUG_EXACT_END
