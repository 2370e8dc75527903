#include "label/score_cases.hpp"
#include "plan/failure_cases.hpp"
#include "region/salient_cases.hpp"
#include "region/top_cells_cases.hpp"

TEST_SALIENT(mixaug::serial);
TEST_TOP_CELLS(mixaug::serial);
TEST_SCORE_LABELS(mixaug::serial);
TEST_CASE_TEMPLATE_INVOKE(failing_maps, mixaug::serial);
TEST_CASE_TEMPLATE_INVOKE(failing_plans, mixaug::serial);
