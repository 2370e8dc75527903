// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/pairing/same_class.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Removes the partners of rows of frequent classes, block by block of the batch.
template <class Task, class Rule>
struct minority_only {
  Task const& task;
  Rule const& rule;

  template <class Range>
  void operator()(Range const& block, index_t first, index_t last) const {
    bool const counted = rule.class_counts.data != nullptr;
    index_t const n = block.size;
    index_t *const key = index_scratch(task.scratch, 3 * n), *const order = key + n;
    for (index_t j = 0; j < n; ++j) key[j] = id(block.base + j);
    sort_rows(order, key, n, order + n);
    index_t most = 0;
    for (index_t k = 0, end; k < n && !counted; most = greater(most, end - k), k = end) end = end_of(order, key, n, k);
    for (index_t c = 0; counted && c < rule.class_counts.extent[0]; ++c) most = greater(most, rule.class_counts(c));
    for (index_t k = 0, end; k < n; k = end) {
      end = end_of(order, key, n, k);
      index_t const count = counted ? rule.class_counts(key[order[k]]) : end - k;
      // in float, so that 0.9f of 1000 is 900
      if (static_cast<float>(count) <= rule.at_most * static_cast<float>(most)) continue;
      for (index_t j = k; j < end; ++j) {
        index_t const row = block.base + order[j];
        if (row >= first && row < last) task.assign(row - task.key.first, -1);
      }
    }
  }

 private:
  index_t id(index_t global_row) const noexcept {
    return task.in.ids[task.in.ids.size() == task.global ? global_row : global_row - task.key.first];
  }
  static index_t end_of(index_t const* order, index_t const* key, index_t n, index_t k) noexcept {
    index_t end = k + 1;
    while (end < n && key[order[end]] == key[order[k]]) ++end;
    return end;
  }
};

/// Removes the partners of rows of frequent classes: all classes but those with at most rule.at_most times the samples
/// of the largest class, counted by rule.class_counts or in the batch. Class ids are checked before.
template <class Task, class Rule>
void leave_frequent(Task const& task, Rule const& rule) {
  minority_only<Task, Rule> const only{task, rule};
  if (task.in.ids.size() != task.global && task.global != task.rows() && !task.own_source())
    only(typename Task::range{task.key.first, task.rows()}, task.key.first, task.key.first + task.rows());
  else
    each_block(task, only);
}

/// Checks the counts of samples: one for each class in the batch. If none are given, the batch is counted, which needs
/// the class ids of all its rows.
template <class Task>
void check_class_counts(Task const& task, tensor_view<std::int64_t const, 1> const& counts, char const* rule) {
  need(task.in.ids, rule, "class ids", "class_ids(v)");
  index_t const classes = counts.extent[0], n = task.in.ids.size();
  if (counts.data == nullptr) {
    if (classes != 0) fail(std::string(rule) + "'s class_counts", "a null pointer", text(classes) + " numbers");
    if (n != task.global && !task.own_source())
      fail(std::string(rule) + " counts the classes of the batch, and got class ids for " + text(n) + " of its " +
           text(task.global) + " rows; give class ids for all " + text(task.global) + " rows, or class_counts");
    return;
  }
  index_t most = 0;
  for (index_t c = 0; c < classes; ++c) {
    if (counts(c) < 0)
      fail(std::string(rule) + "'s class_counts(" + text(c) + ")", text(counts(c)), "a number of samples >= 0");
    most = greater(most, counts(c));
  }
  if (most == 0) fail(std::string(rule) + "'s class_counts", "without a sample", "the counts of a data set");
  for (index_t i = 0; i < n; ++i)
    if (task.in.ids[i] < 0 || task.in.ids[i] >= classes)
      fail("class_ids(" + text(i) + ")", text(task.in.ids[i]),
           "a class in [0, " + text(classes) + "), as " + rule + "'s class_counts has");
}

}  // namespace detail

namespace pairing {

/// Samples of minority classes receive a partner of another class, uniform among all of them; other samples have none
/// (-1) and are left unchanged. A class is a minority if it has at most `at_most` times the samples of the largest
/// class: in the data set if `class_counts` is given (indexed by class id), else in the batch (in the block, with
/// key.block). Reads class_ids; with a second source also source_class_ids.
/// Errors: at_most outside (0, 1), class ids missing, class_counts negative, all 0, or without a class of the batch.
struct minority {
  static constexpr bool draws = true;
  float at_most = 0.5f;
  tensor_view<std::int64_t const, 1> class_counts{};

  template <class Task>
  void operator()(Task const& task) const {
    if (!(at_most > 0.0f && at_most < 1.0f))
      detail::fail("pairing::minority's at_most", detail::text(static_cast<double>(at_most)), "a fraction in (0, 1)");
    detail::check_class_counts(task, class_counts, "pairing::minority");
    detail::class_draw<Task>{task, "pairing::minority", false}();
    detail::leave_frequent(task, *this);
  }
};

}  // namespace pairing
}  // namespace mixaug

MIXAUG_EXACT_END
