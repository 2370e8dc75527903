// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/step_memory.hpp>

MIXAUG_EXACT_BEGIN

/// Steps of which the loops depend on data: a solver goes on until it has found its result. Such a step is run by a
/// team, which is a block of threads on a GPU (block_team in cuda_steps.cuh) and one thread elsewhere.
///
/// All threads of a team run the same statements with the same variables of their own. Memory that they share is
/// written only inside of calls of the team, item by item, and every call ends with a barrier; so what is read between
/// two calls is the same for all, and so is the way that branches and loops on it take.
///   each(count, act)          act(item) for every item of [0, count)
///   once(act)                 act() by one thread
///   any(count, test)          true if test(item) is true for some item
///   mark(count, test, set)    the same, and writes bit item % 32 of set[item / 32] for every item; count % 32 = 0
///   least(count, rank)        the least rank(item), 64 bits without sign
///   sum(count, term)          the sum of term(item), 64 bits with sign
/// Inside of a call an item reads nothing that another item writes. Every item is run, whatever the others return.
namespace mixaug::detail {

/// One thread as a team.
struct lone_thread {
  MIXAUG_HD_AS_ARGUMENT
  template <class Index, class Act>
  MIXAUG_HD void each(Index count, Act const& act) const noexcept {
    for (Index item = 0; item < count; ++item) act(item);
  }
  MIXAUG_HD_AS_ARGUMENT
  template <class Act>
  MIXAUG_HD void once(Act const& act) const noexcept {
    act();
  }
  MIXAUG_HD_AS_ARGUMENT
  template <class Test>
  MIXAUG_HD bool any(int count, Test const& test) const noexcept {
    bool found = false;
    for (int item = 0; item < count; ++item)
      if (test(item)) found = true;
    return found;
  }
  MIXAUG_HD_AS_ARGUMENT
  template <class Test>
  MIXAUG_HD bool mark(int count, Test const& test, std::uint32_t* set) const noexcept {
    bool found = false;
    for (int first = 0; first < count; first += 32) {
      std::uint32_t word = 0;
      for (int bit = 0; bit < 32; ++bit)
        if (test(first + bit)) word |= std::uint32_t{1} << bit;
      set[first / 32] = word;
      found = found || word != 0;
    }
    return found;
  }
  MIXAUG_HD_AS_ARGUMENT
  template <class Rank>
  MIXAUG_HD std::uint64_t least(int count, Rank const& rank) const noexcept {
    std::uint64_t best = ~std::uint64_t{0};
    for (int item = 0; item < count; ++item)
      if (std::uint64_t const r = rank(item); r < best) best = r;
    return best;
  }
  MIXAUG_HD_AS_ARGUMENT
  template <class Term>
  MIXAUG_HD std::int64_t sum(int count, Term const& term) const noexcept {
    std::int64_t all = 0;
    for (int item = 0; item < count; ++item) all += term(item);
    return all;
  }
};

/// True if a job has steps of a team: those of which Job::of_team(step) is true are run by
/// job.work(step, k, memory, team) for map k, in the place of job.run for every item.
template <class Job>
inline constexpr bool has_team = requires {
  Job::of_team(0);
};
template <class Job>
MIXAUG_HD constexpr bool step_of_team(int step) noexcept {
  if constexpr (has_team<Job>)
    return Job::of_team(step);
  else
    return false;
}

/// Runs one step of a job for map k.
MIXAUG_HD_AS_ARGUMENT
template <class Job, class Team>
MIXAUG_HD void run_step(Job const& job, int step, std::int64_t k, step_memory const& memory, Team const& team) {
  if constexpr (has_team<Job>)
    if (Job::of_team(step)) return job.work(step, k, memory, team);
  if (std::int64_t const count = job.count(step); count > 0)
    team.each(count, [&](std::int64_t item) { job.run(step, k, item, memory); });
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
