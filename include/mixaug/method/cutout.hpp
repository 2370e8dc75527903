// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/erase.hpp>
#include <mixaug/label/keep.hpp>
#include <mixaug/pairing/none.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/constant.hpp>
#include <mixaug/region/random_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Cutout (DeVries and Taylor, arXiv 1708.04552): fills n_holes boxes of side `length` pixels, with uniform centres,
/// clipped; the label is kept. As published, an odd length loses one pixel; use placement::shifted or inside for the
/// whole side. `fill` is one value, or one for each channel, in the units of the pixels (0 after normalisation is the
/// data set's mean).
/// Errors: n_holes outside 1..64, length < 1, or length 1 with clipping (no pixel would be left), a fill that the
/// element type cannot hold.
struct cutout {
  index_t n_holes = 1;
  index_t length = 16;
  fill_value fill{};
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;
  mixaug::placement placement = mixaug::placement::clipped;

  auto stages() const {
    if (length < 1 || length > INT32_MAX)
      detail::fail("cutout's length", detail::text(length), "a side of 1 to 2147483647 pixels");
    return recipe{pairing::none{},
                  ratio::constant{1.0f},
                  region::random_box{.placement = placement, .length = length, .boxes = n_holes},
                  blend::erase{fill},
                  label::keep{},
                  when{mode, prob}};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
