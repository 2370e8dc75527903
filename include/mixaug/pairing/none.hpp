// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/pairing_task.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::pairing {

/// No partner (Cutout).
struct none {
  static constexpr bool draws = false;
  template <class Task>
  void operator()(Task const& task) const noexcept {
    for (index_t i = 0; i < task.rows(); ++i) task.assign(i, -1);
  }
};

}  // namespace mixaug::pairing

MIXAUG_EXACT_END
