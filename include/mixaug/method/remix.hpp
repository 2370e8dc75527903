// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/remix.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta.hpp>
#include <mixaug/region/whole.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Remix (Chou et al., ECCV 2020 workshops, arXiv 2007.03943): mixup for imbalanced classes. Pixels are mixed by lambda
/// ~ Beta(alpha, alpha); the label is the rarer class's alone where its count is at most 1 / kappa of the other's and
/// the other's part is below tau (label::remix). `class_counts` (C) are the samples of each class in the data set.
/// Reads class_ids: make_plan(remix{.class_counts = counts}, inputs(x).class_ids(v), key). With CutMix:
/// with(remix{...}, region::random_box{}). Default: one lambda for each sample; the published code draws one for the
/// batch (mode::batch). Errors: those of label::remix, alpha <= 0, prob outside [0, 1].
struct remix {
  float alpha = 1.0f;
  float kappa = 3.0f;
  float tau = 0.5f;
  tensor_view<std::int64_t const, 1> class_counts{};
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    return recipe{pairing::shuffle{},
                  ratio::beta{alpha},
                  region::whole{},
                  blend::mix{},
                  label::remix{.kappa = kappa, .tau = tau, .class_counts = class_counts},
                  when{mode, prob}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
