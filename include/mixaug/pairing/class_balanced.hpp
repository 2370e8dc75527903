// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/detail/class_partners.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::pairing {

/// A partner of a class that is uniform among the classes which have candidates, and then uniform among its rows: what
/// a class-balanced loader would give (Balanced-MixUp, arXiv 2109.09850). Candidates are the rows of the second source
/// or, without one, the other rows of the batch (of the block, with key.block); a row without candidates has no
/// partner. Class ids are any integers. Reads class_ids; with a second source also source_class_ids. Errors: class ids
/// missing, or not given for all rows that may be chosen.
struct class_balanced {
  static constexpr bool draws = true;

  template <class Task>
  void operator()(Task const& task) const {
    prepare(task);
    detail::class_partners<Task, class_balanced>{task, *this}();
  }
  template <class Task>
  void prepare(Task const& task) const {
    detail::need_class_ids(task, "pairing::class_balanced");
    detail::check_class_cover(task, "pairing::class_balanced");
    for (index_t i = 0; i < task.rows(); ++i) task.assign(i, 0);
  }

  static constexpr bool own_class() noexcept { return true; }
  static constexpr bool members_weighed() noexcept { return false; }
  static constexpr index_t ranked_classes() noexcept { return 0; }
  void weigh(index_t, detail::class_groups const&) const noexcept {}
  template <class Task>
  void weigh_members(Task const&, detail::class_groups const&, index_t, index_t, index_t) const noexcept {}
};

}  // namespace mixaug::pairing

MIXAUG_EXACT_END
