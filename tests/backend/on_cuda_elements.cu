#include "support/cuda_memory.cuh"
// after the device's memory
#include "step/element_cases.hpp"

TEST_ELEMENTS(mixaug::cuda);
