// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta.hpp>
#include <mixaug/region/fourier_mask.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// FMix (Harris et al., arXiv 2002.12047): a mask of any shape, from thresholded low-frequency noise, takes pixels from
/// the sample or its partner. lambda ~ Beta(alpha, alpha) is the part of the pixels that are the sample's; `decay` is
/// the power by which high frequencies fall, and `max_soft` the part of the pixels on either side of the border over
/// which the two blend. Labels follow the true share, round(lambda N) / N. The mask is the paper's, without direction;
/// the published code takes two rows of its spectrum for the parts of one, and its masks vary mostly from top to
/// bottom. Default: a mask for each sample; the paper draws one for the batch (mode::batch). Errors: those of
/// region::fourier_mask, alpha <= 0, prob outside [0, 1].
struct fmix {
  float alpha = 1.0f;
  float decay = 3.0f;
  float max_soft = 0.0f;
  mixaug::mode mode = mixaug::mode::sample;
  float prob = 1.0f;

  auto stages() const {
    return recipe{pairing::shuffle{}, ratio::beta{alpha}, region::fourier_mask{decay, max_soft},
                  blend::mix{},       label::by_share{},  when{mode, prob}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
