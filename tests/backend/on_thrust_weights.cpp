#include "support/thrust_systems.hpp"
// after the backends
#include "weight/weight_batch_cases.hpp"

TEST_WEIGHTS(test::thrust_threads);
