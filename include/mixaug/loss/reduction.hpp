// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/sums.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/core/workspace.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Reduction of the losses of the rows: none, their sum, or their mean.
enum class reduction : unsigned char { none, sum, mean };

/// Divisors of the mean of a pair loss: for each side the rows that carry a label on it. {}: all rows of the plan.
struct pair_counts {
  index_t self = 0, partner = 0;
  constexpr bool given() const noexcept { return self != 0 || partner != 0; }
};

namespace detail {

inline void check_counts(pair_counts const& c) {
  if (c.self < 0 || c.partner < 0)
    fail("counts", "{" + text(c.self) + ", " + text(c.partner) + "}", "two numbers of rows >= 0");
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
