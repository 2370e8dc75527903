// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/kind.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// one_of: the sample's choice says which kind holds its field; all column sets lie in the block.
template <class First, class... Rest>
struct either {
  using tail = either<Rest...>;
  static constexpr bool constant_field = First::constant_field && tail::constant_field;
  static constexpr bool moves = detail::moving<First>() || detail::moving<tail>();

  struct state {
    typename First::state head;
    typename tail::state rest;
    bool in_head;
    MIXAUG_HD index_t patches() const noexcept { return in_head ? head.patches() : rest.patches(); }
    MIXAUG_HD patch get(index_t j) const noexcept { return in_head ? head.get(j) : rest.get(j); }
    MIXAUG_HD piece at(index_t z, index_t y, index_t x) const noexcept {
      return in_head ? head.at(z, y, x) : rest.at(z, y, x);
    }
    MIXAUG_HD bool constant(float& m) const noexcept { return in_head ? head.constant(m) : rest.constant(m); }
    MIXAUG_HD offset moved() const noexcept { return in_head ? detail::moved_by(head) : detail::moved_by(rest); }
    double mean(plan_shape const& s) const noexcept { return in_head ? head.mean(s) : rest.mean(s); }
  };

  template <space S>
  struct columns {
    typename First::template columns<S> head;
    typename tail::template columns<S> rest;
    void place(detail::placer& put, plan_shape const& s) noexcept { head.place(put, s), rest.place(put, s); }
    MIXAUG_HD state of(index_t i, float ratio, std::uint8_t choice) const noexcept {
      if (choice == 0) return {head.of(i, ratio, 0), {}, true};
      return {{}, rest.of(i, ratio, static_cast<std::uint8_t>(choice - 1)), false};
    }
    void clear(index_t i) const noexcept { head.clear(i), rest.clear(i); }
    template <class From>
    void rescale(From const& f, plan_shape const& from, plan_shape const& to) const noexcept {
      head.rescale(f.head, from, to), rest.rescale(f.rest, from, to);
    }
  };
};
template <class Only>
struct either<Only> : Only {};

}  // namespace mixaug::kind

MIXAUG_EXACT_END
