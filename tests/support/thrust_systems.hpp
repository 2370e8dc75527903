#pragma once
#if defined(MIXAUG_TEST_THRUST_CPP)
#  include <thrust/system/cpp/execution_policy.h>
#endif
#if defined(MIXAUG_TEST_THRUST_OMP)
#  include <thrust/system/omp/execution_policy.h>
#endif
#if defined(MIXAUG_TEST_THRUST_TBB)
#  include <thrust/system/tbb/execution_policy.h>
#endif

#include <mixaug/backend/thrust.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

#include "support/plans.hpp"

namespace test {

template <class Policy>
inline constexpr bool own_loops<mixaug::thrust_on<Policy>> = false;

template <class Policy>
using thrust_system = std::tuple<mixaug::thrust_on<std::remove_cvref_t<Policy>>>;

/// The systems of Thrust that this program was built for, as backends of the cases:
/// TEST_CASE_TEMPLATE_APPLY(case, test::thrust_systems).
using thrust_systems = decltype(std::tuple_cat(
#if defined(MIXAUG_TEST_THRUST_CPP)
    std::declval<thrust_system<decltype(thrust::cpp::par)>>(),
#endif
#if defined(MIXAUG_TEST_THRUST_OMP)
    std::declval<thrust_system<decltype(thrust::omp::par)>>(),
#endif
#if defined(MIXAUG_TEST_THRUST_TBB)
    std::declval<thrust_system<decltype(thrust::tbb::par)>>(),
#endif
    std::declval<std::tuple<>>()));

/// One of them, for tests in which only the threads differ.
using thrust_threads = std::tuple_element_t<std::tuple_size_v<thrust_systems> - 1, thrust_systems>;

}  // namespace test
