// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/region/detail/puzzle/cell_flow.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Writes the labels of the minimum of an energy with convex unary terms, at index 16 y + x, by steepest ascent
/// (Murota, SIAM J. Discrete Math. 2000): labels start at 0; up to L - 1 times the smallest set of cells whose raising
/// by one label lowers the energy most is found as a minimum cut of the grid, and raised. The result is the pointwise
/// smallest of all optima. The flow of one cut is kept for the next. The grid has at most 4 `Words` rows.
template <int Words>
void raise_labels(label_energy const& energy, std::uint8_t* label, std::byte* scratch) noexcept {
  constexpr int pitch = label_energy::pitch;
  std::int32_t const scale = (energy.labels - 1) * (energy.labels - 1);
  cell_flow<Words, 1> flow(1, scratch);
  for (int i = 0; i < 64 * Words; ++i) label[i] = 0;
  energy.each_cell([&](int i) {
    flow.excess(i) = scale * (energy.unary[1][i] - energy.unary[0][i]);
    if (i % pitch + 1 < energy.width) {
      flow.open(0, 0, i, energy.right[i]);
      flow.open(1, 0, i + 1, energy.right[i]);
    }
    if (i / pitch + 1 < energy.height) {
      flow.open(2, 0, i, energy.down[i]);
      flow.open(3, 0, i + pitch, energy.down[i]);
    }
  });
  for (int raised = 1;; ++raised) {
    flow.find_signs();
    flow.cut();
    bool any = false;
    flow.each_reached([&](int i) {
      ++label[i];
      any = true;
    });
    if (!any || raised == energy.labels - 1) return;
    flow.each_reached([&](int i) {
      int const l = label[i];
      flow.excess(i) += scale * (energy.unary[l + 1][i] - 2 * energy.unary[l][i] + energy.unary[l - 1][i]);
    });
    flow.turn();
  }
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
