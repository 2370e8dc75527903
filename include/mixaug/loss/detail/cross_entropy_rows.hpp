// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/step_memory.hpp>
#include <mixaug/loss/detail/cross_entropy_items.hpp>

MIXAUG_EXACT_BEGIN

/// The device forms of the cross entropies, and the choice of a form for a backend.
namespace mixaug::detail {

/// One block of threads for each row (see backend/detail/device_steps.hpp): lanes find the maximum, lanes sum, one
/// thread writes the loss, all write the gradient.
template <class T, class Target>
struct cross_entropy_steps {
  static constexpr int steps = 4;
  cross_entropy_job<T, Target> job;

  struct memory {
    double sum[loss_lanes], first[loss_lanes], second[loss_lanes];
    row_sums<T> found;
    T factor, most[loss_lanes];
  };
  std::size_t fast_bytes() const noexcept { return sizeof(memory); }
  std::size_t slow_bytes() const noexcept { return 0; }
  index_t pixels() const noexcept { return job.classes; }
  MIXAUG_HD bool skips(index_t) const noexcept { return false; }
  MIXAUG_HD index_t count(int step) const noexcept {
    return step == 2 ? 1 : step < 2 ? loss_lanes : job.grad.data == nullptr ? 0 : lesser(job.classes, class_block);
  }
  MIXAUG_HD void run(int step, index_t i, index_t item, step_memory const& where) const noexcept {
    memory& shared = *where.shared_at<memory>(0);
    auto const row = job.target.begin(i);
    if (step == 0)
      seek(i, item, shared);
    else if (step == 1)
      add(i, item, shared);
    else if (step == 2)
      finish(i, row, shared);
    else
      for (index_t c = item; c < job.classes; c += class_block) {
        T const e = softmax_exp(job.logits[i][c] - shared.found.most);
        T const g = row.read ? job.target.gradient(row, e, shared.factor, target(i, c)) : T{0};
        job.grad[i][c] = job.target.at(row, c, g);
      }
  }

 private:
  MIXAUG_HD T target(index_t i, index_t c) const noexcept {
    if constexpr (Target::reads_targets)
      return job.target.targets[i][c];
    else
      return T{0};
  }
  MIXAUG_HD void seek(index_t i, index_t lane, memory& shared) const noexcept {
    T most = minus_infinity<T>;
    for (index_t c = lane; c < job.classes; c += loss_lanes) most = larger(most, job.logits[i][c]);
    shared.most[lane] = most;
  }
  MIXAUG_HD void add(index_t i, index_t lane, memory& shared) const noexcept {
    T m = shared.most[0];
    for (int l = 1; l < loss_lanes; ++l) m = larger(m, shared.most[l]);
    double sum = 0.0, first = 0.0, second = 0.0;
    for (index_t block = 0; block < job.classes; block += class_block) {
      T part{}, one{}, two{};
      index_t const end = lesser(block + class_block, job.classes);
      for (index_t c = block + lane; c < end; c += loss_lanes) {
        T const z = job.logits[i][c];
        part += softmax_exp(z - m);
        if (job.target.sums()) {
          T const t = target(i, c);
          one = job.target.first(z, m, t, one);
          two += t;
        }
      }
      sum += static_cast<double>(part), first += static_cast<double>(one), second += static_cast<double>(two);
    }
    shared.sum[lane] = sum, shared.first[lane] = first, shared.second[lane] = second;
    if (lane == 0) shared.found.most = m;
  }
  MIXAUG_HD void finish(index_t i, typename Target::row const& row, memory& shared) const noexcept {
    row_sums<T>& s = shared.found;
    s.sum = folded<loss_lanes>(shared.sum);
    s.first = folded<loss_lanes>(shared.first), s.second = folded<loss_lanes>(shared.second);
    if (row.read) shared.factor = job.target.factor(row, s);
    job.finish(i, row, s, branchless_log(s.sum));
  }
};

/// Processes row i in one thread, on devices without shared memory.
template <class T, class Target>
struct cross_entropy_alone {
  cross_entropy_steps<T, Target> job;
  MIXAUG_HD void operator()(index_t i) const noexcept {
    typename cross_entropy_steps<T, Target>::memory own;
    step_memory const where{reinterpret_cast<std::byte*>(&own), nullptr};
    for (int step = 0; step < job.steps; ++step)
      for (index_t item = 0; item < job.count(step); ++item) job.run(step, i, item, where);
  }
};

template <class Backend, class T, class Target>
void run_cross_entropy(Backend const& be, cross_entropy_job<T, Target> const& job) {
  if constexpr (!runs_items<Backend, cross_entropy_items<T, Target>>) {
    workspace<Backend::memory> scratch;  // stays empty if the block has shared memory
    be.steps(cross_entropy_steps<T, Target>{job}, job.rows, scratch);
  } else if constexpr (Backend::memory == space::device) {
    be.items(job.rows, cross_entropy_alone<T, Target>{{job}});
  } else {
    cross_entropy_items<T, Target> const items{job};
    be.items(items.count(), items);
  }
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
