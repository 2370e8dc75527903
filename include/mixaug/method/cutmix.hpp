// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/corrected.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta.hpp>
#include <mixaug/region/random_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// CutMix (Yun et al., arXiv 1905.04899): a box of the partner replaces the same box of the sample. lambda ~
/// Beta(alpha, alpha) is the share that the sample keeps before clipping; labels follow the true share (`correct_lam`),
/// or lambda. `placement` sets where boxes go, `minmax` draws their sides from fractions of the image's sides instead
/// of lambda, `boxes` pastes several, `align` keeps corners on a grid of tokens of that many pixels. Signals, images
/// and volumes: the side exponent is 1/d, where d is the number of axes longer than one pixel; boxes hold an axis of
/// one pixel whole. Default: one box for each sample; the paper draws one for the batch (mode::batch). Errors: alpha <=
/// 0, prob outside [0, 1], a bad range, a batch without spatial extents or of single pixels, options that leave every
/// box empty (clipped boxes on an axis of 2 pixels: use placement::inside).
struct cutmix {
  float alpha = 1.0f;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;
  mixaug::placement placement = mixaug::placement::clipped;
  side_range minmax{};
  bool correct_lam = true;
  index_t boxes = 1;
  index_t align = 1;

  auto stages() const {
    if (minmax.given() && !correct_lam)
      detail::fail(
          "cutmix's correct_lam = false asks for labels by lambda, but with minmax the box does not follow lambda; use "
          "one of the two");
    return recipe{pairing::shuffle{},
                  ratio::beta{alpha},
                  region::random_box{.placement = placement, .minmax = minmax, .boxes = boxes, .align = align},
                  blend::mix{},
                  label::corrected{correct_lam},
                  when{mode, prob}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
