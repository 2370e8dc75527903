// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::ratio {

/// lambda uniform on [low, high), the weight of the sample itself; 0 <= low <= high <= 1.
/// Errors: not 0 <= low <= high <= 1.
struct uniform {
  float low = 0.0f, high = 1.0f;

  uniform const& sampler() const noexcept { return *this; }
  float operator()(std::uint64_t bits, row_of_batch const&) const noexcept {
    return static_cast<float>(detail::fused_sum(static_cast<double>(high) - static_cast<double>(low),
                                                random::unit(bits), static_cast<double>(low)));
  }
  /// True if lambda may lie strictly between 0 and 1.
  bool fractional() const noexcept { return low < high || (low > 0.0f && low < 1.0f); }
  void check(plan_shape const&) const {
    if (!(low >= 0.0f && low <= high && high <= 1.0f))
      detail::fail("ratio::uniform's range",
                   "[" + detail::text(static_cast<double>(low)) + ", " + detail::text(static_cast<double>(high)) + ")",
                   "0 <= low <= high <= 1");
  }
};

}  // namespace mixaug::ratio

MIXAUG_EXACT_END
