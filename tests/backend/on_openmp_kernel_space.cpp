#include <mixaug/backend/openmp.hpp>

#include "kernel/grid_cases.hpp"
#include "kernel/pass_cases.hpp"

TEST_CASE("tables of several columns on 1, 2 and 5 threads") {
  using namespace kernel_space;
  for (int threads : {1, 2, 5}) {
    ma::openmp const be{threads};
    for (int law = 0; law <= reference::laws; ++law) {
      same_grid<float, 2>(be, law, 33000, {0.1, ma::kernel::gaussian, false}, 512);
      same_pass<float>(be, law, 500, 10, {2.0, ma::kernel::gaussian, false});
    }
    same_grid<double, 3>(be, 1, 34000, {0.15, ma::kernel::gaussian, true}, 2048);
    same_grid<float, 3>(be, 0, 33000, {1e-13, ma::kernel::tophat, true}, 100);
    same_pass<float>(be, 1, 33000, 4, {1.0, ma::kernel::gaussian, false}, 1);
    same_pass<float>(be, 1, 600, 512, {11.0, ma::kernel::tophat, true});
  }
}
