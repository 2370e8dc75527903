#include "apply/label_grid_cases.hpp"
#include "apply/noise_cases.hpp"
#include "apply/roi_align_cases.hpp"
#include "loss/loss_sum_cases.hpp"
#include "support/emulated_device.hpp"

TEST_LOSSES(test::emulated_device);
TEST_ROI_ALIGN(test::emulated_device);
TEST_NOISE(test::emulated_device);
TEST_LABEL_GRIDS(test::emulated_device);
