#include <thrust/system/cpp/execution_policy.h>
#include <thrust/system/tbb/execution_policy.h>

#include <mixaug/backend/thrust_sort.hpp>

#include "pairing/kernel_table_cases.hpp"

// What is drawn from a table follows from its bits: the OMP system draws for all.
TEST_CASE("Thrust's TBB and CPP systems build the table of one thread") {
  mixaug::thrust_on<std::remove_cvref_t<decltype(thrust::tbb::par)>> const tbb;
  mixaug::thrust_on<std::remove_cvref_t<decltype(thrust::cpp::par)>> const cpp;
  for (mixaug::index_t n : {1, 31, 32769, 100000})
    for (double h : {1e-5, 0.01, 1.0}) {
      auto const y = test::law_of<float>(static_cast<int>(n % 4), n);
      auto const want = test::line_of(mixaug::serial{}, y, {.bandwidth = h});
      CHECK(test::same_table(test::line_of(tbb, y, {.bandwidth = h}), want));
      CHECK(test::same_table(test::line_of(cpp, y, {.bandwidth = h}), want));
    }
}
