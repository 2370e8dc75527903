// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/constant.hpp>
#include <mixaug/region/smooth_mask.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// SmoothMix (Lee et al., CVPR Workshops 2020): the partner is blended in with a Gaussian weight, so that there is no
/// border. Its centre is a pixel, all equally likely; its width is drawn from `sigma`, in parts of each side. Labels
/// follow the true share: the partner's coefficient is the mean of the Gaussian. plan.ratio is 0, because the region
/// draws its width itself. The published implementations give that mean to the sample, the wrong way round, and draw
/// the centre half a pixel beside the pixels of an even side. Default: a mask for each sample; they draw one for the
/// batch (mode::batch). Errors: those of region::smooth_mask, prob outside [0, 1].
struct smoothmix {
  sigma_range sigma = {0.25f, 0.5f};
  mixaug::mode mode = mixaug::mode::sample;
  float prob = 1.0f;

  auto stages() const {
    return recipe{pairing::shuffle{}, ratio::constant{0.0f}, region::smooth_mask{sigma},
                  blend::mix{},       label::by_share{},     when{mode, prob}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
