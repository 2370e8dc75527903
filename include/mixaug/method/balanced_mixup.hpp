// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/class_balanced.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta_one.hpp>
#include <mixaug/region/whole.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Balanced-MixUp (Galdran et al., MICCAI 2021, arXiv 2109.09850): a sample of the data set as it is, mixed with one
/// that is drawn class-balanced. The partner's weight is Beta(alpha, 1), mostly small for the usual alpha of 0.1 to
/// 0.3; plan.ratio is the rest, the weight of the sample itself. Partners are rows of the second source (the data set),
/// or of the batch: make_plan(balanced_mixup{}, inputs(x).class_ids(v).source_rows(m).source_class_ids(u), key). Rows
/// that a class-balanced loader fetched already are a source with pairing::shuffle or, in order, history_row. Default:
/// one lambda for each sample; the published code draws one for the batch (mode::batch). Errors: alpha outside (0,
/// 1e6], prob outside [0, 1], class ids missing.
struct balanced_mixup {
  float alpha = 0.2f;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    return recipe{pairing::class_balanced{}, ratio::beta_one{alpha}, region::whole{}, blend::mix{},
                  label::by_share{},         when{mode, prob}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
