// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/search.hpp>
#include <mixaug/plan/detail/row_orders.hpp>
#include <mixaug/plan/pairing_task.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Draws each row's partner uniformly among the rows of its own class, or of all other classes: sorts the class ids of
/// the block (of the second source), then draws once for each row.
template <class Task>
struct class_draw {
  Task const& task;
  char const* rule;
  bool same;

  void operator()() const {
    need(task.in.ids, rule, "class ids", "class_ids(v)");
    index_t const rows = task.in.ids.size();
    if (rows != task.rows() && rows != task.global) same_rows("class_ids", rows, task.rows());
    if (task.own_source()) return each_block(task, *this);
    need(task.in.source_ids, rule, "class ids of the second source", "source_class_ids(v)");
    same_rows("source_class_ids", task.in.source_ids.size(), task.source_rows());
    draw_from({0, task.source_rows()}, task.key.first, task.key.first + task.rows());
  }
  template <class Range>
  void operator()(Range const& block, index_t first, index_t last) const {
    bool const local = task.in.ids.size() == task.rows() && task.global != task.rows();
    if (local && (block.base < task.key.first || block.base + block.size > task.key.first + task.rows()))
      fail(std::string(rule) + " may choose any row of the block [" + text(block.base) + ", " +
           text(block.base + block.size) + "); give class ids for all " + text(task.global) +
           " rows of the global batch, or set key.block so that blocks lie inside the call's rows");
    draw_from({block.base, block.size}, first, last);
  }

 private:
  index_t id(index_t global_row) const noexcept {
    return task.in.ids[task.in.ids.size() == task.global ? global_row : global_row - task.key.first];
  }
  void draw_from(typename Task::range domain, index_t first, index_t last) const {
    index_t const n = domain.size;
    index_t *const key = index_scratch(task.scratch, 3 * n), *const order = key + n;
    for (index_t j = 0; j < n; ++j) key[j] = task.own_source() ? id(domain.base + j) : task.in.source_ids[j];
    sort_rows(order, key, n, order + n);
    for (index_t row = first; row < last; ++row) {
      if (!task.wants(row - task.key.first)) continue;
      index_t const mine = id(row);
      index_t const begin = bound(order, key, n, mine, false), end = bound(order, key, n, mine, true);
      bool const skip_self = same && task.own_source();
      index_t const candidates = same ? end - begin - (skip_self ? 1 : 0) : n - (end - begin);
      if (candidates == 0) {
        task.assign(row - task.key.first, -1);
        continue;
      }
      index_t k = task.draw(row).below(candidates);
      if (!same)
        k += k < begin ? 0 : end - begin;
      else {
        k += begin;
        if (skip_self && order[k] >= row - domain.base) ++k;  // rows of a class are in ascending order
      }
      task.assign(row - task.key.first, domain.base + order[k]);
    }
  }
  /// Returns the first position of a class or, with `after`, the first position after it.
  static index_t bound(index_t const* order, index_t const* key, index_t n, index_t value, bool after) noexcept {
    return first_not_before(0, n, [&](index_t at) {
      index_t const k = key[order[at]];
      return k < value || (after && k == value);
    });
  }
};

}  // namespace detail

namespace pairing {

/// A partner of the same class, uniform among its other rows; a class with one member has none (-1), so the sample is
/// left unchanged. Reads class_ids (with a second source also source_class_ids, where every row of the class
/// is a candidate).
/// Errors: class ids missing, or not given for all rows that may be chosen.
struct same_class {
  static constexpr bool draws = true;
  template <class Task>
  void operator()(Task const& task) const {
    detail::class_draw<Task>{task, "pairing::same_class", true}();
  }
};

}  // namespace pairing
}  // namespace mixaug

MIXAUG_EXACT_END
