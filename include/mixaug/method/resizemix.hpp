// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/constant.hpp>
#include <mixaug/region/resized_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// ResizeMix (Qin et al., arXiv 2012.11101): resizes the whole partner into a box of the sample. The box has the side
/// ratio tau ~ U(scope_min, scope_max) and a uniform centre, and is clipped; labels follow the share of the clipped
/// box. plan.ratio is 0, because the region draws tau itself. `interpolation` is nearest, as in the paper's code, or
/// linear, without a low-pass filter. Every axis longer than one pixel is resized. Default: one box for each sample;
/// the paper's code draws one for the batch (mode::batch). Cannot be applied in place: a box is read at another place
/// than it is written. Errors: prob outside [0, 1], not 0 < scope_min <= scope_max <= 1, a scope that leaves every box
/// empty, a batch without spatial extents or of single pixels.
struct resizemix {
  float scope_min = 0.1f, scope_max = 0.8f;
  mixaug::interpolation interpolation = mixaug::interpolation::nearest;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    return recipe{pairing::shuffle{}, ratio::constant{0.0f}, region::resized_box{scope_min, scope_max, interpolation},
                  blend::mix{},       label::by_share{},     when{mode, prob}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
