// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/pairing/same_class.hpp>

namespace mixaug {
namespace detail {

/// Takes the partner from the rows of frequent classes, block by block of the batch.
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
      if (static_cast<double>(count) <= static_cast<double>(rule.at_most) * static_cast<double>(most)) continue;
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

}  // namespace detail

namespace pairing {

/// Samples of minority classes take a partner of another class, uniform among all of them; other samples have none
/// (-1) and stay as they are. A class is a minority where it has at most `at_most` times the samples of the largest
/// class: of the data set where `class_counts` is given (its index is the class id), else of the batch (of the
/// block, with key.block). Reads class_ids; with a second source also source_class_ids.
struct minority {
  float at_most = 0.5f;
  tensor_view<std::int64_t const, 1> class_counts{};

  template <class Task>
  void operator()(Task const& task) const {
    check(task);
    detail::class_draw<Task>{task, "pairing::minority", false}();
    detail::minority_only<Task, minority> const only{task, *this};
    if (task.in.ids.size() != task.global && task.global != task.rows() && !task.own_source())
      only(typename Task::range{task.key.first, task.rows()}, task.key.first, task.key.first + task.rows());
    else
      detail::each_block(task, only);
  }

 private:
  template <class Task>
  void check(Task const& task) const {
    if (!(at_most > 0.0f && at_most < 1.0f))
      detail::fail("pairing::minority's at_most", detail::text(double{at_most}), "a fraction in (0, 1)");
    if (class_counts.data == nullptr) return;
    index_t const classes = class_counts.extent[0];
    for (index_t c = 0; c < classes; ++c)
      if (class_counts(c) < 0)
        detail::fail("pairing::minority's class_counts(" + detail::text(c) + ")", detail::text(class_counts(c)),
                     "a number of samples >= 0");
    for (index_t i = 0; i < task.in.ids.size(); ++i)
      if (task.in.ids[i] < 0 || task.in.ids[i] >= classes)
        detail::fail("class_ids(" + detail::text(i) + ")", detail::text(task.in.ids[i]),
                     "a class in [0, " + detail::text(classes) + "), as pairing::minority's class_counts has");
  }
};

}  // namespace pairing
}  // namespace mixaug
