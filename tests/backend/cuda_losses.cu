#include "support/cuda_memory.cuh"
// after the device's memory
#include "apply/label_grid_cases.hpp"
#include "apply/noise_cases.hpp"
#include "apply/roi_align_cases.hpp"
#include "loss/loss_sum_cases.hpp"

TEST_LOSSES(mixaug::cuda);
TEST_ROI_ALIGN(mixaug::cuda);
TEST_NOISE(mixaug::cuda);
TEST_LABEL_GRIDS(mixaug::cuda);
