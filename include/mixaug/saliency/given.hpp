// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/detail/stored_scores.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::saliency {

/// A map that is there already (a class activation map, attention, a learned detector), kept as it is: (n, h, w)
/// or (n, 1, h, w), finite and not negative: anything else is refused on the host, and counts as 0 on a device. As a
/// method's detector: the map is inputs(x).scores(v).
struct given : detail::stored_scores {
  static constexpr char const* name = "given";
};

}  // namespace mixaug::saliency

MIXAUG_EXACT_END
