// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// An energy of labels on a grid of cells, in integers:
///   E(l) = (L - 1)^2 sum_i unary[l_i][i] + sum_ij weight_ij (l_i - l_j)^2,   l_i = 0, ..., L - 1,
/// over neighbouring cells i, j (right and down). The grid has at most 16 x 16 cells. Cell (y, x) has the index 16 y +
/// x, whatever the size, so that neighbours differ by 1 and 16, and a set of cells is 16 bits for each row.
struct label_energy {
  static constexpr int pitch = 16, cells = 256, most_labels = 8;
  /// Bound of the sum of the unary terms' steps, each times (L - 1)^2, and of a weight, that solvers can hold.
  static constexpr std::int64_t most = std::int64_t{1} << 30, most_weight = std::int64_t{1} << 28;

  int height = 1, width = 1, labels = 2;
  std::int32_t unary[most_labels][cells];
  std::int32_t right[cells], down[cells];  ///< weights >= 0 to the neighbour on the right and below; 0 at the border

  MIXAUG_HD_AS_ARGUMENT
  template <class Act>
  MIXAUG_HD void each_cell(Act const& act) const {
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) act(y * pitch + x);
  }
  std::int64_t of(std::uint8_t const* label) const noexcept {
    std::int64_t sum = 0;
    each_cell([&](int i) { sum += at(i, label); });
    return sum;
  }
  /// The terms of one cell, and of its edges to the right and down.
  MIXAUG_HD std::int64_t at(int i, std::uint8_t const* label) const noexcept {
    std::int64_t const scale = std::int64_t{labels - 1} * (labels - 1);
    std::int64_t sum = scale * unary[label[i]][i];
    if (i % pitch + 1 < width) sum += pair(right[i], label[i], label[i + 1]);
    if (i / pitch + 1 < height) sum += pair(down[i], label[i], label[i + pitch]);
    return sum;
  }
  /// True if the unary terms of every cell are convex in the label.
  bool convex() const noexcept {
    bool all = true;
    each_cell([&](int i) { all = all && convex_at(i); });
    return all;
  }
  MIXAUG_HD bool convex_at(int i) const noexcept {
    for (int l = 1; l + 1 < labels; ++l)
      if (std::int64_t{unary[l - 1][i]} - 2 * std::int64_t{unary[l][i]} + unary[l + 1][i] < 0) return false;
    return true;
  }
  /// True if no partial sum of a solver leaves 32 bits; `swaps`: of the solver by swaps, which adds edges to unary
  /// terms.
  bool bounded(bool swaps = false) const noexcept {
    std::int64_t sum = 0;
    std::int64_t const scale = std::int64_t{labels - 1} * (labels - 1);
    bool inside = true;
    each_cell([&](int i) {
      std::int64_t largest = 0;
      for (int l = 0; l + 1 < labels; ++l) {
        std::int64_t const step = std::int64_t{unary[l + 1][i]} - unary[l][i];
        largest += step < 0 ? -step : step;
      }
      sum += scale * largest;
      if (swaps) sum += 4 * scale * (std::int64_t{right[i]} + down[i]);
      inside = inside && sum < most && right[i] < most_weight && down[i] < most_weight;
    });
    return inside;
  }

 private:
  MIXAUG_HD static std::int64_t pair(std::int32_t weight, int a, int b) noexcept {
    std::int64_t const d = a - b;
    return weight * d * d;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
