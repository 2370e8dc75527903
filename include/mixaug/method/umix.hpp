// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/method/mixup.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// UMIX (Han et al., NeurIPS 2022, arXiv 2209.08928): mixup whose losses are weighted by each sample's uncertainty.
/// With probability sigma, loss_i = lambda w_i l(f(x'), y_i) + (1 - lambda) w_j l(f(x'), y_j), x' = lambda x_i + (1 -
/// lambda) x_j, lambda ~ Beta(alpha, alpha); else the weighted plain step w_i l(f(x_i), y_i). The weights come from the
/// object that recorded the first stage of training:
///   make_plan(umix{}, inputs(x).index(rows).weights(record), key)
/// or from a view, inputs(x).weights(v). They are not normalised. Planning writes them to weight_self and
/// weight_partner, which pair_loss and pair_cross_entropy read.
/// The mixing method is mixup, or Manifold Mixup if the plan is applied to hidden features; for CutMix:
///   with(umix{.alpha = 1.5f}, region::random_box{})
/// Default: one draw for each sample; the paper draws one for the batch (mode::batch). Published settings (alpha,
/// sigma): Waterbirds 0.5, 0.5; CelebA 1.5, 0.5 with CutMix; CivilComments 0.5, 1 on features; Camelyon17 0.5, 1.
/// Errors: alpha <= 0 or not finite, sigma outside [0, 1].
struct umix {
  float alpha = 0.5f;
  float sigma = 0.5f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    if (!(sigma >= 0.0f && sigma <= 1.0f))
      detail::fail("sigma", detail::text(static_cast<double>(sigma)), "a probability in [0, 1]");
    auto s = mixup{alpha, sigma, mode}.stages();
    s.ratio.off = "to switch mixing off use umix's sigma = 0";
    return s;
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
