#include "step/failure_cases.hpp"
#include "step/salient_cases.hpp"

TEST_SALIENT(mixaug::serial);
TEST_CASE_TEMPLATE_INVOKE(failing_maps, mixaug::serial);
TEST_CASE_TEMPLATE_INVOKE(failing_plans, mixaug::serial);
