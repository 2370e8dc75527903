// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta.hpp>
#include <mixaug/region/whole.hpp>

MIXAUG_EXACT_BEGIN

// To add a method: write one file in this room with flat options and stages(), add its plans to tests/support/plans.hpp
// and one line to mixaug.hpp. A new rule is one file in the room of the column that it writes.
namespace mixaug {

/// mixup (Zhang et al., arXiv 1710.09412): x' = lambda x_i + (1 - lambda) x_j, labels likewise. lambda ~ Beta(alpha,
/// alpha) is the weight of the sample itself. Applied to hidden features it is Manifold Mixup (arXiv 1806.05236).
/// Default: one lambda for each sample; the paper draws one for the batch (mode::batch). Batches of any rank. Errors:
/// alpha <= 0 or not finite, prob outside [0, 1].
struct mixup {
  float alpha = 1.0f;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    return recipe{pairing::shuffle{}, ratio::beta{alpha}, region::whole{},
                  blend::mix{},       label::by_share{},  when{mode, prob}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
