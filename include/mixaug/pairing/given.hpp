// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/pairing_task.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::pairing {

/// Partners given by the caller: (n) rows of the global batch or of the second source, counted from its row 0; -1 =
/// none. Errors: another number of rows than the batch has, a null pointer, a partner that is neither -1 nor a row of
/// the source, or a row of another block than the sample's.
struct given {
  static constexpr bool draws = false;
  tensor_view<std::int64_t const, 1> partner;

  template <class Task>
  void operator()(Task const& task) const {
    detail::same_rows("pairing::given's partner", partner.extent[0], task.rows());
    if (partner.data == nullptr && task.rows() > 0)
      detail::fail("pairing::given's partner", "a null pointer", detail::text(task.rows()) + " rows");
    for (index_t i = 0; i < task.rows(); ++i) {
      index_t const p = partner(i);
      if (p < -1 || p >= task.source_rows())
        detail::fail("pairing::given's partner of row " + detail::text(i), detail::text(p),
                     "a row in [0, " + detail::text(task.source_rows()) + "), or -1 for none");
      auto const block = task.block_of(task.global_row(i));
      if (task.own_source() && p >= 0 && (p < block.base || p >= block.base + block.size))
        detail::fail(
            "pairing::given's partner of row " + detail::text(i), detail::text(p),
            "a row of its block [" + detail::text(block.base) + ", " + detail::text(block.base + block.size) + ")");
    }
    for (index_t i = 0; i < task.rows(); ++i) task.assign(i, partner(i));
  }
};

}  // namespace mixaug::pairing

MIXAUG_EXACT_END
