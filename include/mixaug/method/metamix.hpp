// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/method/c_mixup.hpp>
#include <mixaug/method/manifold_mixup.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// MetaMix (Yao et al., arXiv 2007.09004) with C-Mixup's pairs (arXiv 2210.05775, appendix): the batch is the query set
/// of a task, the second source its support set. Query i is mixed with support j, drawn with probability proportional
/// to exp(-|y_i - y_j|^2 / (2 bandwidth^2)); lambda ~ Beta(alpha, alpha) is the weight of the query.
///   make_plan(metamix{.bandwidth = h}, inputs(query).targets(y_q).source_rows(m).source_targets(y_s), key)
/// Then call apply(plan, query, support, out) at the input or at the layer drawn_layer(plan.drawn_with, layers), and
/// mix_targets likewise. Default: one lambda for each query; MetaMix draws one for each task (mode::batch). For
/// MetaMix's own pairing, a permutation of a support set of the query's size: with(metamix{}, pairing::shuffle{}).
struct metamix {
  float alpha = 2.0f;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;
  double bandwidth = 1.0;
  mixaug::kernel kernel = mixaug::kernel::gaussian;
  distance_of of = distance_of::targets;

  auto stages() const { return c_mixup{alpha, prob, mode, bandwidth, kernel, true, of}.stages(); }
};

}  // namespace mixaug

MIXAUG_EXACT_END
