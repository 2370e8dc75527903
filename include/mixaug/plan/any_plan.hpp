// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/erase.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/plan/detail/either_blend.hpp>
#include <mixaug/plan/detail/either_kind.hpp>
#include <mixaug/plan/detail/row_orders.hpp>
#include <mixaug/region/kind/all.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

namespace kind {

/// A region whose kind is known at run time: each choice is whole, boxes or box_pair.
struct any_kind : base {
  static constexpr bool moves = true;
  using all = either<whole, boxes, box_pair>;
  template <class Layout>
  static constexpr int members(Layout const& l) noexcept {
    return l.choices;
  }
  using state = all::state;
  struct layout {
    std::uint8_t kind_of[8] = {};  ///< by choice: 0 whole, 1 boxes, 2 box_pair
    int choices = 1;               ///< methods that the plan chose from
    index_t boxes = 1;             ///< boxes a sample, where a choice has boxes
    friend constexpr bool operator==(layout const&, layout const&) = default;
  };
  template <space S, access A = access::read>
  struct columns {
    all::columns<S, A> inner;
    std::uint8_t kind_of[8] = {};  ///< of the layout
    void place(detail::placer& put, layout const& l, plan_shape const& s) noexcept {
      for (int k = 0; k < 8; ++k) kind_of[k] = l.kind_of[k];
      inner.place(put, {{}, {{l.boxes}, {}}}, s);
    }
    MIXAUG_HD state state_of(index_t i, float ratio, std::uint8_t choice) const noexcept {
      return inner.state_of(i, ratio, kind_of[choice & 7]);
    }
    auto& box(index_t i, index_t j = 0) const noexcept { return inner.rest.head.box(i, j); }
    box_pair::columns<S, A> const& pair() const noexcept { return inner.rest.rest; }
    void clear(index_t i) const noexcept { inner.clear(i); }
    MIXAUG_HD void copy(index_t i, index_t j) const noexcept { inner.copy(i, j); }
    template <class From>
    void rescale(From const& f, plan_shape const& from, plan_shape const& to) const noexcept {
      inner.rescale(f.inner, from, to);
    }
  };
};

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

/// The run-time form of a plan, for text and replay: every typed plan converts to it, and every backend
/// applies it, with the same pixels.
using any_plan = plan<kind::any_kind, blend::any_blend>;

namespace detail {

template <class Kind>
struct kinds_in {
  static constexpr int count = 1;
  static constexpr bool boxes = std::is_same_v<Kind, kind::boxes>, pair = std::is_same_v<Kind, kind::box_pair>;
  static_assert(
      std::is_same_v<Kind, kind::whole> || boxes || pair,
      "mixaug: plan text and any_plan know the regions whole, boxes and box_pair; a plan of another kind stays "
      "typed");
  static void list(std::uint8_t* k) noexcept { *k = boxes ? 1 : pair ? 2 : 0; }
  /// Boxes a sample; 1 where there are none.
  static index_t most_boxes(typename Kind::layout const& l) noexcept {
    if constexpr (boxes)
      return l.count;
    else
      return 1;
  }
};
template <class First, class... Rest>
struct kinds_in<kind::either<First, Rest...>> {
  static constexpr int count = 1 + static_cast<int>(sizeof...(Rest));
  static void list(std::uint8_t* k) noexcept {
    kinds_in<First>::list(k);
    if constexpr (sizeof...(Rest) > 0) kinds_in<kind::either<Rest...>>::list(k + 1);
  }
  static index_t most_boxes(typename kind::either<First, Rest...>::layout const& l) noexcept {
    if constexpr (sizeof...(Rest) > 0)
      return greater(kinds_in<First>::most_boxes(l.head), kinds_in<kind::either<Rest...>>::most_boxes(l.rest));
    else
      return kinds_in<First>::most_boxes(l);
  }
};
template <class Other>
void list_blends(blend::any_blend&, int, Other const&) noexcept {
  static_assert(never<Other>,
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

/// The derived columns of a plan whose decisions and flags are complete.
inline void complete(any_plan& p) {
  p.in_order = rows_in_order(p.view());
  index_plan(plan_writer::columns(p), p.blend, p.local, p.scratch());
}

}  // namespace detail

/// The run-time form of a plan.
template <class R, class B>
any_plan to_any(plan<R, B> const& p) {
  any_plan q;
  kind::any_kind::layout layout;
  if constexpr (std::is_same_v<R, kind::any_kind>) {
    layout = p.layout;
  } else {
    detail::kinds_in<R>::list(layout.kind_of);
    layout.choices = detail::kinds_in<R>::count;
    layout.boxes = detail::kinds_in<R>::most_boxes(p.layout);
  }
  q.fit(p.shape, layout);
  q.drawn_with = p.drawn_with;
  q.blends = p.blends;
  q.local = p.local;
  q.moved = p.moved;
  if constexpr (std::is_same_v<R, kind::any_kind>)
    q.blend = p.blend;
  else
    detail::list_blends(q.blend, 0, p.blend);
  auto const v = detail::plan_writer::columns(q);
  for (index_t i = 0; i < p.rows(); ++i) {
    v.choice[i] = p.choice[i];
    v.self[i] = p.self[i];
    v.partner[i] = p.partner[i];
    v.ratio[i] = p.ratio[i];
    v.share_self[i] = p.share_self[i];
    v.share_partner[i] = p.share_partner[i];
    v.weight_self[i] = p.weight_self[i];
    v.weight_partner[i] = p.weight_partner[i];
    v.region.clear(i);
    auto const state = p.state(i);
    int const kind = layout.kind_of[p.choice[i]];
    if (kind == 2) {
      tile const t = state.tile_at(0);
      mixaug::box const b = t.where;
      v.region.pair().to[i] = b;
      v.region.pair().from[i] = detail::sized(b, b.z0 + t.source.z, b.y0 + t.source.y, b.x0 + t.source.x);
    }
    if (kind != 1) continue;
    for (index_t j = 0; j < state.tiles(); ++j) v.region.box(i, j) = state.tile_at(j).where;
  }
  detail::complete(q);
  return q;
}

}  // namespace mixaug

MIXAUG_EXACT_END
