// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/core/random.hpp>
#include <mixaug/plan/either_blend.hpp>
#include <mixaug/plan/either_kind.hpp>
#include <tuple>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

inline constexpr int most_methods = 8;

/// Region kind of a plan: the common kind of its rows, or `either` of several.
template <class... Kinds>
struct joined_kind {
  using type = kind::either<Kinds...>;
};
template <class Kind>
struct joined_kind<Kind> {
  using type = Kind;
};

template <class Pairing, class... Recipes>
struct recipe_list;
template <class P, class... R>
joined_kind<typename decltype(R::region)::kind...> kind_of(recipe_list<P, R...> const&);
/// Region kind of the plans of a recipe_list.
template <class List>
using list_kind = typename decltype(kind_of(std::declval<List const&>()))::type;

/// Marks a list in which every recipe pairs by its own rule.
struct own_pairings {};

/// Index of a member of a recipe_list, as a constant.
template <int K>
using member = std::integral_constant<int, K>;

/// The recipe of a method, or the recipes that one_of chooses from, row by row. Only this type maps a choice to the
/// rules that it selects.
template <class Pairing, class... Recipes>
struct recipe_list {
  static constexpr int count = static_cast<int>(sizeof...(Recipes));
  std::tuple<Recipes...> all;
  Pairing pairing;                   ///< pairing rule of all recipes, or own_pairings
  float weight[sizeof...(Recipes)];  ///< relative probabilities, up to a factor
  mixaug::mode mode;                 ///< one choice for each sample, or one for the batch
  bool chosen;                       ///< true if made by one_of

  /// Calls f(recipe, member<K>) for every recipe, in order.
  template <class F>
  void each(F const& f) const {
    each_from<0>(f);
  }
  template <class F>
  void each(F const& f) {
    each_from<0>(f);
  }
  /// Calls f(recipe, member<K>) for the chosen recipe.
  template <class F>
  decltype(auto) at(int choice, F const& f) const {
    return at_from<0>(choice, f);
  }
  template <int K>
  auto const& get() const noexcept {
    return std::get<static_cast<std::size_t>(K)>(all);
  }
  /// Returns the blend rules combined into one.
  auto blend() const {
    if constexpr (count == 1)
      return get<0>().blend;
    else
      return std::apply([](auto const&... r) { return joined_blends(r.blend...); }, all);
  }
  /// Returns the layouts of the regions combined into one.
  auto layout(plan_shape const& s) const {
    if constexpr (count == 1)
      return get<0>().region.layout(s);
    else
      return joined_layout<list_kind<recipe_list>, 0>(s);
  }
  /// Returns the method whose interval contains a uniform number.
  int choose(random const& draw) const noexcept {
    double total = 0.0, at = 0.0;
    for (float w : weight) total += static_cast<double>(w);
    double const u = draw.uniform() * total;
    int last = 0;
    for (int k = 0; k < count; ++k) {
      if (weight[k] > 0.0f) last = k;
      at += static_cast<double>(weight[k]);
      if (u < at) return k;
    }
    return last;
  }

 private:
  template <class Kind, int K>
  typename Kind::layout joined_layout(plan_shape const& s) const {
    if constexpr (K + 1 < count)
      return {get<K>().region.layout(s), joined_layout<typename Kind::tail, K + 1>(s)};
    else
      return get<K>().region.layout(s);
  }
  template <int K, class F>
  void each_from(F const& f) const {
    f(get<K>(), member<K>{});
    if constexpr (K + 1 < count) each_from<K + 1>(f);
  }
  template <int K, class F>
  void each_from(F const& f) {
    f(std::get<static_cast<std::size_t>(K)>(all), member<K>{});
    if constexpr (K + 1 < count) each_from<K + 1>(f);
  }
  template <int K, class F>
  decltype(auto) at_from(int choice, F const& f) const {
    if constexpr (K + 1 < count)
      if (choice != K) return at_from<K + 1>(choice, f);
    return f(get<K>(), member<K>{});
  }
};

template <class>
inline constexpr bool recipe_list_type = false;
template <class P, class... R>
inline constexpr bool recipe_list_type<recipe_list<P, R...>> = true;
template <class L>
concept is_recipe_list = recipe_list_type<std::remove_cvref_t<L>>;

/// Returns the same recipes with one pairing for all.
template <class P, class... R, class Pairing>
recipe_list<Pairing, R...> paired_by(recipe_list<P, R...> const& from, Pairing const& pairing) {
  recipe_list<Pairing, R...> to{from.all, pairing, {}, from.mode, from.chosen};
  for (std::size_t k = 0; k < sizeof...(R); ++k) to.weight[k] = from.weight[k];
  return to;
}

/// Returns the columns of member K of a list of `Count`.
template <int K, int Count, class Columns>
auto const& member_columns(Columns const& columns) noexcept {
  if constexpr (Count == 1)
    return columns;
  else
    return columns.template member<K>();
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
