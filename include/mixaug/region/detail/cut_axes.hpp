// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/columns.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Number of axes along which an image is cut. Axes of one pixel do not count: every part holds them whole.
MIXAUG_HD inline int cut_axes(plan_shape const& s) noexcept {
  int d = 0;
  for (index_t size : s.size) d += size > 1 ? 1 : 0;
  return d;
}
/// Refuses a batch of features, and one in which every part would be the whole image.
inline void check_cut_axes(char const* rule, plan_shape const& s) {
  if (s.spatial == 0)
    fail(std::string(rule) +
         " needs spatial extents, and the batch is features (n, d); use mixup, or plan on the images and apply to "
         "features with rescaled(plan, extents)");
  if (cut_axes(s) == 0)
    fail(std::string(rule) + " cuts images, and the batch's spatial extents are " +
         shape_text(s.size + 3 - s.spatial, s.spatial) +
         ", one pixel; use mixup, or plan on the images and apply to features with rescaled(plan, extents)");
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
