// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/search.hpp>
#include <mixaug/pairing/prototypes.hpp>
#include <mixaug/plan/detail/check_plan.hpp>
#include <mixaug/plan/detail/row_orders.hpp>
#include <mixaug/plan/pairing_task.hpp>

MIXAUG_EXACT_BEGIN

/// Pairing in two draws: a class among those of the candidates, then a row of it. A rule computes the weights of
/// classes; the draws and partner_probabilities use these weights by the same code.
namespace mixaug {
namespace detail {

/// Checks that class ids of the batch, and of a second source, are given.
template <class Task>
void need_class_ids(Task const& task, char const* rule) {
  need(task.in.ids, rule, "class ids", "class_ids(v)");
  if (task.own_source()) return;
  need(task.in.source_ids, rule, "class ids of the second source", "source_class_ids(v)");
  same_rows("source_class_ids", task.in.source_ids.size(), task.source_rows());
}
/// Checks that class ids cover the rows that may be chosen.
template <class Task>
void check_class_cover(Task const& task, char const* rule) {
  index_t const end = task.key.first + task.rows();
  if (task.in.ids.size() == task.global || !task.own_source()) return;
  for (index_t row = task.key.first; row < end;) {
    auto const block = task.block_of(row);
    if (block.base < task.key.first || block.base + block.size > end)
      fail(std::string(rule) + " may choose any row of the block [" + text(block.base) + ", " +
           text(block.base + block.size) + "); give class ids for all " + text(task.global) +
           " rows of the global batch, or set key.block so that blocks lie inside the call's rows");
    row = block.base + block.size;
  }
}
/// Checks the same, and that the ids lie in [0, classes). `of`: name of the operand with that many classes.
template <class Task>
void check_class_ids(Task const& task, char const* rule, index_t classes, char const* of) {
  need_class_ids(task, rule);
  id_list const* const lists[] = {&task.in.ids, &task.in.source_ids};
  for (int l = 0; l < (task.own_source() ? 1 : 2); ++l)
    for (index_t i = 0; i < lists[l]->size(); ++i)
      if ((*lists[l])[i] < 0 || (*lists[l])[i] >= classes)
        fail((l == 0 ? "class_ids(" : "source_class_ids(") + text(i) + ")", text((*lists[l])[i]),
             "a class in [0, " + text(classes) + "), as " + rule + "'s " + of + " has");
  check_class_cover(task, rule);
}

/// v[k] = exp((v[k] - max) / temperature), 0 for minus infinity; no temperature overflows.
inline void softmax_weights(double* v, index_t n, double temperature) noexcept {
  double most = -HUGE_VAL;
  for (index_t k = 0; k < n; ++k) most = v[k] > most ? v[k] : most;
  for (index_t k = 0; k < n; ++k) v[k] = v[k] == -HUGE_VAL ? 0.0 : precise_exp((v[k] - most) / temperature);
}
/// Replaces weights by their running sums; returns the last one, the total.
inline double accumulate(double* v, index_t n) noexcept {
  double sum = 0.0;
  for (index_t k = 0; k < n; ++k) sum += v[k], v[k] = sum;
  return sum;
}
/// Returns the index that u in [0, 1) selects, from running sums with a total > 0; never one of weight 0.
inline index_t place_of(double const* sums, index_t n, double u) noexcept {
  double const target = u * sums[n - 1];
  index_t found = first_not_before(0, n - 1, [&](index_t k) { return target >= sums[k]; });
  while (found > 0 && sums[found] == sums[found - 1]) --found;  // u * total was rounded up to the total
  return found;
}

/// Candidates by class: rows base + order[begin[g]], ... of class id[g], both ascending. Stored in the task's scratch.
struct class_groups {
  index_t base = 0, size = 0, count = 0;
  column<index_t, space::host, access::write> order, begin, id;
  column<double, space::host, access::write>
      weight;  ///< weight of each class; 0 on entry for those that may not be chosen, and stays 0
  column<double, space::host, access::write> member;  ///< weight of each row of one class
  column<index_t, space::host, access::write> key, spare, query;
  column<index_t, space::host, access::write> group_of;  ///< group of each class, or -1; for rules that rank classes

  void place(column_layout& put, index_t rows, index_t queries, index_t classes, bool members) {
    index_t const most = greater(rows, greater(queries, classes));
    put(order, rows), put(begin, rows + 1), put(id, rows), put(weight, rows), put(member, members ? rows : 0);
    put(key, most), put(spare, most), put(query, queries), put(group_of, classes);
  }
  /// Returns the group of a class, or -1.
  index_t find(index_t of) const noexcept {
    index_t const found = first_not_before(0, count, [&](index_t k) { return id[k] < of; });
    return found < count && id[found] == of ? found : -1;
  }
};

/// Draws the partners of rows whose partner is not -1. A rule has weigh(class, groups), members_weighed() and
/// ranked_classes().
template <class Task, class Rule>
struct class_partners {
  Task const& task;
  Rule const& rule;

  void operator()() const {
    if (task.own_source()) return each_block(task, *this);
    (*this)(typename Task::range{0, task.source_rows()}, task.key.first, task.key.first + task.rows());
  }
  template <class Range>
  void operator()(Range const& domain, index_t first, index_t last) const {
    class_groups g = grouped(domain, last - first);
    for (index_t k = 0; k < last - first; ++k) g.key[k] = class_of(first + k);
    sort_rows(g.query.data, g.key.data, last - first, g.spare.data);
    double total = 0.0;
    for (index_t k = 0, current = -1; k < last - first; ++k) {
      index_t const row = first + g.query[k], i = row - task.key.first;
      if (!task.wants(i) || task.partner[i] < 0) continue;
      if (class_of(row) != current) {
        current = class_of(row);
        weigh(g, current);
        total = accumulate(g.weight.data, g.count);
      }
      task.assign(i, total > 0.0 ? drawn(g, row) : -1);
    }
  }
  /// Writes to out[j] the probability of candidate j (a row of the global batch, or of the second source).
  void probabilities(index_t row, double* out) const {
    if (task.partner[row - task.key.first] < 0) return;
    class_groups g = grouped(task.own_source() ? task.block_of(row) : typename Task::range{0, task.source_rows()}, 0);
    weigh(g, class_of(row));
    double total = 0.0;
    for (index_t k = 0; k < g.count; ++k) total += g.weight[k];
    for (index_t k = 0; k < g.count; ++k) {
      if (!(g.weight[k] > 0.0)) continue;
      index_t const begin = g.begin[k], n = g.begin[k + 1] - begin, self = self_in(g, k, row);
      double sum = 0.0;
      if (rule.members_weighed()) {
        rule.weigh_members(task, g, k, row, self);
        for (index_t j = 0; j < n; ++j) sum += g.member[j];
      }
      for (index_t j = 0; j < n; ++j) {
        double const inside = rule.members_weighed() ? g.member[j] / sum
                              : j == self            ? 0.0
                                                     : 1.0 / static_cast<double>(self < 0 ? n : n - 1);
        out[g.base + g.order[begin + j]] = g.weight[k] / total * inside;
      }
    }
  }

 private:
  index_t class_of(index_t row) const noexcept {
    return task.in.ids[task.in.ids.size() == task.global ? row : row - task.key.first];
  }
  template <class Range>
  class_groups grouped(Range const& domain, index_t queries) const {
    class_groups g;
    column_layout measure;
    g.place(measure, domain.size, queries, rule.ranked_classes(), rule.members_weighed());
    column_layout put{task.scratch.reserve(measure.used)};
    g.place(put, domain.size, queries, rule.ranked_classes(), rule.members_weighed());
    g.base = domain.base, g.size = domain.size;
    for (index_t j = 0; j < g.size; ++j) g.key[j] = task.own_source() ? class_of(g.base + j) : task.in.source_ids[j];
    sort_rows(g.order.data, g.key.data, g.size, g.spare.data);
    for (index_t j = 0; j < g.size; ++j)
      if (j == 0 || g.key[g.order[j]] != g.id[g.count - 1]) g.begin[g.count] = j, g.id[g.count++] = g.key[g.order[j]];
    g.begin[g.count] = g.size;
    for (index_t c = 0; c < rule.ranked_classes(); ++c) g.group_of[c] = -1;
    for (index_t k = 0; k < g.count && rule.ranked_classes() > 0; ++k) g.group_of[g.id[k]] = k;
    return g;
  }
  /// Returns the position of the row itself among its candidates of class k, or -1.
  index_t self_in(class_groups const& g, index_t k, index_t row) const noexcept {
    if (!task.own_source() || g.id[k] != class_of(row)) return -1;
    index_t const begin = g.begin[k], last = g.begin[k + 1] - 1;
    return first_not_before(begin, last, [&](index_t at) { return g.order[at] < row - g.base; }) - begin;
  }
  void weigh(class_groups const& g, index_t mine) const {
    index_t const own = g.find(mine);
    for (index_t k = 0; k < g.count; ++k) g.weight[k] = 1.0;
    if (own >= 0) {
      bool const others = !task.own_source() || g.begin[own + 1] - g.begin[own] > 1;
      g.weight[own] = rule.own_class() && others ? 1.0 : 0.0;
    }
    rule.weigh(mine, g);
  }
  index_t drawn(class_groups const& g, index_t row) const {
    auto const draw = task.draw(row);
    index_t const k = place_of(g.weight.data, g.count, draw.uniform(0));
    index_t const n = g.begin[k + 1] - g.begin[k], self = self_in(g, k, row);
    index_t j = 0;
    if (rule.members_weighed()) {
      rule.weigh_members(task, g, k, row, self);
      accumulate(g.member.data, n);
      j = place_of(g.member.data, n, draw.uniform(1));
    } else {
      j = draw.below(self < 0 ? n : n - 1, 1);
      if (self >= 0 && j >= self) ++j;
    }
    return g.base + g.order[g.begin[k] + j];
  }
};

}  // namespace detail

}  // namespace mixaug

MIXAUG_EXACT_END
