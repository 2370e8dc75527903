// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/image_batch.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/plan/detail/recipe_list.hpp>
#include <mixaug/plan/given_weights.hpp>
#include <utility>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace saliency {

/// Marks a method of which no stage reads scores.
struct none {};

}  // namespace saliency

/// The stages of a method: one rule for each column of the plan, and the detector whose scores they read. A method's
/// stages() returns a recipe.
template <class Pairing, class Ratio, class Region, class Blend, class Label, class When = mixaug::when,
          class Saliency = saliency::none, class Weight = weight::given>
struct recipe {
  Pairing pairing;
  Ratio ratio;
  Region region;
  Blend blend;
  Label label;
  When when{};
  Saliency saliency{};
  output_rows rows{};
  Weight weight{};
};
template <class P, class R, class G, class B, class L>
recipe(P, R, G, B, L) -> recipe<P, R, G, B, L>;
template <class P, class R, class G, class B, class L, class W>
recipe(P, R, G, B, L, W) -> recipe<P, R, G, B, L, W>;
template <class P, class R, class G, class B, class L, class W, class S>
recipe(P, R, G, B, L, W, S) -> recipe<P, R, G, B, L, W, S>;
template <class P, class R, class G, class B, class L, class W, class S>
recipe(P, R, G, B, L, W, S, output_rows) -> recipe<P, R, G, B, L, W, S>;
template <class P, class R, class G, class B, class L, class W, class S, class V>
recipe(P, R, G, B, L, W, S, output_rows, V) -> recipe<P, R, G, B, L, W, S, V>;

/// A method has stages() that returns a recipe (or, for one_of, several to choose from), or is such a value itself.
template <class M>
concept method = recipe_like<M> || detail::is_recipe_list<M> || requires(M const& m) {
  { m.stages() } -> recipe_like;
} || requires(M const& m) {
  { m.stages() } -> detail::is_recipe_list;
};

namespace detail {

template <class M>
auto stages_of(M const& m) {
  if constexpr (requires { m.stages(); })
    return m.stages();
  else
    return m;
}
template <class M>
using stages_t = decltype(stages_of(std::declval<M const&>()));

/// Completes a user-defined recipe, which may omit stages that have a default.
template <class S>
auto whole_recipe(S const& s) {
  auto const fires = [&] {
    if constexpr (requires { s.when; })
      return s.when;
    else
      return mixaug::when{};
  }();
  auto const rows = [&] {
    if constexpr (requires { s.rows; })
      return s.rows;
    else
      return output_rows{};
  }();
  auto const detector = [&] {
    if constexpr (requires { s.saliency; })
      return s.saliency;
    else
      return saliency::none{};
  }();
  auto const weights = [&] {
    if constexpr (requires { s.weight; })
      return s.weight;
    else
      return weight::given{};
  }();
  return recipe{s.pairing, s.ratio, s.region, s.blend, s.label, fires, detector, rows, weights};
}
/// Returns the recipes of a method, in the form that planning takes.
template <class M>
auto recipes_of(M const& m) {
  auto const s = stages_of(m);
  if constexpr (is_recipe_list<decltype(s)>)
    return s;
  else
    return recipe_list<own_pairings, decltype(whole_recipe(s))>{{whole_recipe(s)}, {}, {1.0f}, mode::sample, false};
}
/// The same for a plan in memory space `where`, after regions and labels have taken what they read of the inputs.
template <class M, class In>
auto recipes_of(M const& m, In const& in, space where) {
  auto recipes = recipes_of(m);
  recipes.each([&](auto& r, auto) {
    r.region.read(in, where);
    r.label.read(in, where);
  });
  return recipes;
}
template <class M>
using recipes_t = decltype(recipes_of(std::declval<M const&>()));

/// Index of the column that a rule writes, deduced from its members.
template <class Rule>
constexpr int column_of() {
  if constexpr (requires { typename Rule::kind; })
    return 2;
  else if constexpr (requires { Rule::same_place; })
    return 3;
  else if constexpr (ratio_rule<Rule>)
    return 1;
  else if constexpr (label_rule<Rule>)
    return 4;
  else if constexpr (std::is_same_v<Rule, mixaug::when>)
    return 5;
  else if constexpr (requires(Rule const& r, map_shape const& s) { r.bytes(s); })
    return 6;
  else if constexpr (std::is_same_v<Rule, output_rows>)
    return 7;
  else if constexpr (weight_rule<Rule>)
    return 8;
  else
    return 0;  // pairing rules can be called with a task of any memory space
}

template <int Column, class Old>
Old const& pick(Old const& old) {
  return old;
}
template <int Column, class Old, class Rule, class... Rules>
auto const& pick(Old const& old, Rule const& rule, Rules const&... rest) {
  if constexpr (column_of<Rule>() == Column)
    return rule;
  else
    return pick<Column>(old, rest...);
}

template <int Column, class... Rules>
inline constexpr int given = ((column_of<Rules>() == Column ? 1 : 0) + ... + 0);

}  // namespace detail

/// Returns the method with other stages: each rule replaces the stage of the column that it writes, for example
///   with(cutmix{.alpha = 1}, pairing::same_class{}, when{.prob = 0.5f})
/// A pairing given to one_of is used by all of its methods.
template <method M, class... Rules>
auto with(M const& m, Rules const&... rules) {
  static_assert(detail::given<0, Rules...> <= 1 && detail::given<1, Rules...> <= 1 && detail::given<2, Rules...> <= 1 &&
                    detail::given<3, Rules...> <= 1 && detail::given<4, Rules...> <= 1 &&
                    detail::given<5, Rules...> <= 1 && detail::given<6, Rules...> <= 1 &&
                    detail::given<7, Rules...> <= 1 && detail::given<8, Rules...> <= 1,
                "mixaug: with(method, rules...) got two rules for the same column");
  auto const s = detail::stages_of(m);
  if constexpr (detail::is_recipe_list<decltype(s)>) {
    constexpr bool pairs = sizeof...(Rules) == static_cast<std::size_t>(detail::given<0, Rules...>);
    static_assert(pairs,
                  "mixaug: with(one_of(...), rule) can replace the pairing only; give when{...} and other rules to the "
                  "methods inside one_of");
    if constexpr (pairs) return detail::paired_by(s, detail::pick<0>(s.pairing, rules...));
  } else {
    auto const w = detail::whole_recipe(s);
    return recipe{
        detail::pick<0>(w.pairing, rules...),  detail::pick<1>(w.ratio, rules...), detail::pick<2>(w.region, rules...),
        detail::pick<3>(w.blend, rules...),    detail::pick<4>(w.label, rules...), detail::pick<5>(w.when, rules...),
        detail::pick<6>(w.saliency, rules...), detail::pick<7>(w.rows, rules...),  detail::pick<8>(w.weight, rules...)};
  }
}

}  // namespace mixaug

MIXAUG_EXACT_END
