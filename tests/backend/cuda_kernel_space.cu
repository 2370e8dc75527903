#include <mixaug/backend/cuda_sort.cuh>

#include "pairing/kernel_grid_cases.hpp"
#include "pairing/kernel_pass_cases.hpp"

TEST_KERNEL_GRIDS(mixaug::cuda);
TEST_KERNEL_PASSES(mixaug::cuda);
