#pragma once
#include <atomic>
#include <barrier>
#include <mixaug/backend/detail/device_steps.hpp>
#include <numeric>
#include <thread>
#include <vector>

#include "support/values.hpp"

namespace test {

/// One thread as a team that runs the items of every call in an order drawn anew: a result that depends on the order
/// between two barriers shows.
struct shuffled_team {
  stream* draw;

  template <class Index, class Act>
  void each(Index count, Act const& act) const {
    std::vector<Index> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), Index{0});
    for (std::size_t k = order.size(); k > 1; --k)
      std::swap(order[k - 1], order[static_cast<std::size_t>(draw->below(static_cast<mixaug::index_t>(k)))]);
    for (Index item : order) act(item);
  }
  template <class Act>
  void once(Act const& act) const {
    act();
  }
  template <class Test>
  bool any(int count, Test const& test) const {
    bool found = false;
    each(count, [&](int item) {
      if (test(item)) found = true;
    });
    return found;
  }
  template <class Test>
  bool mark(int count, Test const& test, std::uint32_t* set) const {
    std::vector<std::uint32_t> words(static_cast<std::size_t>(count / 32));
    bool const found = any(count, [&](int item) {
      bool const holds = test(item);
      if (holds) words[static_cast<std::size_t>(item / 32)] |= std::uint32_t{1} << (item % 32);
      return holds;
    });
    std::copy(words.begin(), words.end(), set);
    return found;
  }
  template <class Rank>
  std::uint64_t least(int count, Rank const& rank) const {
    std::uint64_t best = ~std::uint64_t{0};
    each(count, [&](int item) { best = std::min<std::uint64_t>(best, rank(item)); });
    return best;
  }
  template <class Term>
  std::int64_t sum(int count, Term const& term) const {
    std::int64_t all = 0;
    each(count, [&](int item) { all += term(item); });
    return all;
  }
};

/// What the threads of a team share.
struct team_threads {
  static constexpr int count = 3;
  std::barrier<> all{count};
  std::uint64_t value[count] = {};
};

/// Threads as a team, which wait for each other as those of a block do: what they do to one memory between two barriers
/// is seen by a thread sanitizer.
struct thread_team {
  team_threads* threads;
  int own;

  template <class Index, class Act>
  void each(Index count, Act const& act) const {
    for (Index item = static_cast<Index>(own); item < count; item += team_threads::count) act(item);
    threads->all.arrive_and_wait();
  }
  template <class Act>
  void once(Act const& act) const {
    if (own == 0) act();
    threads->all.arrive_and_wait();
  }
  template <class Test>
  bool any(int count, Test const& test) const {
    return sum(count, [&](int item) { return test(item) ? 1 : 0; }) > 0;
  }
  template <class Test>
  bool mark(int count, Test const& test, std::uint32_t* set) const {
    return any(count / 32, [&](int word) {
      std::uint32_t bits = 0;
      for (int bit = 0; bit < 32; ++bit)
        if (test(32 * word + bit)) bits |= std::uint32_t{1} << bit;
      set[word] = bits;
      return bits != 0;
    });
  }
  template <class Rank>
  std::uint64_t least(int count, Rank const& rank) const {
    std::uint64_t best = ~std::uint64_t{0};
    for (int item = own; item < count; item += team_threads::count) best = std::min<std::uint64_t>(best, rank(item));
    return joined(best, [](std::uint64_t a, std::uint64_t b) { return std::min(a, b); });
  }
  template <class Term>
  std::int64_t sum(int count, Term const& term) const {
    std::uint64_t part = 0;
    for (int item = own; item < count; item += team_threads::count) part += static_cast<std::uint64_t>(term(item));
    return static_cast<std::int64_t>(joined(part, [](std::uint64_t a, std::uint64_t b) { return a + b; }));
  }

 private:
  template <class Join>
  std::uint64_t joined(std::uint64_t value, Join const& join) const {
    threads->value[own] = value;
    threads->all.arrive_and_wait();
    std::uint64_t whole = threads->value[0];
    for (int k = 1; k < team_threads::count; ++k) whole = join(whole, threads->value[k]);
    threads->all.arrive_and_wait();
    return whole;
  }
};

/// Runs all steps of map k by a team, as a block of threads of a GPU does.
template <class Job, class Team>
void run_map(Job const& job, mixaug::index_t k, mixaug::detail::step_memory const& memory, Team const& team) {
  if (job.skips(k)) return;
  for (int step = 0; step < Job::steps; ++step) mixaug::detail::run_step(job, step, k, memory, team);
}

}  // namespace test
