#include "support/thrust_systems.hpp"
// after the backends
#include "plan/allocation_cases.hpp"
#include "backend/fork_cases.hpp"
#include "apply/inplace_cases.hpp"
#include "apply/source_cases.hpp"
#include "apply/separate_rows_cases.hpp"
#include "backend/thread_cases.hpp"

TEST_CASE_TEMPLATE_APPLY(same_bits_as_serial, test::thrust_systems);
TEST_CASE_TEMPLATE_APPLY(same_large, test::thrust_systems);
TEST_CASE_TEMPLATE_INVOKE(source_second, test::thrust_threads);
TEST_CASE_TEMPLATE_INVOKE(inplace_graphs, test::thrust_threads);
TEST_CASE_TEMPLATE_APPLY(no_allocations, test::thrust_systems);
TEST_CASE_TEMPLATE_APPLY(same_after_fork, test::thrust_systems);
TEST_CASE_TEMPLATE_INVOKE(separate_sources, test::thrust_threads);
