// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Pixel that replaces i outside [0, n): reflected borders d c b | a b c d | c b a, the edge not repeated, reflected as
/// often as needed. On a side of one pixel it is that pixel.
MIXAUG_HD constexpr index_t reflect_101(index_t i, index_t n) noexcept {
  if (n == 1) return 0;
  while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
  return i;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
