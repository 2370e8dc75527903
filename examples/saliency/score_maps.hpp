// SPDX-License-Identifier: MIT
#pragma once
// The score maps of a set of images, and the boxes that they lead to.

#include <cstddef>
#include <cstdint>
#include <mixaug/mixaug.hpp>
#include <vector>

#include "support/byte_reading.hpp"
#include "support/image_set.hpp"
#include "support/plan_reading.hpp"

namespace example {

namespace ma = mixaug;
using maps = std::vector<float>;  // n x h x w

inline auto pixels_of(image_set const& set) { return ma::nhwc(set.pixels.data(), {set.n, set.h, set.w, set.c}); }
inline maps maps_of(image_set const& set, ma::saliency::any_detector const& detector) {
  maps out(static_cast<std::size_t>(set.n * set.h * set.w));
  ma::saliency_map(ma::serial{}, detector, pixels_of(set), ma::scores(out.data(), {set.n, set.h, set.w}));
  return out;
}
// As the published SaliencyMix reads them, see byte_reading.hpp.
inline maps misread_maps_of(image_set const& set) {
  maps out;
  for (std::int64_t i = 0; i < set.n; ++i) {
    auto const map = byte_reading_map(set.image(i), set.h, set.w);
    out.insert(out.end(), map.begin(), map.end());
  }
  return out;
}
// Methods that read scores take these maps and run no detector.
inline auto inputs_of(image_set const& set, maps const& scores) {
  return ma::inputs(pixels_of(set))
      .class_ids(ma::class_ids(set.labels.data(), {set.n}))
      .scores(ma::scores(scores.data(), {set.n, set.h, set.w}));
}

// The box of a quarter of the pixels that each image would give away.
inline std::vector<outlined> patches_of(image_set const& set, maps const& scores, ma::search of) {
  auto const method =
      ma::with(ma::with(ma::saliencymix{.search = of}, ma::pairing::reverse{}), ma::ratio::constant{0.75f});
  auto const plan = ma::make_plan(ma::serial{}, method, inputs_of(set, scores), ma::key{});
  std::vector<outlined> out(static_cast<std::size_t>(set.n));
  for (std::int64_t i = 0; i < set.n; ++i)
    out[static_cast<std::size_t>(plan.partner[i])] = boxes_of(plan, i).read.at(0);
  return out;
}

}  // namespace example
