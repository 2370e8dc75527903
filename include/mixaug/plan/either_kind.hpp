// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/kind.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// Kind of one_of: the field of a row is held by the kind of its choice. The block holds all column sets, each with its
/// own layout. std::tuple is not used because it is neither trivially copyable nor callable on devices.
template <class First, class... Rest>
struct either : base {
  using first = First;
  using tail = either<Rest...>;
  static constexpr bool constant_field = First::constant_field && tail::constant_field;
  static constexpr bool moves = First::moves || tail::moves;
  static constexpr bool self_moves = First::self_moves || tail::self_moves;
  static constexpr bool resizes = First::resizes || tail::resizes;
  static constexpr bool weighted = First::weighted || tail::weighted;
  static constexpr bool borrows = First::borrows || tail::borrows;

  template <class Layout>
  static constexpr int members(Layout const&) noexcept {
    return 1 + static_cast<int>(sizeof...(Rest));
  }

  struct layout {
    typename First::layout head{};
    typename tail::layout rest{};
    friend constexpr bool operator==(layout const&, layout const&) = default;
  };

  static constexpr layout rescaled_layout(layout const& l, plan_shape const& to, field how) noexcept {
    return {First::rescaled_layout(l.head, to, how), tail::rescaled_layout(l.rest, to, how)};
  }

  struct state {
    typename First::state head;
    typename tail::state rest;
    bool in_head;
    MIXAUG_HD index_t tiles() const noexcept { return in_head ? head.tiles() : rest.tiles(); }
    MIXAUG_HD tile tile_at(index_t j) const noexcept { return in_head ? head.tile_at(j) : rest.tile_at(j); }
    MIXAUG_HD run_of_m run_at(index_t z, index_t y, index_t x) const noexcept {
      return in_head ? head.run_at(z, y, x) : rest.run_at(z, y, x);
    }
    MIXAUG_HD bool constant(float& m) const noexcept { return in_head ? head.constant(m) : rest.constant(m); }
    MIXAUG_HD double mean(plan_shape const& s) const noexcept { return in_head ? head.mean(s) : rest.mean(s); }
    MIXAUG_HD bool is_weighted() const noexcept requires weighted {
      if constexpr (First::weighted)
        if (in_head) return head.is_weighted();
      if constexpr (tail::weighted)
        if (!in_head) return rest.is_weighted();
      return false;
    }
    MIXAUG_HD void weights(index_t z, index_t y, index_t x, index_t count,
                           float* out) const noexcept requires weighted {
      if constexpr (First::weighted)
        if (in_head) return head.weights(z, y, x, count, out);
      if constexpr (tail::weighted)
        if (!in_head) return rest.weights(z, y, x, count, out);
    }
  };

  template <space S, access A = access::read>
  struct columns {
    typename First::template columns<S, A> head;
    typename tail::template columns<S, A> rest;

    void place(detail::column_layout& put, layout const& l, plan_shape const& s) noexcept {
      head.place(put, l.head, s);
      rest.place(put, l.rest, s);
    }
    MIXAUG_HD state state_of(index_t i, float ratio, std::uint8_t choice) const noexcept {
      if (choice == 0) return {head.state_of(i, ratio, 0), {}, true};
      return {{}, rest.state_of(i, ratio, static_cast<std::uint8_t>(choice - 1)), false};
    }
    void clear(index_t i) const noexcept {
      head.clear(i);
      rest.clear(i);
    }
    bool kept(index_t i) const noexcept {
      bool all = true;
      if constexpr (First::borrows) all = all && head.kept(i);
      if constexpr (tail::borrows) all = all && rest.kept(i);
      return all;
    }
    template <class From>
    MIXAUG_HD void assign(index_t i, From const& other, index_t j) const noexcept {
      head.assign(i, other.head, j);
      rest.assign(i, other.rest, j);
    }
    template <class From>
    void rescale(From const& f, plan_shape const& from, plan_shape const& to, field how) const noexcept {
      head.rescale(f.head, from, to, how);
      rest.rescale(f.rest, from, to, how);
    }
    /// Returns the columns of member K.
    template <int K>
    auto const& member() const noexcept {
      if constexpr (K == 0)
        return head;
      else if constexpr (sizeof...(Rest) == 1)
        return rest;
      else
        return rest.template member<K - 1>();
    }
  };
};
template <class Only>
struct either<Only> : Only {};

}  // namespace mixaug::kind

MIXAUG_EXACT_END
