#include <mixaug/backend/openmp.hpp>

#include "weight/weight_batch_cases.hpp"

TEST_WEIGHTS(mixaug::openmp);
