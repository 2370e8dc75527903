// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_score.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta.hpp>
#include <mixaug/region/two_boxes.hpp>
#include <mixaug/saliency/detector.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// SnapMix (Huang, Wang and Tao, AAAI 2021, arXiv 2012.04846): a random box of the partner is resized into another
/// random box of the sample; lambda and lambda' ~ Beta(alpha, alpha) give their areas. The label coefficients are what
/// the boxes hold of the class activation of either image (label::by_score): the sample keeps what its own box does not
/// cover, the partner adds what its box holds. They need not sum to 1. Scores are the class activation maps of the true
/// class, inputs(x).scores(v), with a second source also source_scores(v), of the image's size or coarser, >= 0 (take
/// off the smallest of each map: the labels are the same). A constant map counts by its pixels, as the published code
/// does. The plan reads no class ids: where both labels are of one class, soft_labels and the losses add the two
/// coefficients once (the published code gives each of them the sum of both, and so counts the sample twice).
/// `interpolation` is linear, aligned at the corners as in the code, or nearest, with which ids can follow. Plan with a
/// backend: make_plan(serial{}, snapmix{}, inputs(x).scores(v), key). Default: two boxes for each sample; the published
/// code draws two for the batch (mode::batch). Cannot be applied in place. Errors: alpha <= 0, prob outside [0, 1], a
/// batch that is not of images or is of single pixels, no scores.
struct snapmix {
  float alpha = 5.0f;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;
  mixaug::interpolation interpolation = mixaug::interpolation::linear;
  saliency::any_detector detector = saliency::given{};

  auto stages() const {
    using way = mixaug::interpolation;
    return recipe{
        pairing::shuffle{},
        ratio::beta{alpha},
        region::two_boxes{ratio::beta{alpha}, interpolation == way::linear ? way::linear_corners : interpolation},
        blend::mix{},
        label::by_score{.above_least = true},
        when{mode, prob},
        detector};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
