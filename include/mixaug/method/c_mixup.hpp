// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/kernel_in_batch.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta.hpp>
#include <mixaug/region/whole.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// C-Mixup (Yao et al., arXiv 2210.05775): mixup for regression. The partner j of sample i is drawn with probability
/// proportional to exp(-|y_i - y_j|^2 / (2 bandwidth^2)), eq. 6. lambda ~ Beta(alpha, alpha), the weight of the sample
/// itself; mix the targets with mix_targets(plan, y, y_out). Partners are rows of the batch (or of a second source),
/// and distances are those of inputs(x).targets(y), or of inputs(x).features(v) with `of`. For partners from a whole
/// data set, in O(N) memory: with(c_mixup{}, table), where table is a pairing::gaussian_kernel, and
/// inputs(x).index(rows).source_rows(N). On hidden features it is C-Mixup's manifold form; with(c_mixup{...},
/// region::random_box{}) pastes boxes instead. Default: one lambda for each sample, as Algorithm 1; the published code
/// draws one for the batch (mode::batch). Errors: bandwidth not > 0, alpha <= 0, targets missing or not finite.
struct c_mixup {
  float alpha = 2.0f;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;
  double bandwidth = 1.0;
  mixaug::kernel kernel = mixaug::kernel::gaussian;
  bool with_self = true;
  distance_of of = distance_of::targets;

  auto stages() const {
    return recipe{pairing::kernel_in_batch{bandwidth, kernel, with_self, of},
                  ratio::beta{alpha},
                  region::whole{},
                  blend::mix{},
                  label::by_share{},
                  when{mode, prob}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
