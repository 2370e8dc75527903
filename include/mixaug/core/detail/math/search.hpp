// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Index of the first entry of `order` whose key is not less than `value`; `order` lists rows by ascending key.
template <class Key>
MIXAUG_HD index_t first_not_less(index_t const* order, index_t n, Key const* key, index_t value) noexcept {
  index_t low = 0, high = n;
  while (low < high) {
    index_t const middle = (low + high) / 2;
    if (key[order[middle]] < value)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
