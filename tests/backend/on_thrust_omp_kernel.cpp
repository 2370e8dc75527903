#include <thrust/system/omp/execution_policy.h>

#include <mixaug/backend/thrust_sort.hpp>

#include "pairing/kernel_table_cases.hpp"

using kernel_backend = mixaug::thrust_on<std::remove_cvref_t<decltype(thrust::omp::par)>>;

TEST_KERNEL_TABLES(kernel_backend);
