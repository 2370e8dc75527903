#include <mixaug/backend/openmp.hpp>

#include "step/salient_cases.hpp"

TEST_SALIENT(mixaug::openmp);
