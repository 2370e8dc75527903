#include <thrust/system/tbb/execution_policy.h>

#include <mixaug/backend/thrust.hpp>

#include "step/weight_batch_cases.hpp"

using tbb_backend = mixaug::thrust_on<std::remove_cvref_t<decltype(thrust::tbb::par)>>;

TEST_WEIGHTS(tbb_backend);
