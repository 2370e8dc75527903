// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/columns.hpp>

MIXAUG_EXACT_BEGIN

/// Lists derived from a plan's decisions, used by the adjoint and by in-place mixing.
namespace mixaug::detail {

/// Writes the rows sorted by key, then row, to `order`, without allocation; `scratch` holds n entries. If the keys span
/// a range of at most n, as rows of a batch do, they are sorted by counting; others (rows of a data set) by
/// bottom-up merging.
inline void sort_rows(index_t* order, index_t const* key, index_t n, index_t* scratch) noexcept {
  if (n == 0) return;
  index_t low = key[0], high = key[0];
  bool sorted = true;
  for (index_t i = 0; i < n; ++i) {
    order[i] = i;
    sorted = sorted && (i == 0 || key[i - 1] <= key[i]);
    low = lesser(low, key[i]), high = greater(high, key[i]);
  }
  if (sorted) return;
  if (static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) < static_cast<std::uint64_t>(n)) {
    for (index_t k = 0; k <= high - low; ++k) scratch[k] = 0;
    for (index_t i = 0; i < n; ++i) ++scratch[key[i] - low];
    for (index_t k = 0, before = 0; k <= high - low; ++k) before += scratch[k], scratch[k] = before - scratch[k];
    for (index_t i = 0; i < n; ++i) order[scratch[key[i] - low]++] = i;
    return;
  }
  index_t *from = order, *to = scratch;
  for (index_t width = 1; width < n; width *= 2) {
    for (index_t begin = 0; begin < n; begin += 2 * width) {
      index_t const middle = lesser(begin + width, n), end = lesser(begin + 2 * width, n);
      index_t a = begin, b = middle;
      for (index_t k = begin; k < end; ++k)
        to[k] = b >= end || (a < middle && key[from[a]] <= key[from[b]]) ? from[a++] : from[b++];
    }
    index_t* const swap = from;
    from = to, to = swap;
  }
  if (from != order)
    for (index_t i = 0; i < n; ++i) order[i] = from[i];
}

/// Scratch of order_inplace: five lists of n entries.
inline constexpr index_t order_lists = 5;

/// Computes the order in which rows can be overwritten. Rows that no remaining row reads go first. The rows left are
/// cycles; in each, the first row written is kept aside for the last row written. The steps of one connected component
/// are consecutive. Requires that row i is sample i; apply_inplace refuses other plans.
template <class View, class Blend>
void order_inplace(View const& v, Blend const& blend, index_t* scratch) noexcept {
  index_t const n = v.shape.rows, none = inplace_step::none;
  index_t *next = scratch, *readers = next + n, *root = readers + n, *sequence = root + n, *place = sequence + n;
  for (index_t i = 0; i < n; ++i) next[i] = none, readers[i] = 0, root[i] = i, place[i] = 0;
  for (index_t i = 0; i < n; ++i) {
    float m = 0;
    index_t const from = v.partner[i] - v.shape.first;
    if (v.partner[i] < 0 || from == i || !blend.reads_source(v.choice[i])) continue;
    if (v.state(i).constant(m) && m >= 1.0f) continue;
    next[i] = from;
    ++readers[from];
    index_t a = i, b = from;  // union of the two components
    while (root[a] != a) a = root[a] = root[root[a]];
    while (root[b] != b) b = root[b] = root[root[b]];
    root[greater(a, b)] = lesser(a, b);
  }
  index_t done = 0;
  constexpr index_t written = -1;
  for (index_t start = 0; start < n; ++start)
    for (index_t i = start; i != none && readers[i] == 0;) {
      sequence[done++] = i;
      readers[i] = written;
      i = next[i];
      if (i == none || --readers[i] != 0 || i > start) break;  // a later start finds it
    }
  index_t const trees = done;
  for (index_t start = 0; start < n; ++start)
    for (index_t i = start; readers[i] != written; i = next[i]) {
      sequence[done++] = i;
      readers[i] = written;
    }
  for (index_t i = 0; i < n; ++i) {
    while (root[i] != root[root[i]]) root[i] = root[root[i]];
    ++place[root[i]];
  }
  for (index_t i = 0, at = 0; i < n; ++i) at += place[i], place[i] = at - place[i];
  for (index_t k = 0; k < n; ++k) {
    index_t const i = sequence[k];
    v.order[place[root[i]]++] = {i, next[i], none, false};
    if (k < trees) continue;
    // For a row of a cycle, `readers` is reused for the position at which the cycle begins.
    bool const closes = k + 1 == n || next[i] != sequence[k + 1];
    readers[i] = k > trees && next[sequence[k - 1]] == i ? readers[sequence[k - 1]] : place[root[i]] - 1;
    if (closes) {
      v.order[readers[i]].kept_for = i;
      v.order[place[root[i]] - 1].source = inplace_step::saved;
    }
  }
  for (index_t i = 0; i < n; ++i)
    if (i + 1 == n || root[v.order[i].row] != root[v.order[i + 1].row]) v.order[i].last = true;
}

/// True if row i of the output is sample i for every row, so that rows may be written in place.
template <class View>
bool rows_in_order(View const& v) noexcept {
  bool all = v.shape.rows == v.shape.samples;
  for (index_t i = 0; i < v.shape.rows && all; ++i) all = v.self[i] == i;
  return all;
}

/// Returns the memory in which the derived columns of n rows are sorted.
inline index_t* index_room(index_t n, workspace<space::host>& scratch) {
  return reinterpret_cast<index_t*>(scratch.reserve(sizeof(index_t) * static_cast<std::size_t>(order_lists * n)));
}
/// Fills the derived columns from the decisions; `scratch` grows to order_lists * rows entries.
template <class View>
void index_readers(View const& v, workspace<space::host>& scratch) {
  index_t const n = v.shape.rows;
  index_t* const lists = index_room(n, scratch);
  sort_rows(v.rows_by_self.data, v.self.data, n, lists);
  sort_rows(v.rows_by_partner.data, v.partner.data, n, lists);
}
template <class View, class Blend>
void index_order(View const& v, Blend const& blend, bool local, workspace<space::host>& scratch) {
  if (!local || v.shape.rows != v.shape.samples) return;
  order_inplace(v, blend, index_room(v.shape.rows, scratch));
}
template <class View, class Blend>
void index_plan(View const& v, Blend const& blend, bool local, workspace<space::host>& scratch) {
  index_readers(v, scratch);
  index_order(v, blend, local, scratch);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
