#include "support/thrust_systems.hpp"
// after the backends
#include <mixaug/kernel/thrust_sort.hpp>

#include "kernel/table_cases.hpp"
#include "backend/fork_cases.hpp"

TEST_KERNEL_TABLES(test::thrust_threads);

// What is drawn from a table follows from its bits: one system draws for all.
TEST_CASE_TEMPLATE_DEFINE("Thrust: the table of one thread", Backend, thrust_tables) {
  for (mixaug::index_t n : {1, 31, 32769, 100000})
    for (double h : {1e-5, 0.01, 1.0}) {
      auto const y = test::law_of<float>(static_cast<int>(n % 4), n);
      auto const want = test::line_of(mixaug::serial{}, y, {.bandwidth = h});
      CHECK(test::same_table(test::line_of(Backend{}, y, {.bandwidth = h}), want));
    }
}
TEST_CASE_TEMPLATE_APPLY(thrust_tables, test::thrust_systems);
TEST_CASE_TEMPLATE_INVOKE(same_tables_after_fork, test::thrust_threads);
