#include <mixaug/backend/openmp.hpp>

#include "apply/label_grid_cases.hpp"
#include "apply/noise_cases.hpp"
#include "apply/roi_align_cases.hpp"
#include "loss/loss_sum_cases.hpp"

TEST_LOSSES(mixaug::openmp);
TEST_ROI_ALIGN(mixaug::openmp);
TEST_NOISE(mixaug::openmp);
TEST_LABEL_GRIDS(mixaug::openmp);

TEST_CASE("losses do not depend on the number of threads") {
  ma::index_t const n = 70000;
  auto const own = test::any_values<float>(n, 1), other = test::any_values<float>(n, 2);
  auto const p = ma::make_plan(ma::mixup{}, test::batch_of(n), ma::key{.seed = 3});
  std::vector<float> sums;
  for (int threads : {1, 2, 3, 7}) {
    ma::pair_loss(ma::openmp{threads}, p, ma::labels(own.data(), {n}), ma::labels(other.data(), {n}),
                  ma::labels(&sums.emplace_back(), {1}), ma::reduction::sum);
    CHECK(test::same_bits(sums.back(), sums.front()));
  }
  CHECK(sums.front() != 0.0f);
}
