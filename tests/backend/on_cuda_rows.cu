#include "support/cuda_memory.cuh"
// after the device's memory
#include "step/adjoint_cases.hpp"
#include "step/inplace_cases.hpp"
#include "step/repeated_cases.hpp"

TEST_ADJOINT(mixaug::cuda);
TEST_INPLACE(mixaug::cuda);
TEST_REPEATED(mixaug::cuda);
