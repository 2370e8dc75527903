#include <mixaug/kernel/cuda_sort.cuh>

#include "kernel/grid_cases.hpp"
#include "kernel/pass_cases.hpp"

TEST_KERNEL_GRIDS(mixaug::cuda);
TEST_KERNEL_PASSES(mixaug::cuda);
