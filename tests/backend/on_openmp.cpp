#include <mixaug/backend/openmp.hpp>

#include "step/allocation_cases.hpp"
#include "step/apply_cases.hpp"
#include "step/thread_cases.hpp"

TEST_APPLY(mixaug::openmp);
TEST_CASE_TEMPLATE_INVOKE(same_large, mixaug::openmp);
TEST_CASE_TEMPLATE_INVOKE(same_threads, mixaug::openmp);
TEST_CASE_TEMPLATE_INVOKE(no_allocations, mixaug::openmp);
