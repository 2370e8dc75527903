// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta.hpp>
#include <mixaug/region/top_cells.hpp>
#include <mixaug/saliency/detector.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// AttentiveMix (Walawalkar et al., ICASSP 2020, arXiv 2003.13048): the `top_k` cells of a `grid` x `grid` grid in
/// which the partner's scores are largest in the mean are pasted into the sample, at the same place. With `of` =
/// side::target it is the sample whose cells are chosen: these stay, and all others are the partner's (the published
/// code, which pastes them into a random image, and OpenMixup). With k_from_ratio (AttentiveMix+) their number is
/// round(r N) of N cells, at least 1, where r is the weight of the image whose cells they are: 1 - lambda for the
/// partner, lambda for the sample, lambda ~ Beta(alpha, alpha). Without it alpha is not read, and plan.ratio is the
/// sample's part of the cells. Scores are given, inputs(x).scores(v), of the image's size or coarser, such as a
/// teacher's last features (n, 7, 7); or those of a detector. Labels follow the true share. Plan with a backend:
/// make_plan(serial{}, attentivemix{}, inputs(x).scores(v), key). Default: a lambda for each sample; mode::batch draws
/// one for the batch, and each row has its own cells. Errors: those of region::top_cells, alpha <= 0, prob outside [0,
/// 1], no scores.
struct attentivemix {
  float alpha = 1.0f;
  index_t top_k = 6;
  index_t grid = 7;
  bool k_from_ratio = false;
  side of = side::source;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;
  saliency::any_detector detector = saliency::given{};

  auto stages() const {
    return recipe{pairing::shuffle{},
                  part_of_cells{{alpha}, region::top_cells{top_k, grid, k_from_ratio, of}},
                  region::top_cells{top_k, grid, k_from_ratio, of},
                  blend::mix{},
                  label::by_share{},
                  when{mode, prob},
                  detector};
  }

 private:
  /// lambda ~ Beta(alpha, alpha), or the sample's part of the cells where their number is fixed.
  struct part_of_cells {
    ratio::beta drawn;
    region::top_cells cells;

    struct sampler_type {
      ratio::beta::drawn draw;
      bool drawn;
      region::top_cells cells;
      float operator()(std::uint64_t bits, row_of_batch const& row) const noexcept {
        if (drawn) return draw(bits, row);
        double const part = static_cast<double>(cells.top_k) / static_cast<double>(cells.layout(row.shape).count);
        return static_cast<float>(cells.of == side::source ? 1.0 - part : part);
      }
    };
    sampler_type sampler() const {
      return {ratio::beta{cells.k_from_ratio ? drawn.alpha : 1.0f}.sampler(), cells.k_from_ratio, cells};
    }
    bool fractional() const noexcept { return true; }
    void check(plan_shape const& s) const {
      if (cells.k_from_ratio) drawn.check(s);
      cells.check(s);
    }
  };
};

}  // namespace mixaug

MIXAUG_EXACT_END
