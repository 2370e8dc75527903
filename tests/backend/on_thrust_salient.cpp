#include "support/thrust_systems.hpp"
// after the backends
#include "label/score_cases.hpp"
#include "plan/failure_cases.hpp"
#include "region/puzzle_cases.hpp"
#include "region/salient_cases.hpp"
#include "region/top_cells_cases.hpp"

TEST_SALIENT(test::thrust_threads);
TEST_TOP_CELLS(test::thrust_threads);
TEST_SCORE_LABELS(test::thrust_threads);
TEST_PUZZLE(test::thrust_threads);
TEST_CASE_TEMPLATE_APPLY(failing_maps, test::thrust_systems);
TEST_CASE_TEMPLATE_INVOKE(failing_plans, test::thrust_threads);

TEST_CASE("Thrust: maps do not depend on the threads") {
  auto const bytes = test::soft_images(11, 3, 40, 50, 2);
  auto const x = ma::nchw(bytes.data(), {11, 3, 40, 50});
  std::vector<float> one(11 * 40 * 50), many(one.size());
  ma::saliency_map(ma::serial{}, ma::saliency::spectral_residual{}, x, ma::scores(one.data(), {11, 40, 50}));
  ma::saliency_map(test::thrust_threads{}, ma::saliency::spectral_residual{}, x, ma::scores(many.data(), {11, 40, 50}));
  CHECK(test::first_difference(one, many) == -1);
}
