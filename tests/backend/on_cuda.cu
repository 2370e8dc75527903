#include "support/cuda_memory.cuh"
// after the device's memory
#include "step/apply_cases.hpp"
#include "step/identity_cases.hpp"
#include "step/large_cases.hpp"
#include "step/source_cases.hpp"

TEST_APPLY(mixaug::cuda);
TEST_IDENTITY(mixaug::cuda);
TEST_LARGE(mixaug::cuda);
TEST_SOURCES(mixaug::cuda);
