// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/pairing_task.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::pairing {

/// Pairs the last row with the first, and so on (timm's flip), inside each block. The middle row of an odd batch
/// is its own partner.
/// Errors: a second source with another number of rows than the batch.
struct reverse {
  static constexpr bool draws = true;
  template <class Task>
  void operator()(Task const& task) const {
    detail::need_batch_source(task, "pairing::reverse");
    for (index_t i = 0; i < task.rows(); ++i) {
      index_t const row = task.global_row(i);
      auto const block = task.block_of(row);
      task.assign(i, block.base + block.size - 1 - (row - block.base));
    }
  }
};

}  // namespace mixaug::pairing

MIXAUG_EXACT_END
