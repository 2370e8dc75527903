// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/recipe.hpp>
#include <tuple>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Mixes each sample (or batch, `mode`) by one of up to 8 methods, chosen with probabilities proportional to `weight`
/// (timm's switch_prob). The choice is drawn first, and all stages follow it, so each method keeps its pairing, ratio,
/// region, blend, label rule, mode and prob.
///   auto either = one_of(mixup{.alpha = 0.8f}, cutmix{.alpha = 1}); either.mode = mode::batch;
/// Errors: a weight that is negative or not finite, weights that are all 0.
template <method... M>
struct one_of {
  static_assert(sizeof...(M) >= 1 && sizeof...(M) <= detail::most_methods, "mixaug: one_of takes 1 to 8 methods");
  static_assert(!(... || detail::is_recipe_list<detail::stages_t<M>>),
                "mixaug: one_of inside one_of; list all methods in one, with weights");

  explicit one_of(M const&... m) : methods(m...) {
    for (float& w : weight) w = 1.0f;
  }

  std::tuple<M...> methods;
  float weight[sizeof...(M)];
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    check_weights();
    return std::apply(
        [&](auto const&... m) {
          detail::recipe_list<detail::own_pairings, decltype(detail::whole_recipe(detail::stages_of(m)))...> list{
              {detail::whole_recipe(detail::stages_of(m))...}, {}, {}, mode, true};
          for (std::size_t k = 0; k < sizeof...(M); ++k) list.weight[k] = weight[k];
          return list;
        },
        methods);
  }

 private:
  void check_weights() const {
    float total = 0.0f;
    for (float w : weight) {
      if (!(w >= 0.0f && w < 1e30f))
        detail::fail("one_of's weight", detail::text(static_cast<double>(w)), "a finite number >= 0");
      total += w;
    }
    if (!(total > 0.0f)) detail::fail("one_of's weights are all 0; at least one method needs a weight > 0");
  }
};
template <class... M>
one_of(M const&...) -> one_of<M...>;

}  // namespace mixaug

MIXAUG_EXACT_END
