#include <mixaug/backend/openmp.hpp>

#include "augment/augment_cases.hpp"

TEST_AUGMENT(mixaug::openmp);
