#include "support/thrust_systems.hpp"
// after the backends
#include "apply/label_grid_cases.hpp"
#include "apply/noise_cases.hpp"
#include "apply/roi_align_cases.hpp"
#include "loss/loss_sum_cases.hpp"

TEST_CASE_TEMPLATE_INVOKE(loss_soft, test::thrust_threads);
TEST_CASE_TEMPLATE_INVOKE(loss_reduced, test::thrust_threads);
TEST_CASE_TEMPLATE_INVOKE(loss_sources, test::thrust_threads);
TEST_CASE_TEMPLATE_INVOKE(roi_align_bits, test::thrust_threads);
TEST_CASE_TEMPLATE_INVOKE(noise_bits, test::thrust_threads);
TEST_CASE_TEMPLATE_INVOKE(label_grids, test::thrust_threads);
