#pragma once
#include <doctest/doctest.h>

#include <mixaug/mixaug.hpp>

#include "support/compare_plans.hpp"
#include "support/score_maps.hpp"

TEST_CASE_TEMPLATE_DEFINE("PuzzleMix's plans are serial's, and errors of any lane reach the caller", Backend,
                          puzzle_plans) {
  constexpr ma::index_t n = 23, h = 32, w = 48;
  auto images = test::soft_images(n, 3, h, w, 5);
  auto const maps = test::score_maps(n, h, w, 6);
  auto const x = ma::nchw(images.data(), {n, 3, h, w});
  auto const in = ma::inputs(x).scores(ma::scores(maps.data(), {n, h, w}));
  ma::puzzlemix moving{.t_eps = 0.01f, .range = {0, 255}}, still = moving, swaps = moving;
  still.transport = false;
  swaps.solver = ma::puzzle_solver::swap;
  swaps.mode = ma::mode::batch;
  swaps.assignment = ma::puzzle_assignment::published;
  for (auto const& method : {moving, still, swaps})
    CHECK(test::same_plan(ma::make_plan(Backend{}, method, in, ma::key{.seed = 4}),
                          ma::make_plan(ma::serial{}, method, in, ma::key{.seed = 4})));
  still.range = {0, 100};
  CHECK_THROWS_AS(ma::make_plan(Backend{}, still, in, ma::key{.seed = 4}), ma::invalid_argument);
}

#define TEST_PUZZLE(BACKEND) TEST_CASE_TEMPLATE_INVOKE(puzzle_plans, BACKEND)
