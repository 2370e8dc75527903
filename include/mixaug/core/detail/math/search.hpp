// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The first number of [low, high) for which before(number) is false, or high. `before` is true for all smaller numbers
/// and false for all larger ones. O(log(high - low)).
MIXAUG_HD_AS_ARGUMENT
template <class Before>
MIXAUG_HD index_t first_not_before(index_t low, index_t high, Before const& before) noexcept {
  while (low < high) {
    index_t const middle = low + (high - low) / 2;
    if (before(middle))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/// Index of the first entry of `order` whose key is not less than `value`; `order` lists rows by ascending key.
template <class Key>
MIXAUG_HD index_t first_not_less(index_t const* order, index_t n, Key const* key, index_t value) noexcept {
  return first_not_before(0, n, [=](index_t at) { return key[order[at]] < value; });
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
