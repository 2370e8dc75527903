// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/method/cutmix.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// PatchMix (Xu et al., TPAMI 2022): CutMix between the queries of a few-shot episode, whose labels are a grid: each
/// cell of the features has the class of the image that it shows, and lambda is not read by the loss.
///   make_plan(patchmix{}, x, key)
///   label_grid(plan, class_ids, grid)   (n, gh, gw), at the resolution of the features
/// lambda ~ Beta(alpha, alpha), the published arithmetic of CutMix's box. Its hard pairs go from each class to the one
/// after it in a tour through similar classes: with(patchmix{}, pairing::class_tour{successor}). Default: a box for
/// each sample; the published code draws one for an episode (mode::batch). Errors: those of cutmix.
struct patchmix {
  float alpha = 1.0f;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const { return cutmix{.alpha = alpha, .prob = prob, .mode = mode}.stages(); }
};

}  // namespace mixaug

MIXAUG_EXACT_END
