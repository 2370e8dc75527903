// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The loop by which the published code of PuzzleMix assigns cells, for comparison, on the integers of cell_assignment:
/// in each of `side` rounds every cell proposes to its cheapest destination, the first of equals. A destination takes
/// the lowest of the costs of its proposals and of zeros in the place of the cells that made it none, the first of
/// equals; so it is left alone where no cost is below 0. A proposal that is not taken costs 2^24, the sum of all
/// masses, more from then on. The last round counts.
///
/// The result need not be a permutation: a cell that no destination takes is not shown, and where the code leaves a
/// destination black, this one shows its own cell.
class cell_proposals {
  static constexpr int most = 256, none = -1;
  static constexpr std::int32_t refusal = std::int32_t{1} << 24;

 public:
  /// Writes the cell that each destination shows, row by row. `mass` >= 0, side <= 16.
  MIXAUG_HD void operator()(int side, std::int32_t unit, std::int32_t const* mass, std::uint8_t const* wanted,
                            std::int16_t* shown) noexcept {
    int const cells = side * side;
    for (int i = 0; i < cells; ++i) {
      for (int j = 0; j < cells; ++j) {
        std::int32_t const dy = j / side - i / side, dx = j % side - i % side;
        cost_[i][j] = unit * (dy * dy + dx * dx) - (wanted[j] != 0 ? mass[i] : 0);
      }
      propose(i, cells);
    }
    for (int round = 0; round < side; ++round) {
      resolve(cells);
      if (round == side - 1) break;
      for (int i = 0; i < cells; ++i) {
        int const j = proposal_[i];
        if (taken_[j] == i) continue;
        cost_[i][j] += refusal;
        propose(i, cells);
      }
    }
    for (int j = 0; j < cells; ++j) shown[j] = static_cast<std::int16_t>(taken_[j] == none ? j : taken_[j]);
  }

 private:
  MIXAUG_HD void propose(int i, int cells) noexcept {
    int best = 0;
    for (int j = 1; j < cells; ++j)
      if (cost_[i][j] < cost_[i][best]) best = j;
    proposal_[i] = best;
  }

  /// Finds the cell that each destination takes.
  MIXAUG_HD void resolve(int cells) noexcept {
    int silent[most] = {};  // the first cell that does not propose to a destination
    for (int j = 0; j < cells; ++j) taken_[j] = none;
    for (int i = 0; i < cells; ++i) {
      int const j = proposal_[i];
      if (taken_[j] == none || cost_[i][j] < cost_[taken_[j]][j]) taken_[j] = i;
      if (silent[j] == i) ++silent[j];
    }
    for (int j = 0; j < cells; ++j) {
      int const i = taken_[j];
      if (i == none || cost_[i][j] < 0) continue;
      if (cost_[i][j] > 0 || silent[j] < i) taken_[j] = none;
    }
  }

  std::int32_t cost_[most][most];
  int proposal_[most], taken_[most];
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
