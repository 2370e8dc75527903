// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/erase.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/plan/either_blend.hpp>
#include <mixaug/plan/either_kind.hpp>
#include <mixaug/plan/plan.hpp>
#include <mixaug/region/kind/all.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

namespace kind {

/// A region whose kind is known at run time: each choice uses one of `Kinds`.
template <class... Kinds>
struct any_of : base {
  using all = either<Kinds...>;
  static constexpr bool moves = all::moves;
  static constexpr bool self_moves = all::self_moves;
  static constexpr bool resizes = all::resizes;
  static constexpr bool weighted = all::weighted;
  static constexpr bool borrows = all::borrows;
  using state = typename all::state;

  struct layout {
    std::uint8_t kind_of[8] = {};    ///< by choice: index of its kind in Kinds
    int choices = 1;                 ///< number of methods that the plan chose from
    typename all::layout of_kind{};  ///< by kind: large enough for all choices of that kind
    friend constexpr bool operator==(layout const&, layout const&) = default;
  };
  static constexpr int members(layout const& l) noexcept { return l.choices; }
  static constexpr layout rescaled_layout(layout const& l, plan_shape const& to, field how) noexcept {
    layout other = l;
    other.of_kind = all::rescaled_layout(l.of_kind, to, how);
    return other;
  }
  static constexpr char const* names[] = {Kinds::name...};
  /// True if each choice is of a kind whose m is one number for each row.
  static constexpr bool constant_field_of(layout const& l) noexcept {
    constexpr bool constant[] = {Kinds::constant_field...};
    for (int k = 0; k < l.choices; ++k)
      if (!constant[l.kind_of[k]]) return false;
    return true;
  }

  template <space S, access A = access::read>
  struct columns {
    typename all::template columns<S, A> inner;
    std::uint8_t kind_of[8] = {};  ///< copy of layout.kind_of
    void place(detail::column_layout& put, layout const& l, plan_shape const& s) noexcept {
      for (int k = 0; k < 8; ++k) kind_of[k] = l.kind_of[k];
      inner.place(put, l.of_kind, s);
    }
    MIXAUG_HD state state_of(index_t i, float ratio, std::uint8_t choice) const noexcept {
      return inner.state_of(i, ratio, kind_of[choice & 7]);
    }
    void clear(index_t i) const noexcept { inner.clear(i); }
    bool kept(index_t i) const noexcept { return inner.kept(i); }
    template <class From>
    MIXAUG_HD void assign(index_t i, From const& other, index_t j) const noexcept {
      inner.assign(i, other.inner, j);
    }
    template <class From>
    void rescale(From const& f, plan_shape const& from, plan_shape const& to, field how) const noexcept {
      inner.rescale(f.inner, from, to, how);
    }
    /// The columns of the K-th kind.
    template <int K>
    auto const& of() const noexcept {
      return inner.template member<K>();
    }
  };
};

/// The library's kinds, known at run time, and user-defined ones.
template <class... Own>
using any_kind_and = any_of<whole, boxes, box_pair, cells, resized_box, mask, moved_cells, pixel_mask, Own...>;
/// The library's kinds, known at run time.
using any_kind = any_kind_and<>;

}  // namespace kind

namespace blend {

/// A blend known at run time: each choice is mix or erase.
struct any_blend : rule {
  bool erases[8] = {};
  fill_value fill[8] = {};

  MIXAUG_HD constexpr bool reads_source(std::uint8_t choice) const noexcept { return !erases[choice & 7]; }
  MIXAUG_HD constexpr bool per_channel(std::uint8_t choice) const noexcept {
    return erases[choice & 7] && fill[choice & 7].count > 1;
  }
  template <class T>
  void check(index_t channels) const {
    for (int k = 0; k < 8; ++k)
      if (erases[k]) erase{fill[k]}.template check<T>(channels);
  }
  template <run_kind K, class T>
  MIXAUG_HD void run(std::uint8_t choice, run_of<T> o, run_of<T const> a, run_of<T const> b, index_t n, float m,
                     index_t channel, index_t px) const noexcept {
    if (erases[choice & 7])
      erase{fill[choice & 7]}.template run<K>(0, o, a, b, n, m, channel, px);
    else
      mix{}.template run<K>(0, o, a, b, n, m, channel, px);
  }
};

}  // namespace blend

/// Run-time form of a plan of these kinds and of the library's blends: for text and replay. Every typed plan converts
/// to it, and every backend applies it, with the same pixels.
template <class... Kinds>
using any_plan_of = plan<kind::any_of<Kinds...>, blend::any_blend>;
/// A plan of any kind of region and any blend of the library.
using any_plan = plan<kind::any_kind, blend::any_blend>;

namespace detail {

/// Index of Kind in Kinds; sizeof...(Kinds) if it is not one of them.
template <class Kind, class... Kinds>
constexpr int place_of() noexcept {
  int at = 0;
  for (bool same : {std::is_same_v<Kind, Kinds>...}) {
    if (same) return at;
    ++at;
  }
  return at;
}
/// Returns the layout of the K-th kind.
template <int K, class Layout>
auto& layout_of(Layout& l) noexcept {
  if constexpr (K == 0) {
    if constexpr (requires { l.head; })
      return l.head;
    else
      return l;
  } else {
    return layout_of<K - 1>(l.rest);
  }
}

/// End of a chain of kinds: a single one.
template <class Kind>
struct alone {
  using type = Kind;
};
template <class Kind>
struct alone<kind::either<Kind>> {
  using type = Kind;
};
/// Calls act(kind, layout, member<choice>) for the kind of every choice of a plan.
template <class Kind, int Choice, class Layout, class Act>
void each_kind(Layout const& l, Act const& act) {
  act(static_cast<typename alone<Kind>::type*>(nullptr), l, std::integral_constant<int, Choice>{});
}
template <class Either, int Choice, class Layout, class Act>
requires requires { typename Either::tail; }
void each_kind(Layout const& l, Act const& act) {
  each_kind<typename Either::first, Choice>(l.head, act);
  each_kind<typename Either::tail, Choice + 1>(l.rest, act);
}

template <class Other>
void list_blends(blend::any_blend&, int, Other const&) noexcept {
  static_assert(always_false<Other>,
                "mixaug: plan text and any_plan know the blends mix and erase; a plan of another blend stays typed");
}
inline void list_blends(blend::any_blend& out, int at, blend::mix const&) noexcept { out.erases[at] = false; }
inline void list_blends(blend::any_blend& out, int at, blend::erase const& e) noexcept {
  out.erases[at] = true, out.fill[at] = e.fill;
}
template <class First, class... Rest>
void list_blends(blend::any_blend& out, int at, blend::either<First, Rest...> const& e) noexcept {
  if constexpr (sizeof...(Rest) > 0) {
    list_blends(out, at, e.head);
    list_blends(out, at + 1, e.rest);
  } else {
    list_blends(out, at, static_cast<First const&>(e));
  }
}

/// Returns the columns of choice C of a typed plan.
template <int C, class Columns>
auto const& columns_of_choice(Columns const& c) noexcept {
  if constexpr (requires { c.template member<C>(); })
    return c.template member<C>();
  else
    return c;
}

/// Converts a plan to the run-time form of `Kinds`.
template <class R, class B, class... Kinds>
void convert(plan<R, B> const& p, any_plan_of<Kinds...>& q) {
  typename kind::any_of<Kinds...>::layout layout;
  layout.choices = R::members(p.layout);
  each_kind<R, 0>(p.layout, [&](auto* tag, auto const& l, auto choice) {
    using own = std::remove_pointer_t<decltype(tag)>;
    constexpr int k = place_of<own, Kinds...>();
    static_assert(k < static_cast<int>(sizeof...(Kinds)),
                  "mixaug: plan text and any_plan know the library's kinds of regions; name your own in "
                  "read_plan<my_kind>(stream), or keep the plan typed");
    if constexpr (k < static_cast<int>(sizeof...(Kinds))) {
      layout.kind_of[choice.value] = static_cast<std::uint8_t>(k);
      auto& all = layout_of<k>(layout.of_kind);
      all = own::merged(all, l);
    }
  });
  q.fit(p.shape, layout);
  q.drawn_with = p.drawn_with;
  plan_writer::flags(q) = p.flags();
  list_blends(q.blend, 0, p.blend);
  auto const v = plan_writer::columns(q);
  copy_decisions(p, v);
  for (index_t i = 0; i < p.rows(); ++i) {
    v.region.clear(i);
    each_kind<R, 0>(p.layout, [&](auto* tag, auto const&, auto choice) {
      constexpr int k = place_of<std::remove_pointer_t<decltype(tag)>, Kinds...>();
      if (p.choice[i] == choice.value)
        v.region.template of<k>().assign(i, columns_of_choice<decltype(choice)::value>(p.region), i);
    });
  }
  index_plan(v, q.blend, q.flags().local, q.scratch());
}

}  // namespace detail

/// Returns the run-time form of a plan.
template <class R, class B>
any_plan to_any(plan<R, B> const& p) {
  if constexpr (std::is_same_v<plan<R, B>, any_plan>) {
    return p;
  } else {
    any_plan q;
    detail::convert(p, q);
    return q;
  }
}

}  // namespace mixaug

MIXAUG_EXACT_END
