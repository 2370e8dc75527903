// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/core/error.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Probability of a pair, up to a factor, as a function of the distance d of its labels (or features), at bandwidth h.
enum class kernel : unsigned char {
  gaussian,  ///< exp(-d^2 / (2 h^2))
  tophat     ///< 1 where d < h, else 0
};

namespace pairing {

/// Options of a kernel's sampling table (C-Mixup, Yao et al., arXiv 2210.05775).
struct kernel_options {
  double bandwidth = 0.0;                            ///< h, in the labels' own units; > 0 and finite
  mixaug::kernel kernel = mixaug::kernel::gaussian;  ///< probability as a function of the distance
  bool with_self = true;  ///< a sample may be its own partner, as published; if false, never (-1 without others)
};

}  // namespace pairing

namespace detail {
inline void check_kernel(pairing::kernel_options const& o) {
  if (!(o.bandwidth > 0.0) || !finite(o.bandwidth))
    fail("the kernel's bandwidth", text(o.bandwidth), "a finite number > 0, in the labels' units");
}
}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
