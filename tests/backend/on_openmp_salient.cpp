#include <mixaug/backend/openmp.hpp>

#include "label/score_cases.hpp"
#include "plan/failure_cases.hpp"
#include "region/puzzle_cases.hpp"
#include "region/salient_cases.hpp"
#include "region/top_cells_cases.hpp"

TEST_SALIENT(mixaug::openmp);
TEST_TOP_CELLS(mixaug::openmp);
TEST_SCORE_LABELS(mixaug::openmp);
TEST_PUZZLE(mixaug::openmp);
TEST_CASE_TEMPLATE_INVOKE(failing_maps, mixaug::openmp);
TEST_CASE_TEMPLATE_INVOKE(failing_plans, mixaug::openmp);
