// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/region/detail/puzzle/cell_flow.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Writes the labels of the minimum of an energy with any unary terms, at index 16 y + x, by one minimum cut of the
/// layered graph (Ishikawa, IEEE TPAMI 2003): node (a, i) says that the label of cell i is greater than a. The result
/// is the pointwise smallest of all optima. The grid has at most 4 `Words` rows; `Layers` = L - 1, or 0 where it is
/// known at run time.
///   (l_i - l_j)^2 = sum_a |x_ai - x_aj| + 2 sum_(b < a) ([x_ai = 1, x_bj = 0] + [x_aj = 1, x_bi = 0])
template <int Words, int Layers>
void layered_labels(label_energy const& energy, std::uint8_t* label, std::byte* scratch) noexcept {
  using flow_type = cell_flow<Words, Layers>;
  constexpr int pitch = label_energy::pitch;
  constexpr std::int32_t unlimited = std::int32_t{1} << 30;
  int const layers = Layers > 0 ? Layers : energy.labels - 1;
  std::int32_t const scale = layers * layers;
  flow_type flow(layers, scratch);
  for (int i = 0; i < 64 * Words; ++i) label[i] = 0;
  energy.each_cell([&](int i) {
    int const y = i / pitch, x = i % pitch;
    std::int32_t const weight[4] = {x + 1 < energy.width ? energy.right[i] : 0, x > 0 ? energy.right[i - 1] : 0,
                                    y + 1 < energy.height ? energy.down[i] : 0, y > 0 ? energy.down[i - pitch] : 0};
    for (int a = 0; a < layers; ++a) {
      int const v = a * flow_type::layer + i;
      flow.excess(v) = scale * (energy.unary[a + 1][i] - energy.unary[a][i]);
      for (int s = 0; s < 4; ++s) {
        flow.open(s, 0, v, weight[s]);
        for (int up = 1; a + up < layers; ++up) flow.open(s, up, v, 2 * weight[s]);
      }
      if (a + 1 < layers) flow.open(flow_type::straight, 1, v, unlimited);
    }
  });
  flow.find_signs();
  flow.cut();
  flow.each_reached([&](int v) { ++label[v % flow_type::layer]; });
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
