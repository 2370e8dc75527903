#include <thrust/system/tbb/execution_policy.h>

#include <mixaug/backend/thrust.hpp>

#include "step/loss_sum_cases.hpp"

using backend = mixaug::thrust_on<std::remove_cvref_t<decltype(thrust::tbb::par)>>;

TEST_CASE_TEMPLATE_INVOKE(loss_soft, backend);
TEST_CASE_TEMPLATE_INVOKE(loss_reduced, backend);
TEST_CASE_TEMPLATE_INVOKE(loss_sources, backend);
