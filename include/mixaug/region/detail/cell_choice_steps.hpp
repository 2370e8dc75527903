// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/step_memory.hpp>
#include <mixaug/plan/detail/device_score_stage.hpp>
#include <mixaug/region/top_cells.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Chooses the cells of the largest mean scores on a device; map k is for row k of the plan. Steps: the mean of each
/// cell; whether fewer than k cells come before it; the words of its bits.
template <class Rule, class Rows, class Columns>
struct cell_choice_steps {
  static constexpr int steps = 3;
  Rule rule;
  Rows rows;  ///< the rows of the plan that are placed
  Columns columns;
  device_maps maps;
  index_t most;  ///< cells of a row, at most

  MIXAUG_HD index_t pixels() const noexcept { return maps.height * maps.width; }
  std::size_t fast_bytes() const noexcept { return 0; }
  std::size_t slow_bytes() const noexcept { return aligned(8 * most) + aligned(most); }
  MIXAUG_HD index_t count(int step) const noexcept { return step < 2 ? most : columns.stride; }
  MIXAUG_HD bool skips(index_t i) const noexcept { return !rows.holds(i) || columns.grid.data[i].count() == 1; }
  MIXAUG_HD void run(int step, index_t i, index_t item, step_memory const& m) const noexcept {
    auto const grid = columns.grid.data[i];
    index_t const all = grid.count();
    auto* const mean = m.global_at<double>(0);
    auto* const chosen = m.global_at<std::uint8_t>(static_cast<std::size_t>((8 * most + 63) / 64 * 64));
    if (step == 0) {
      if (item < all)
        mean[item] = cell_means{maps.of(rows.plan, i, rule.of == side::target), maps.height, maps.width, grid}.of(item);
    } else if (step == 1) {
      if (item >= all) return;
      index_t before = 0;
      for (index_t j = 0; j < all; ++j) before += mean[j] > mean[item] || (mean[j] == mean[item] && j < item) ? 1 : 0;
      chosen[item] = before < rule.count(rows.plan.ratio.data[i], all) ? 1 : 0;
    } else {
      std::uint32_t word = 0;
      for (index_t j = 32 * item; j < 32 * item + 32 && j < all; ++j)
        if ((chosen[j] != 0) == (rule.of == side::target)) word |= 1u << (j % 32);
      columns.bits.data[i * columns.stride + item] = word;
    }
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
