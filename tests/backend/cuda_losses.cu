#include "support/cuda_memory.cuh"
// after the device's memory
#include "loss/loss_sum_cases.hpp"

TEST_LOSSES(mixaug::cuda);
