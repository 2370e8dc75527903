// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta.hpp>
#include <mixaug/region/grid_cells.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// GridMix (Baek, Bang and Shim, Pattern Recognition 2021): the image is divided into n x n cells; round(lambda n^2) of
/// them, chosen uniformly, are the sample's, the others are the partner's, at the same place. lambda ~ Beta(alpha,
/// alpha). Labels follow the true share, the exact mean over the pixels, also if sides are not multiples of n. An axis
/// of one pixel has one cell. The paper's local loss, which predicts each cell's own class, is left to the trainer: the
/// labels of the cells are id masks that the plan mixes at n x n (rescaled). Default: one lambda for each sample;
/// mode::batch draws one grid for the batch. Errors: alpha <= 0, prob outside [0, 1], n outside 1 to the shortest axis,
/// more than 4096 cells, a batch without spatial extents or of single pixels.
struct gridmix {
  float alpha = 1.0f;
  index_t n = 4;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    return recipe{pairing::shuffle{}, ratio::beta{alpha}, region::grid_cells{n},
                  blend::mix{},       label::by_share{},  when{mode, prob}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
