// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>
#include <mixaug/core/image_batch.hpp>
#include <utility>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace saliency {

/// No stage of the method reads scores.
struct none {};

}  // namespace saliency

/// What a method means: one rule for each column of the plan, and the detector whose scores they read. A method's
/// stages() returns it.
template <class Pairing, class Ratio, class Region, class Blend, class Label, class When = mixaug::when,
          class Saliency = saliency::none>
struct recipe {
  Pairing pairing;
  Ratio ratio;
  Region region;
  Blend blend;
  Label label;
  When when{};
  Saliency saliency{};
};
template <class P, class R, class G, class B, class L>
recipe(P, R, G, B, L) -> recipe<P, R, G, B, L>;
template <class P, class R, class G, class B, class L, class W>
recipe(P, R, G, B, L, W) -> recipe<P, R, G, B, L, W>;
template <class P, class R, class G, class B, class L, class W, class S>
recipe(P, R, G, B, L, W, S) -> recipe<P, R, G, B, L, W, S>;

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

template <class S>
auto when_of(S const& stages) {
  if constexpr (requires { stages.when; })
    return stages.when;
  else
    return mixaug::when{};
}

/// A region rule that is placed by score maps.
template <class Rule>
inline constexpr bool scored = false;
template <class Rule>
requires(Rule::reads_scores) inline constexpr bool scored<Rule> = true;

template <class S>
auto saliency_of(S const& stages) {
  if constexpr (requires { stages.saliency; })
    return stages.saliency;
  else
    return mixaug::saliency::none{};
}

template <class S>
concept has_rules =
    ratio_rule<decltype(S::ratio)> && region_rule<decltype(S::region)> && label_rule<decltype(S::label)>;

/// Stages of one_of: every rule is called with the sample's choice.
template <class S>
concept chooses = requires(S const& s) {
  s.when.each;
};

/// Which column a rule writes, read off what it can do.
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
  else
    return 0;  // pairing rules are called with a task of any space
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

/// The same method with other stages: each rule replaces the stage of the column that it writes, for example
///   with(cutmix{.alpha = 1}, pairing::same_class{}, when{.prob = 0.5f})
template <method M, class... Rules>
auto with(M const& m, Rules const&... rules) {
  static_assert(detail::given<0, Rules...> <= 1 && detail::given<1, Rules...> <= 1 && detail::given<2, Rules...> <= 1 &&
                    detail::given<3, Rules...> <= 1 && detail::given<4, Rules...> <= 1 &&
                    detail::given<5, Rules...> <= 1 && detail::given<6, Rules...> <= 1,
                "mixaug: with(method, rules...) got two rules for the same column");
  static_assert(
      sizeof...(Rules) == static_cast<std::size_t>(detail::given<0, Rules...>) || !detail::chooses<detail::stages_t<M>>,
      "mixaug: with(one_of(...), rule) can replace the pairing only; give when{...} and other rules to the methods "
      "inside one_of");
  auto const s = detail::stages_of(m);
  auto const w = detail::when_of(s);
  auto const scores = detail::saliency_of(s);
  return recipe{detail::pick<0>(s.pairing, rules...), detail::pick<1>(s.ratio, rules...),
                detail::pick<2>(s.region, rules...),  detail::pick<3>(s.blend, rules...),
                detail::pick<4>(s.label, rules...),   detail::pick<5>(w, rules...),
                detail::pick<6>(scores, rules...)};
}

}  // namespace mixaug

MIXAUG_EXACT_END
