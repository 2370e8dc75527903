// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

namespace label {

/// The label is not mixed: the sample keeps its own (Cutout) or, if pixels came from the partner and `of` is source,
/// takes the partner's.
struct keep {
  side of = side::target;
  static constexpr bool on_device = true;
  template <class In>
  void read(In const&, space) noexcept {}
  void check(plan_shape const&) const noexcept {}
  MIXAUG_HD label_shares operator()(row_facts const&, double pixel_share) const noexcept {
    return of == side::source && pixel_share < 1.0 ? label_shares{0.0f, 1.0f} : label_shares{1.0f, 0.0f};
  }
};

}  // namespace label
}  // namespace mixaug

MIXAUG_EXACT_END
