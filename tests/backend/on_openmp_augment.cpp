#include <mixaug/backend/openmp.hpp>

#include "augment/mixed_cases.hpp"

TEST_AUGMENT(mixaug::openmp);
TEST_MIXED(mixaug::openmp);
