// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

#if !defined(__CUDACC__) && !defined(THRUST_DEVICE_SYSTEM)
#  error \
      "mixaug: Thrust takes CUDA as its device where nothing is said, and this is not a CUDA compile; link a target made by thrust_create_target, or define THRUST_DEVICE_SYSTEM (for example -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_OMP)"
#endif
#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/cpp/execution_policy.h>
#include <thrust/version.h>

#include <mixaug/backend/detail/device_steps.hpp>
#include <mixaug/backend/detail/fork.hpp>
#include <thread>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// True for CPP, OMP, TBB and seq policies, which run on the host: they derive from the sequential policy.
template <class Policy>
inline constexpr bool runs_on_host = std::is_base_of_v<::thrust::cpp::execution_policy<Policy>, Policy> ||
                                     std::is_same_v<Policy, std::remove_cvref_t<decltype(::thrust::seq)>>;

/// Runs item k of a device job: thread k % count of item row k / count.
template <class Job>
struct linear_job {
  Job job;
  index_t count;
  MIXAUG_HD void operator()(index_t k) const noexcept {
    index_t const i = quotient(k, count);
    job(job.begin(i), k - i * count);
  }
};

}  // namespace detail

// A program may contain two versions of Thrust, and the meaning of thrust::device depends on THRUST_DEVICE_SYSTEM:
// units that disagree fail to link instead of sharing a name.
#define MIXAUG_THRUST_NAME_(version, system) v0_thrust_##version##_##system
#define MIXAUG_THRUST_NAME(version, system) MIXAUG_THRUST_NAME_(version, system)
#define MIXAUG_THRUST_NAMESPACE MIXAUG_THRUST_NAME(THRUST_VERSION, THRUST_DEVICE_SYSTEM)
inline namespace MIXAUG_THRUST_NAMESPACE {

/// Backend of any Thrust policy: thrust_on{thrust::omp::par}, thrust_on{thrust::cuda::par_nosync.on(stream)}, ... Host
/// policies (CPP, OMP, TBB, seq) take host views and plans, CUDA policies device ones; par waits for the work,
/// par_nosync does not. The results have the same bits as those of serial and of cuda. Include the policy's own header.
/// In a child of fork(), host policies run on one thread (see backend/detail/fork.hpp).
template <class Policy>
struct thrust_on {
  Policy policy{};

  using mixaug_backend = void;
  static constexpr space memory = detail::runs_on_host<Policy> ? space::host : space::device;

  /// Number of processors; 1 if the standard library does not know it.
  index_t lanes() const noexcept {
    if (memory == space::host && detail::forked()) return 1;
    return detail::greater(1, index_t{std::thread::hardware_concurrency()});
  }
  template <class Items>
  void items(index_t count, Items const& job) const {
    if constexpr (memory == space::host)
      if (detail::forked()) {
        for (index_t k = 0; k < count; ++k) job(k);
        return;
      }
    ::thrust::for_each_n(policy, ::thrust::counting_iterator<index_t>(0), count, job);
  }
  template <class Job>
  void launch(Job const& job, index_t rows, index_t count) const {
    items(rows * count, detail::linear_job<Job>{job, count});
  }
  template <class Job, class Scratch>
  void steps(Job const& job, index_t maps, Scratch& scratch) const {
    detail::device_steps(*this, job, maps, scratch.reserve(detail::device_step_bytes(job, maps), false));
  }
};
template <class Policy>
thrust_on(Policy) -> thrust_on<Policy>;

/// The default of mixaug::thrust: the system that THRUST_DEVICE_SYSTEM names.
using thrust_device = thrust_on<std::remove_cvref_t<decltype(::thrust::device)>>;

}  // namespace MIXAUG_THRUST_NAMESPACE
}  // namespace mixaug

MIXAUG_EXACT_END
