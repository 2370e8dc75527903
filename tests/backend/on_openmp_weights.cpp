#include <mixaug/backend/openmp.hpp>

#include "step/weight_batch_cases.hpp"

TEST_WEIGHTS(mixaug::openmp);
