// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/pairing_task.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::pairing {

/// Pairs row g of the global batch with row g of a history, the second source (RecursiveMix, Yang et al., arXiv
/// 2203.06844). A row that the history does not have, because it is shorter or empty, has no partner. A process that
/// holds rows [f, f + r) of the history says inputs(x).source_rows(r).source_first(f).
/// Errors: no second source.
struct history_row {
  static constexpr bool draws = true;

  template <class Task>
  void operator()(Task const& task) const {
    if (task.own_source())
      detail::fail(
          "pairing::history_row pairs with the rows of a history, and the inputs name none; add "
          "mixaug::inputs(x).source_rows(n), 0 where there is no history yet");
    for (index_t i = 0; i < task.rows(); ++i) {
      index_t const row = task.global_row(i) - task.in.shape.source_first;
      task.assign(i, row >= 0 && row < task.source_rows() ? row : index_t{-1});
    }
  }
};

}  // namespace mixaug::pairing

MIXAUG_EXACT_END
