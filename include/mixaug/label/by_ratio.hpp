// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::label {

/// Label coefficients are the drawn ratio, whatever the shares of the pixels: `correct_lam = false`.
struct by_ratio {
  static constexpr bool on_device = true;
  template <class In>
  void read(In const&, space) noexcept {}
  void check(plan_shape const&) const noexcept {}
  MIXAUG_HD label_shares operator()(row_facts const& row, double) const noexcept {
    return {row.ratio, 1.0f - row.ratio};
  }
};

}  // namespace mixaug::label

MIXAUG_EXACT_END
