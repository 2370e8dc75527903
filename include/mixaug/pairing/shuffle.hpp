// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/pairing_task.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::pairing {

/// A uniform permutation of the global batch (of each block, with key.block). A row may be its own partner: once in a
/// batch on average. A second source of the same number of rows is permuted too; from one of another size, each row
/// draws its partner independently and uniformly, with replacement.
struct shuffle {
  static constexpr bool draws = true;
  template <class Task>
  void operator()(Task const& task) const {
    if (!task.own_source() && task.source_rows() != task.global) {
      for (index_t i = 0; i < task.rows(); ++i) task.assign(i, task.draw(task.global_row(i)).below(task.source_rows()));
      return;
    }
    detail::each_block(task, blockwise<Task>{task});
  }

 private:
  template <class Task>
  struct blockwise {
    Task const& task;
    template <class Range>
    void operator()(Range const& block, index_t first, index_t last) const {
      index_t* const order = detail::index_scratch(task.scratch, block.size);
      detail::permute(task, block.base, block.size, 0, order);
      for (index_t row = first; row < last; ++row)
        task.assign(row - task.key.first, block.base + order[row - block.base]);
    }
  };
};

}  // namespace mixaug::pairing

MIXAUG_EXACT_END
