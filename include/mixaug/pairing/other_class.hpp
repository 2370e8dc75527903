// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/same_class.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::pairing {

/// A partner of another class, uniform among all rows of the other classes; none (-1) if all rows are of one class.
/// Reads class_ids (with a second source also source_class_ids).
/// Errors: class ids missing, or not given for all rows that may be chosen.
struct other_class {
  static constexpr bool draws = true;
  template <class Task>
  void operator()(Task const& task) const {
    detail::class_draw<Task>{task, "pairing::other_class", false}();
  }
};

}  // namespace mixaug::pairing

MIXAUG_EXACT_END
