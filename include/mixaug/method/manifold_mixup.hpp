// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/method/mixup.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Manifold Mixup (Verma et al., ICML 2019, arXiv 1806.05236): mixup of the features behind a layer that is drawn for
/// each step, the same plan for features and labels, and its adjoint on the way back:
///   layer = drawn_layer(key, layers);  plan = make_plan(manifold_mixup{}, x, key)
///   apply(plan, hidden, mixed) behind that layer (0 = the input);  apply_adjoint(plan, grad_mixed, grad_hidden)
/// A plan of mixup fits features of every size and rank. lambda ~ Beta(alpha, alpha). Default: one lambda for each
/// sample; the published code draws one for the batch (mode::batch). Errors: those of mixup.
struct manifold_mixup {
  float alpha = 2.0f;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const { return mixup{alpha, prob, mode}.stages(); }
};

/// Returns the layer of a network that one step mixes, uniform on {0, ..., layers - 1} (0 = the input): Manifold Mixup,
/// MetaMix. It depends on the key alone, so that every rank, and a replayed plan (plan.drawn_with), mixes
/// the same layer.
/// Errors: layers < 1.
inline index_t drawn_layer(key const& k, index_t layers) {
  if (layers < 1) detail::fail("drawn_layer's layers", detail::text(layers), "at least one layer");
  return random(k, batch_row, purpose::layer).below(layers);
}

}  // namespace mixaug

MIXAUG_EXACT_END
