#include "support/thrust_systems.hpp"
// after the backends
#include <mixaug/kernel/thrust_sort.hpp>

#include "kernel/grid_cases.hpp"
#include "kernel/pass_cases.hpp"

TEST_CASE_TEMPLATE_DEFINE("Thrust: tables of several columns are those of serial", Backend, thrust_space_tables) {
  using namespace kernel_space;
  Backend const be;
  for (int law = 0; law <= reference::laws; ++law)
    for (std::size_t n : {1u, 17u, 40000u}) same_grid<float, 2>(be, law, n, {0.1, ma::kernel::gaussian, n == 17}, 512);
  same_grid<float, 3>(be, 0, 33000, {1e-13, ma::kernel::gaussian, false}, 2048);
  for (std::size_t d : {4u, 64u})
    same_pass<float>(be, 1, 700, d, {0.4 * static_cast<double>(d), ma::kernel::gaussian, false});
}
TEST_CASE_TEMPLATE_APPLY(thrust_space_tables, test::thrust_systems);
