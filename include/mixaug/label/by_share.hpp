// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::label {

/// Label coefficients equal the true shares of the pixels (CutMix after its box is clipped).
struct by_share {
  static constexpr bool on_device = true;
  template <class In>
  void read(In const&, space) noexcept {}
  void check(plan_shape const&) const noexcept {}
  MIXAUG_HD label_shares operator()(row_facts const&, double pixel_share) const noexcept {
    float const self = static_cast<float>(pixel_share);
    return {self, 1.0f - self};
  }
};

}  // namespace mixaug::label

MIXAUG_EXACT_END
