#include "support/cuda_memory.cuh"
// after the device's memory
#include "apply/element_cases.hpp"

TEST_ELEMENTS(mixaug::cuda);
