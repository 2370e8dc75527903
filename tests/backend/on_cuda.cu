#include "support/cuda_memory.cuh"
// after the device's memory
#include "apply/apply_cases.hpp"
#include "apply/field_cases.hpp"
#include "apply/identity_cases.hpp"
#include "apply/large_cases.hpp"
#include "apply/source_cases.hpp"
#include "apply/separate_rows_cases.hpp"

TEST_APPLY(mixaug::cuda);
TEST_FIELDS(mixaug::cuda);
TEST_IDENTITY(mixaug::cuda);
TEST_LARGE(mixaug::cuda);
TEST_SOURCES(mixaug::cuda);
TEST_SEPARATE_ROWS(mixaug::cuda);
