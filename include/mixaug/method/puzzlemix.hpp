// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta.hpp>
#include <mixaug/region/puzzle.hpp>
#include <mixaug/saliency/detector.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// PuzzleMix (Kim, Choo and Song, ICML 2020, arXiv 2009.06962): each cell of a grid shows the sample, its partner or
/// their blend, by an exact minimum of the published energy, and cells move to where their image is shown. lambda ~
/// Beta(alpha, alpha). The scores are the magnitude of the loss's gradient, inputs(x).scores(v); or a detector's.
/// Pixels are brought to [0, 1] by `range` or, where given, `normalised`. Labels follow the mean of m. Plan with a
/// backend, which reads the pixels: make_plan(openmp{}, puzzlemix{}, inputs(x).scores(v), key). Default: a grid and a
/// lambda for each sample; the paper draws one of each for the batch (mode::batch), and a mask for each sample. Cannot
/// be applied in place unless transport = false. Errors: those of region::puzzle, alpha <= 0, prob outside [0, 1], no
/// scores.
struct puzzlemix {
  float alpha = 1.0f;
  int n_labels = 3;
  float beta = 1.2f, gamma = 0.5f, eta = 0.2f;
  int neigh_size = 4;
  float t_eps = 0.8f;
  block_list blocks = {2, 4, 8, 16};
  bool transport = true;
  int t_size = -1;
  puzzle_energy energy = puzzle_energy::published;
  puzzle_solver solver = puzzle_solver::exact;
  puzzle_assignment assignment = puzzle_assignment::exact;
  value_range range = {0.0f, 1.0f};
  pixel_normalisation normalised{};
  mixaug::mode mode = mixaug::mode::sample;
  float prob = 1.0f;
  saliency::any_detector detector = saliency::given{};

  auto stages() const {
    return recipe{pairing::shuffle{},
                  ratio::beta{alpha},
                  region::puzzle{n_labels, beta, gamma, eta, neigh_size, t_eps, blocks, transport, t_size, energy,
                                 solver, assignment, range, normalised},
                  blend::mix{},
                  label::by_share{},
                  when{mode, prob},
                  detector};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
