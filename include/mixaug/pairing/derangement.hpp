// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/pairing_task.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::pairing {

/// A permutation without fixed points, uniform over all of them, so that no row is its own partner. Permutations are
/// redrawn until none is fixed: e = 2.72 attempts on average. A batch or block of one row has no partner (-1).
/// Errors: a second source.
struct derangement {
  static constexpr bool draws = true;
  template <class Task>
  void operator()(Task const& task) const {
    if (!task.own_source())
      detail::fail(
          "pairing::derangement pairs the batch with itself, and the inputs name a second source; use "
          "pairing::shuffle");
    detail::each_block(task, blockwise<Task>{task});
  }

 private:
  template <class Task>
  struct blockwise {
    Task const& task;
    template <class Range>
    void operator()(Range const& block, index_t first, index_t last) const {
      if (block.size == 1) return task.assign(first - task.key.first, -1);
      index_t* const order = detail::index_scratch(task.scratch, block.size);
      for (std::uint32_t attempt = 0;; ++attempt) {
        detail::permute(task, block.base, block.size, attempt, order);
        index_t i = 0;
        while (i < block.size && order[i] != i) ++i;
        if (i == block.size) break;
      }
      for (index_t row = first; row < last; ++row)
        task.assign(row - task.key.first, block.base + order[row - block.base]);
    }
  };
};

}  // namespace mixaug::pairing

MIXAUG_EXACT_END
