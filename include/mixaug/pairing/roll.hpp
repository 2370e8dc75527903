// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/pairing_task.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::pairing {

/// Pairs row i with row i - shift, cyclically (torchvision's roll), inside each block. A row is its own partner only if
/// the shift is a multiple of the block.
/// Errors: a second source with another number of rows than the batch.
struct roll {
  static constexpr bool draws = true;
  index_t shift = 1;

  template <class Task>
  void operator()(Task const& task) const {
    detail::need_batch_source(task, "pairing::roll");
    for (index_t i = 0; i < task.rows(); ++i) {
      index_t const row = task.global_row(i);
      auto const block = task.block_of(row);
      index_t const to = (row - block.base - shift % block.size + block.size) % block.size;
      task.assign(i, block.base + to);
    }
  }
};

}  // namespace mixaug::pairing

MIXAUG_EXACT_END
