// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/box.hpp>
#include <mixaug/plan/plan.hpp>

MIXAUG_EXACT_BEGIN

/// Region kinds: the columns that hold the field m (the weight of the sample itself in each pixel), and
/// how kernel bodies read them. A kind is a tag with
///   holds        what its m may be (field_weights); a kind that does not say may blend anywhere
///   columns<S>   typed columns; place(placer, shape) lays them out, of(i, ratio, choice) gives the state
///   state        what is constant in a sample: patches() boxes outside which m = 1, each with one m;
///                at(z, y, x) the run of equal m that starts at a pixel; constant(m) when m is m everywhere;
///                moved(), for kinds that say moves = true: where the source is read instead of the same place
namespace mixaug {

/// What m of a kind's fields may be, whatever is drawn.
enum class field_weights : unsigned char {
  ratio,        ///< the row's ratio, everywhere
  zero_or_one,  ///< 0 and 1 alone: pixels are pasted, so ids can follow
  any           ///< anything in [0, 1]
};

/// A box of pixels with one weight of the sample itself.
struct patch {
  box where;
  float m;
};
/// m for the pixels [x, end) of a row.
struct piece {
  index_t end;
  float m;
};

namespace detail {

/// Kinds that do not say `moves` read the source where they write.
template <class Kind>
constexpr bool moving() {
  if constexpr (requires { Kind::moves; })
    return Kind::moves;
  else
    return false;
}
/// Kinds that do not say what they hold may hold any m.
template <class Kind>
constexpr field_weights held_weights() {
  if constexpr (requires { Kind::holds; })
    return Kind::holds;
  else
    return field_weights::any;
}
/// Where a state reads its source, as an offset.
template <class State>
MIXAUG_HD offset moved_by(State const& s) noexcept {
  if constexpr (requires { s.moved(); })
    return s.moved();
  else
    return {};
}

}  // namespace detail

}  // namespace mixaug

MIXAUG_EXACT_END
