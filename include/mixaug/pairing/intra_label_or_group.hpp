// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/same_class.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Rows sorted by two keys, so that rows of equal first key, and within them rows of equal second key, are contiguous.
struct two_keys {
  index_t *first, *second, *order;  // keys by row; rows by keys

  /// Sorts n rows; `scratch` holds 3 n numbers.
  void sort(index_t n, index_t* scratch) const noexcept {
    index_t *const key = scratch, *const within = scratch + n, *const spare = scratch + 2 * n;
    sort_rows(within, second, n, spare);  // stable: the second key, then the row
    for (index_t k = 0; k < n; ++k) key[k] = first[within[k]];
    sort_rows(order, key, n, spare);
    for (index_t k = 0; k < n; ++k) order[k] = within[order[k]];
  }
  /// Returns the first position whose keys are not less than (a, b) or, with `after`, are greater.
  index_t place(index_t n, index_t a, index_t b, bool after) const noexcept {
    return first_not_before(0, n, [&](index_t at) {
      index_t const x = first[order[at]], y = second[order[at]];
      return x < a || (x == a && (y < b || (after && y == b)));
    });
  }
};

/// Draws partners that have one of two keys in common and differ in the other.
template <class Task>
struct two_key_draw {
  Task const& task;
  char const* rule;
  float p_first;  ///< probability that the first key (class id) is the common one; otherwise the second (group)
  mixaug::mode mode;

  void operator()() const {
    check(task.in.ids, "class ids", "class_ids(v)", "class_ids");
    check(task.in.group_ids, "groups", "groups(v)", "groups");
    if (task.own_source()) return each_block(task, *this);
    need(task.in.source_ids, rule, "class ids of the second source", "source_class_ids(v)");
    need(task.in.source_group_ids, rule, "groups of the second source", "source_groups(v)");
    draw_from({0, task.source_rows()}, task.key.first, task.key.first + task.rows());
  }
  template <class Range>
  void operator()(Range const& block, index_t first, index_t last) const {
    for (auto const* ids : {&task.in.ids, &task.in.group_ids})
      if (ids->size() != task.global &&
          (block.base < task.key.first || block.base + block.size > task.key.first + task.rows()))
        fail(std::string(rule) + " may choose any row of the block [" + text(block.base) + ", " +
             text(block.base + block.size) + "); give class ids and groups for all " + text(task.global) +
             " rows of the global batch, or set key.block so that blocks lie inside the call's rows");
    draw_from({block.base, block.size}, first, last);
  }

 private:
  void check(id_list const& ids, char const* what, char const* call, char const* name) const {
    need(ids, rule, what, call);
    if (ids.size() != task.rows() && ids.size() != task.global) same_rows(name, ids.size(), task.rows());
  }
  index_t id(id_list const& ids, index_t global_row) const noexcept {
    return ids[ids.size() == task.global ? global_row : global_row - task.key.first];
  }
  void draw_from(typename Task::range domain, index_t first, index_t last) const {
    index_t const n = domain.size;
    index_t* const memory = index_scratch(task.scratch, 7 * n);
    index_t *const label = memory, *const group = memory + n;
    for (index_t j = 0; j < n; ++j) {
      label[j] = task.own_source() ? id(task.in.ids, domain.base + j) : task.in.source_ids[j];
      group[j] = task.own_source() ? id(task.in.group_ids, domain.base + j) : task.in.source_group_ids[j];
    }
    two_keys const by_label{label, group, memory + 2 * n}, by_group{group, label, memory + 3 * n};
    by_label.sort(n, memory + 4 * n);
    by_group.sort(n, memory + 4 * n);
    for (index_t row = first; row < last; ++row) {
      if (!task.wants(row - task.key.first)) continue;
      index_t const y = id(task.in.ids, row), g = id(task.in.group_ids, row);
      random const choice(task.key, mode == mode::batch ? batch_row : static_cast<std::uint64_t>(row),
                          purpose::pairing);
      bool const same_label = choice.uniform(1) < static_cast<double>(p_first);
      index_t const at = same_label ? partner(by_label, n, y, g, row) : partner(by_group, n, g, y, row);
      task.assign(row - task.key.first, at < 0 ? -1 : domain.base + at);
    }
  }
  /// Returns a uniform row among those with the first key a and a second key other than b; -1 if there is none.
  index_t partner(two_keys const& keys, index_t n, index_t a, index_t b, index_t row) const noexcept {
    index_t const begin = keys.place(n, a, INT64_MIN, false), end = keys.place(n, a, INT64_MAX, true);
    index_t const own = keys.place(n, a, b, false), own_end = keys.place(n, a, b, true);
    index_t const candidates = end - begin - (own_end - own);
    if (candidates == 0) return -1;
    index_t const k = begin + task.draw(row).below(candidates);
    return keys.order[k < own ? k : k + own_end - own];
  }
};

}  // namespace detail

namespace pairing {

/// LISA's pairs (Yao et al., ICML 2022, arXiv 2201.00299, sec. 3): with probability p_sel a partner of the same class
/// and another group (intra-label), else of the same group and another class (intra-domain), uniform among all of them.
/// A sample without a partner of the chosen kind has none (-1) and is left unchanged. `mode`: draws the kind for each
/// sample or for the batch. Reads class_ids and groups; with a second source also source_class_ids and source_groups.
/// Errors: p_sel outside [0, 1].
struct intra_label_or_group {
  static constexpr bool draws = true;
  float p_sel = 0.5f;
  mixaug::mode mode = mixaug::mode::sample;

  template <class Task>
  void operator()(Task const& task) const {
    if (!(p_sel >= 0.0f && p_sel <= 1.0f))
      detail::fail("p_sel", detail::text(static_cast<double>(p_sel)), "a probability in [0, 1]");
    detail::two_key_draw<Task>{task, "pairing::intra_label_or_group", p_sel, mode}();
  }
};

}  // namespace pairing
}  // namespace mixaug

MIXAUG_EXACT_END
