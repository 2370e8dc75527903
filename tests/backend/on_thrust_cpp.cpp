#include <thrust/system/cpp/execution_policy.h>

#include <mixaug/backend/thrust.hpp>

#include "step/allocation_cases.hpp"
#include "step/inplace_cases.hpp"
#include "step/source_cases.hpp"
#include "step/thread_cases.hpp"

using backend = mixaug::thrust_on<std::remove_cvref_t<decltype(thrust::cpp::par)>>;

TEST_CASE_TEMPLATE_INVOKE(same_bits_as_serial, backend);
TEST_CASE_TEMPLATE_INVOKE(same_large, backend);
TEST_CASE_TEMPLATE_INVOKE(source_second, backend);
TEST_CASE_TEMPLATE_INVOKE(inplace_graphs, backend);
TEST_CASE_TEMPLATE_INVOKE(no_allocations, backend);
