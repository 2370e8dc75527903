// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/detail/stored_scores.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::saliency {

/// A given map (a class activation map, attention, a learned detector), kept unchanged: (n, h, w) or (n, 1, h, w),
/// finite and not negative. Other scores are refused on the host, and count as 0 on a device. As a method's detector it
/// reads inputs(x).scores(v).
struct given : detail::stored_scores {
  static constexpr char const* name = "given";
};

}  // namespace mixaug::saliency

MIXAUG_EXACT_END
