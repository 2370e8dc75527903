// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/backend.hpp>
#include <mixaug/backend/detail/step_memory.hpp>
#include <mixaug/backend/detail/step_team.hpp>
#include <mixaug/core/workspace.hpp>

MIXAUG_EXACT_BEGIN

/// Jobs of steps on a device (detectors, searches, sums). A step consists of items that do not wait for each other; the
/// next step begins when all are done. Either one block of threads runs a whole job, with its `fast` memory in shared
/// memory, or each step is one launch over all jobs, as in this file. A step of a team (step_team.hpp) is run by the
/// block, or by one thread of the launch.
namespace mixaug::detail {

/// Runs one step of a detector or a search for maps [first, ...); each map has its own memory.
template <class Job>
struct step_threads {
  Job job;
  int step;
  index_t first;
  std::byte* memory;
  std::size_t fast_bytes, slow_bytes;

  MIXAUG_HD index_t begin(index_t k) const noexcept { return k; }
  MIXAUG_HD void operator()(index_t k, index_t item) const noexcept {
    if (job.skips(first + k)) return;
    std::byte* const own = memory + static_cast<std::size_t>(k) * (fast_bytes + slow_bytes);
    step_memory const here{own, own + fast_bytes};
    if constexpr (has_team<Job>)
      if (Job::of_team(step)) return job.work(step, first + k, here, lone_thread{});
    job.run(step, first + k, item, here);
  }
};

/// Upper bound of the memory that steps use at once; further maps are processed in later turns.
inline constexpr std::size_t most_step_bytes = std::size_t{512} << 20;
inline index_t maps_a_turn(std::size_t bytes, index_t maps) noexcept {
  return greater(1, lesser(maps, static_cast<index_t>(most_step_bytes / (bytes + 1))));
}

/// Launches every step over all maps. `memory` holds the fast and slow bytes of maps_a_turn maps.
template <class Backend, class Job>
void device_steps(Backend const& be, Job const& job, index_t maps, std::byte* memory) {
  std::size_t const fast = aligned(job.fast_bytes()), slow = aligned(job.slow_bytes());
  index_t const turn = maps_a_turn(fast + slow, maps);
  for (index_t first = 0; first < maps; first += turn)
    for (int step = 0; step < Job::steps; ++step) {
      step_threads<Job> const threads{job, step, first, memory, fast, slow};
      index_t const count = step_of_team<Job>(step) ? 1 : job.count(step);
      if (count > 0) be.launch(threads, lesser(turn, maps - first), count);
    }
}
template <class Job>
std::size_t device_step_bytes(Job const& job, index_t maps) noexcept {
  std::size_t const one = aligned(job.fast_bytes()) + aligned(job.slow_bytes());
  return one * static_cast<std::size_t>(maps_a_turn(one, maps));
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
