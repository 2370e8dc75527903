// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/recipe.hpp>

MIXAUG_EXACT_BEGIN

/// Permitted uses of a plan, derived from kinds, options and ratio rules: the same at every step, whatever is drawn.
namespace mixaug::detail {

struct plan_traits {
  bool blends = false;  ///< some m may lie strictly between 0 and 1, or the source be read between pixels
  bool moves = false;   ///< a side may be read at another place
  bool draws = false;   ///< partners are drawn
};

/// Traits of all recipes that can be chosen, combined.
template <class P, class... R>
plan_traits traits_of(recipe_list<P, R...> const& recipes) noexcept {
  plan_traits all;
  recipes.each([&](auto const& r, auto k) {
    using kind = typename std::remove_cvref_t<decltype(r.region)>::kind;
    if (!(recipes.weight[decltype(k)::value] > 0.0f)) return;
    if constexpr (std::is_same_v<P, own_pairings>)
      all.draws = all.draws || std::remove_cvref_t<decltype(r.pairing)>::draws;
    else
      all.draws = P::draws;
    if (!(r.when.prob > 0.0f)) return;
    all.blends = all.blends || r.region.blends() || (kind::holds == field_weights::ratio && r.ratio.fractional());
    all.moves = all.moves || r.region.moves();
  });
  return all;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
