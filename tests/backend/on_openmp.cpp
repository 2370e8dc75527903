#include <climits>
#include <mixaug/backend/openmp.hpp>

#include "support/openmp_loops.hpp"
// before the cases
#include "plan/allocation_cases.hpp"
#include "apply/apply_cases.hpp"
#include "backend/fork_cases.hpp"
#include "backend/thread_cases.hpp"

TEST_APPLY(mixaug::openmp);
TEST_CASE_TEMPLATE_INVOKE(same_large, mixaug::openmp);
TEST_CASE_TEMPLATE_INVOKE(same_threads, mixaug::openmp);
TEST_CASE_TEMPLATE_INVOKE(no_allocations, mixaug::openmp);

namespace {
struct two_threads : mixaug::openmp {
  two_threads() : mixaug::openmp{2} {}
};
}  // namespace
TEST_CASE_TEMPLATE_INVOKE(same_after_fork, mixaug::openmp, two_threads);

TEST_CASE("at most 1024 threads are asked for, and less than one is as OpenMP is set") {
  CHECK(mixaug::openmp{1000000}.lanes() == 1024);
  CHECK(mixaug::openmp{INT_MAX}.lanes() == mixaug::openmp::most_threads);
  CHECK(mixaug::openmp{7}.lanes() == 7);
  omp_set_num_threads(3);
  CHECK(mixaug::openmp{}.lanes() == 3);
  CHECK(mixaug::openmp{-5}.lanes() == 3);
  omp_set_num_threads(100000);
  CHECK(mixaug::openmp{}.lanes() == 1024);
  omp_set_num_threads(omp_get_num_procs());
}
