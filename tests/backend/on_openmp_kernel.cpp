#include <mixaug/backend/openmp.hpp>

#include "kernel/table_cases.hpp"
#include "backend/fork_cases.hpp"

template <int N>
struct threads : ma::openmp {
  threads() : ma::openmp{N} {}
};

TEST_CASE_TEMPLATE_INVOKE(kernel_tables, threads<1>, threads<2>, threads<5>);
TEST_CASE_TEMPLATE_INVOKE(kernel_partners, threads<2>, threads<3>);
TEST_CASE_TEMPLATE_INVOKE(kernel_refusals, threads<2>);
TEST_CASE_TEMPLATE_INVOKE(same_tables_after_fork, threads<2>);
