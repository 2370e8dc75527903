// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/method/mixup.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// RegMixup (Pinto et al., NeurIPS 2022, arXiv 2206.14502): mixup as a regulariser of training on the clean batch. The
/// plan has 2 n rows: n unchanged samples, then their n mixes, lambda ~ Beta(alpha, alpha), so that one pass of the
/// network gives both terms of CE(f(x), y) + eta CE(f(x'), y') (eta = 1 in the paper): half of it is the mean of
/// pair_loss over the 2 n rows. The output of apply has 2 n rows; inputs and labels have n, and gathered rows 2 n, of
/// which the first n are not read. With CutMix: with(regmixup{}, region::random_box{}). Default: one lambda for each
/// sample; the paper draws one for the batch (mode::batch).
/// Errors: alpha <= 0 or not finite, eta negative or not finite, or eta times a weight beyond float. Cannot be applied
/// in place, nor be a method of one_of.
struct regmixup {
  float alpha = 10.0f;
  float eta = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    if (!(eta >= 0.0f && detail::finite(eta)))
      detail::fail("eta", detail::text(static_cast<double>(eta)), "a finite number >= 0");
    auto s = mixup{alpha, 1.0f, mode}.stages();
    s.ratio.off = "to leave the mixes out of the loss use regmixup's eta = 0";
    s.rows = {.clean = true, .mixed_weight = eta};
    return s;
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
