// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// What the maps are of that label::by_score reads.
enum class scored : unsigned char {
  images,  ///< the images before they are mixed: each has its own map
  mix      ///< the mixed images: one map a row
};

namespace label {

/// Label coefficients are the parts of the score (attention, class activation) that the row shows of each image.
///   of = scored::images   self = sum of m s over the sample's map s, by its sum; partner = the same of the partner's
///   map
///                         where it is read (with a resized box: the box of the partner). They need not sum to 1
///                         (SnapMix, arXiv 2012.04846; TokenMix, arXiv 2207.08409).
///   of = scored::mix      self = sum of m s over the map of the mixed image, by its sum; partner = 1 - self (TransMix,
///                         arXiv 2111.09833). That map is known after a forward pass: plan once more with the same key,
///                         which draws the same mix, and inputs(x).scores(attention).
/// Both are mixed with the parts of the pixels: (1 - mix) part + mix score; the published code of TransMix has mix =
/// 0.5. With above_least the smallest score of each map is taken off first (SnapMix). A map whose scores sum to 0 (with
/// above_least a constant map) counts by its pixels. Maps are inputs(x).scores(v), with a second source also
/// source_scores(v), of the image's size or coarser (attention over 14 x 14 tokens): the score of a cell holds for each
/// of its pixels, pixel y being of cell floor(y gh / h). Or those of a detector, where the recipe names one. Sums are
/// in double, line by line. Plan with a backend. Errors: mix outside [0, 1], a batch that is not of images, no scores.
struct by_score {
  float mix = 1.0f;
  scored of = scored::images;
  bool above_least = false;

  static constexpr bool on_device = true;
  template <class In>
  void read(In const&, space) noexcept {}
  void check(plan_shape const& s) const {
    if (!(mix >= 0.0f && mix <= 1.0f))
      detail::fail("label::by_score's mix", detail::text(static_cast<double>(mix)),
                   "the weight of the scores, in [0, 1]; 0.5 is the mean of scores and pixels");
    if (s.spatial != 2)
      detail::fail("label::by_score needs images (n, c, h, w), and the batch has " + detail::text(index_t{s.spatial}) +
                   " spatial dimensions; for hidden features, plan on the images and use rescaled(plan, extents)");
  }
  label_needs needs() const noexcept {
    return {.self = true, .partner = of == scored::images, .above_least = above_least};
  }
  /// The coefficients by the pixels.
  MIXAUG_HD label_shares operator()(row_facts const&, double pixel_share) const noexcept {
    float const self = static_cast<float>(pixel_share);
    return {self, 1.0f - self};
  }
  MIXAUG_HD label_shares operator()(row_facts const&, double pixel_share, shown_scores const& scores) const noexcept {
    double const weight = static_cast<double>(mix);
    auto const self = static_cast<float>(detail::fused_sum(weight, scores.self - pixel_share, pixel_share));
    if (of == scored::mix) return {self, 1.0f - self};
    double const other = 1.0 - pixel_share;
    return {self, static_cast<float>(detail::fused_sum(weight, scores.partner - other, other))};
  }
};

}  // namespace label
}  // namespace mixaug

MIXAUG_EXACT_END
