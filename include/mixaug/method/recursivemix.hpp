// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/history_row.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/uniform.hpp>
#include <mixaug/region/resized_random_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// RecursiveMix (Yang et al., NeurIPS 2022, arXiv 2203.06844): resizes the whole image of the same row of the previous
/// step's mixed batch, the history, into a box of the sample; the mixed batch and its labels are the next history. The
/// box has the area a ~ U(0, alpha) (plan.ratio = 1 - a) and a uniform centre, and is clipped; labels follow the share
/// of the clipped box. `interpolation` is nearest, as in the paper's code, or linear, which here is aligned at the
/// corners as there. The history is the second source, inputs(x).source_rows(n), 0 rows at the first step;
/// apply/history.hpp keeps one. Default: one box for each sample; the paper's code draws one for the batch
/// (mode::batch).
///   make_plan(recursivemix{}, inputs(x).source_rows(history.rows()), key)
///   apply(plan, x, history.source(), history.mixed(n))
///   soft_labels(plan, class_ids, history.targets(), history.mixed_targets(n), {.smoothing = s, .smooth =
///   smooth::self})
/// Errors: alpha outside (0, 1], prob outside [0, 1], no second source, a batch without spatial extents or of single
/// pixels.
struct recursivemix {
  float alpha = 0.5f;
  mixaug::interpolation interpolation = mixaug::interpolation::nearest;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    using way = mixaug::interpolation;
    return recipe{pairing::history_row{},
                  area{alpha},
                  region::resized_random_box{interpolation == way::linear ? way::linear_corners : interpolation},
                  blend::mix{},
                  label::by_share{},
                  when{mode, prob}};
  }

 private:
  /// lambda ~ U(1 - alpha, 1), the weight of the sample itself.
  struct area : ratio::uniform {
    float alpha;
    explicit area(float a) noexcept : ratio::uniform{1.0f - a, 1.0f}, alpha(a) {}
    area const& sampler() const noexcept { return *this; }
    void check(plan_shape const&) const {
      if (!(alpha > 0.0f && alpha <= 1.0f))
        detail::fail("recursivemix's alpha", detail::text(static_cast<double>(alpha)),
                     "the largest area of the box, in (0, 1]; to switch mixing off use prob = 0");
    }
  };
};

}  // namespace mixaug

MIXAUG_EXACT_END
