// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/method/one_of.hpp>

MIXAUG_EXACT_BEGIN

/// What a plan may be used for, read off kinds, options and ratio rules: the same at every step, whatever is drawn.
namespace mixaug::detail {

struct plan_traits {
  bool blends = false;  ///< some m may lie strictly between 0 and 1
  bool moves = false;   ///< the source may be read at another place
  bool draws = false;   ///< partners are drawn

  plan_traits operator|(plan_traits const& o) const noexcept {
    return {blends || o.blends, moves || o.moves, draws || o.draws};
  }
};

/// A ratio rule that does not say whether it is fractional is.
template <class Ratio>
bool may_be_fractional(Ratio const& rule) noexcept {
  if constexpr (requires { rule.fractional(); })
    return rule.fractional();
  else
    return true;
}
/// A region whose rule does not say whether its boxes move may do what its kind can.
template <class Region>
bool may_move(Region const& rule) noexcept {
  if constexpr (requires { rule.moves(); })
    return rule.moves();
  else
    return moving<typename Region::kind>();
}
template <class Pairing>
constexpr bool draws_partners() noexcept {
  if constexpr (requires { Pairing::draws; })
    return Pairing::draws;
  else
    return true;
}

/// One method, applied with probability `prob`.
template <class Pairing, class Ratio, class Region>
plan_traits traits_of(Pairing const&, Ratio const& ratio, Region const& region, float prob) noexcept {
  constexpr field_weights held = held_weights<typename Region::kind>();
  bool const fractional = held == field_weights::any || (held == field_weights::ratio && may_be_fractional(ratio));
  return {prob > 0.0f && fractional, prob > 0.0f && may_move(region), draws_partners<Pairing>()};
}
/// The methods of one_of that can be chosen.
template <class... P, class... R, class... G, class When>
plan_traits traits_of(rules<P...> const& pairing, rules<R...> const& ratio, rules<G...> const& region, When const& when,
                      int member = 0) noexcept {
  plan_traits all;
  if (when.weight[member] > 0.0f) all = traits_of(pairing.head, ratio.head, region.head, when.each[member].prob);
  if constexpr (sizeof...(P) > 1) all = all | traits_of(pairing.rest, ratio.rest, region.rest, when, member + 1);
  return all;
}
/// `pairing` of with(one_of(...), pairing) serves all methods.
template <class Pairing, class... R, class... G, class When>
plan_traits traits_of(Pairing const& pairing, rules<R...> const& ratio, rules<G...> const& region, When const& when,
                      int member = 0) noexcept {
  plan_traits all;
  if (when.weight[member] > 0.0f) all = traits_of(pairing, ratio.head, region.head, when.each[member].prob);
  if constexpr (sizeof...(R) > 1) all = all | traits_of(pairing, ratio.rest, region.rest, when, member + 1);
  return all;
}
template <class Stages>
plan_traits traits_of(Stages const& s) noexcept {
  if constexpr (!chooses<Stages>)
    return traits_of(s.pairing, s.ratio, s.region, when_of(s).prob);
  else if constexpr (requires { s.pairing.all; })
    return traits_of(s.pairing.all, s.ratio.all, s.region.all, s.when);
  else
    return traits_of(s.pairing, s.ratio.all, s.region.all, s.when);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
