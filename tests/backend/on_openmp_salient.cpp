#include <mixaug/backend/openmp.hpp>

#include "step/failure_cases.hpp"
#include "step/salient_cases.hpp"

TEST_SALIENT(mixaug::openmp);
TEST_CASE_TEMPLATE_INVOKE(failing_maps, mixaug::openmp);
TEST_CASE_TEMPLATE_INVOKE(failing_plans, mixaug::openmp);
