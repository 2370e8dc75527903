// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/method/mixup.hpp>
#include <mixaug/pairing/intra_label_or_group.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// LISA (Yao et al., ICML 2022, arXiv 2201.00299): mixup between samples of the same class and different groups, with
/// probability p_sel (intra-label), else of the same group and different classes (intra-domain), so that features that
/// distinguish the groups are averaged out. lambda ~ Beta(alpha, alpha). Reads class_ids and groups: the spurious
/// attribute or the domain of each sample, not the pair of attribute and class. With CutMix: with(lisa{},
/// region::random_box{}). Default: one choice and one lambda for each sample; mode::batch draws one of each for the
/// batch. Errors: p_sel outside [0, 1], alpha <= 0, ids missing.
struct lisa {
  float alpha = 2.0f;
  float p_sel = 0.5f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    return recipe{pairing::intra_label_or_group{p_sel, mode},
                  ratio::beta{alpha, "to switch mixing off use with(lisa{}, when{.prob = 0})"},
                  region::whole{},
                  blend::mix{},
                  label::by_share{},
                  when{mode, 1.0f}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
