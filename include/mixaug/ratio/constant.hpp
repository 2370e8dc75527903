// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::ratio {

/// The same lambda, the weight of the sample itself, for every row; in [0, 1].
/// Errors: a value outside [0, 1].
struct constant {
  float value = 0.5f;

  constant const& sampler() const noexcept { return *this; }
  float operator()(std::uint64_t, row_of_batch const&) const noexcept { return value; }
  /// True if lambda may lie strictly between 0 and 1.
  bool fractional() const noexcept { return value > 0.0f && value < 1.0f; }
  void check(plan_shape const&) const {
    if (!(value >= 0.0f && value <= 1.0f))
      detail::fail("ratio::constant's value", detail::text(static_cast<double>(value)), "a ratio in [0, 1]");
  }
};

}  // namespace mixaug::ratio

MIXAUG_EXACT_END
