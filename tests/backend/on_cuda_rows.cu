#include "support/cuda_memory.cuh"
// after the device's memory
#include "apply/adjoint_cases.hpp"
#include "apply/inplace_cases.hpp"
#include "apply/repeated_cases.hpp"

TEST_ADJOINT(mixaug::cuda);
TEST_INPLACE(mixaug::cuda);
TEST_REPEATED(mixaug::cuda);
