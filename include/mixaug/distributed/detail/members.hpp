// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>
#include <type_traits>
#include <utility>

MIXAUG_EXACT_BEGIN

/// The members of an aggregate, one by one: how many there are follows from how many values its braces take, and a
/// structured binding of as many names has them (C++20 has no other way).
namespace mixaug::detail {

/// Stands for any member of Whole in braces.
template <class Whole>
struct any_member {
  template <class T>
  requires(!std::is_base_of_v<T, Whole>) operator T() const {
    throw 0;  // nobody calls it
  }
};
/// Stands for a base of Whole, which with `Empty` has no members.
template <class Whole, bool Empty>
struct any_base {
  template <class T>
  requires(std::is_base_of_v<T, Whole> && !std::is_same_v<T, Whole> && (!Empty || std::is_empty_v<T>)) operator T()
      const {
    throw 0;  // nobody calls it
  }
};
template <class T, std::size_t>
using member_at = any_member<T>;
template <class T, std::size_t>
using base_at = any_base<T, true>;

/// True if T's braces take empty bases, then values, then `Inner` values in braces of their own, then values.
template <class T, std::size_t... Base, std::size_t... Before, std::size_t... Inner, std::size_t... After>
constexpr bool takes(std::index_sequence<Base...>, std::index_sequence<Before...>, std::index_sequence<Inner...>,
                     std::index_sequence<After...>) {
  if constexpr (sizeof...(Inner) == 0) return requires {
      T{base_at<T, Base>{}..., member_at<T, Before>{}..., member_at<T, After>{}...};
    };
  else
    return requires {
      T{base_at<T, Base>{}..., member_at<T, Before>{}..., {member_at<T, Inner>{}...}, member_at<T, After>{}...};
    };
}
template <class T, std::size_t Bases, std::size_t Before, std::size_t Inner = 0, std::size_t After = 0>
inline constexpr bool takes_values = takes<T>(std::make_index_sequence<Bases>(), std::make_index_sequence<Before>(),
                                              std::make_index_sequence<Inner>(), std::make_index_sequence<After>());

/// Values that T's braces take after its bases; an array takes one for each of its elements.
template <class T, std::size_t Bases, std::size_t N = 32>
constexpr std::size_t values_of() {
  if constexpr (N == 0 || takes_values<T, Bases, N>)
    return N;
  else
    return values_of<T, Bases, N - 1>();
}
/// Values that the member at value `At` of `All` takes: those of an array are counted in braces of its own, after which
/// as many are left out of the rest.
template <class T, std::size_t Bases, std::size_t At, std::size_t All, std::size_t N>
constexpr std::size_t values_of_member() {
  if constexpr (N <= 1)
    return 1;
  else if constexpr (takes_values<T, Bases, At, N, All - At - N> && !takes_values<T, Bases, At, N, All - At - N + 1>)
    return N;
  else
    return values_of_member<T, Bases, At, All, N - 1>();
}
template <class T, std::size_t Bases, std::size_t All, std::size_t At = 0>
constexpr std::size_t members_from() {
  if constexpr (At == All)
    return 0;
  else
    return 1 + members_from<T, Bases, All, At + values_of_member<T, Bases, At, All, All - At>()>();
}

/// True if T's braces take something after that many values: a member that no value stands for, or one
/// beyond those that are counted.
template <class T, std::size_t... Base, std::size_t... Value>
constexpr bool takes_more(std::index_sequence<Base...>, std::index_sequence<Value...>) {
  return requires { T{base_at<T, Base>{}..., member_at<T, Value>{}..., {}}; };
}
template <class T, std::size_t Bases>
constexpr std::size_t members_after() {
  constexpr std::size_t all = values_of<T, Bases>();
  if constexpr (all == 0 || takes_more<T>(std::make_index_sequence<Bases>(), std::make_index_sequence<all>()))
    return 0;
  else
    return members_from<T, Bases, all>();
}

/// The number of members of an aggregate without bases, or with one that has none; 0 where they cannot be counted.
template <class T>
constexpr std::size_t member_count() {
  if constexpr (!std::is_aggregate_v<T> || std::is_array_v<T> || std::is_union_v<T>)
    return 0;
  else if constexpr (requires { T{any_base<T, false>{}, any_base<T, false>{}}; })
    return 0;
  else if constexpr (requires { T{any_base<T, true>{}}; })
    return members_after<T, 1>();
  else if constexpr (requires { T{any_base<T, false>{}}; })
    return 0;
  else
    return members_after<T, 0>();
}

/// Members that with_members can name.
inline constexpr std::size_t most_members = 20;
/// True if with_members can name the members of T.
template <class T>
constexpr bool has_named_members() {
  return member_count<T>() > 0 && member_count<T>() <= most_members;
}
/// Calls act(members...) of an aggregate of 1 to most_members members.
template <class T, class Act>
auto with_members(T const& v, Act const& act) {
  constexpr std::size_t count = member_count<T>();
  static_assert(has_named_members<T>());
  if constexpr (count == 1) {
    auto const& [a] = v;
    return act(a);
  } else if constexpr (count == 2) {
    auto const& [a, b] = v;
    return act(a, b);
  } else if constexpr (count == 3) {
    auto const& [a, b, c] = v;
    return act(a, b, c);
  } else if constexpr (count == 4) {
    auto const& [a, b, c, d] = v;
    return act(a, b, c, d);
  } else if constexpr (count == 5) {
    auto const& [a, b, c, d, e] = v;
    return act(a, b, c, d, e);
  } else if constexpr (count == 6) {
    auto const& [a, b, c, d, e, f] = v;
    return act(a, b, c, d, e, f);
  } else if constexpr (count == 7) {
    auto const& [a, b, c, d, e, f, g] = v;
    return act(a, b, c, d, e, f, g);
  } else if constexpr (count == 8) {
    auto const& [a, b, c, d, e, f, g, h] = v;
    return act(a, b, c, d, e, f, g, h);
  } else if constexpr (count == 9) {
    auto const& [a, b, c, d, e, f, g, h, i] = v;
    return act(a, b, c, d, e, f, g, h, i);
  } else if constexpr (count == 10) {
    auto const& [a, b, c, d, e, f, g, h, i, j] = v;
    return act(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (count == 11) {
    auto const& [a, b, c, d, e, f, g, h, i, j, k] = v;
    return act(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (count == 12) {
    auto const& [a, b, c, d, e, f, g, h, i, j, k, l] = v;
    return act(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (count == 13) {
    auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m] = v;
    return act(a, b, c, d, e, f, g, h, i, j, k, l, m);
  } else if constexpr (count == 14) {
    auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = v;
    return act(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  } else if constexpr (count == 15) {
    auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = v;
    return act(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  } else if constexpr (count == 16) {
    auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = v;
    return act(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  } else if constexpr (count == 17) {
    auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = v;
    return act(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
  } else if constexpr (count == 18) {
    auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = v;
    return act(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r);
  } else if constexpr (count == 19) {
    auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s] = v;
    return act(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s);
  } else if constexpr (count == 20) {
    auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = v;
    return act(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
  }
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
