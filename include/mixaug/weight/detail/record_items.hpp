// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/weight/detail/visit_counter.hpp>

MIXAUG_EXACT_BEGIN

/// Recording visits and weighing counters, block by block: bodies for rows(body, blocks), called as (block, lane,
/// lanes).
namespace mixaug::detail {

inline constexpr index_t record_block = 4096;

/// Records consecutive rows: row i has predicted(i) and label(i).
template <class Counter, class P, class L>
struct record_rows {
  using word = typename Counter::word;
  word* counters;
  P const* predicted;
  L const* label;
  index_t p_stride, l_stride, n;

  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    index_t const first = b * record_block, last = lesser(first + record_block, n);
    if (lanes == 1 && p_stride == 1 && l_stride == 1)
      return contiguous(counters + first, predicted + first, label + first, last - first);
    for (index_t i = first + lane; i < last; i += lanes)
      counters[i] = Counter::visited(counters[i], same_id(predicted[i * p_stride], label[i * l_stride]));
  }

 private:
  MIXAUG_HD static void contiguous(word* MIXAUG_RESTRICT c, P const* MIXAUG_RESTRICT p, L const* MIXAUG_RESTRICT l,
                                   index_t size) noexcept {
    constexpr int run = 64;
    index_t i = 0;
    for (; i + run <= size; i += run) {
      word right[run];  // as narrow as the counters, so that both loops vectorise
      for (int k = 0; k < run; ++k) right[k] = same_id(p[i + k], l[i + k]);
      for (int k = 0; k < run; ++k) c[i + k] = Counter::visited(c[i + k], right[k]);
    }
    for (; i < size; ++i) c[i] = Counter::visited(c[i], same_id(p[i], l[i]));
  }
};

/// Records rows by id on a device, one thread for each visit; concurrent visits of one row are handled by visit_at.
template <class Counter, class Id, class P, class L>
struct record_ids {
  using word = typename Counter::word;
  static constexpr index_t block = 128;
  word* counters;
  index_t rows, n;
  Id const* id;
  P const* predicted;
  L const* label;
  index_t i_stride, p_stride, l_stride;

  MIXAUG_HD std::uint32_t right(index_t i) const noexcept {
    return same_id(predicted[i * p_stride], label[i * l_stride]);
  }
  /// Records all visits in one host thread. There is no intermediate buffer: its stores would wait behind counters
  /// that miss the cache.
  MIXAUG_HD void in_order() const noexcept {
    word* const MIXAUG_RESTRICT c = counters;
    Id const* const MIXAUG_RESTRICT ids = id;
    P const* const MIXAUG_RESTRICT p = predicted;
    L const* const MIXAUG_RESTRICT l = label;
    index_t const count = n;
    if (i_stride == 1 && p_stride == 1 && l_stride == 1)
      for (index_t i = 0; i < count; ++i) c[ids[i]] = Counter::visited(c[ids[i]], same_id(p[i], l[i]));
    else
      for (index_t i = 0; i < n; ++i) c[ids[i * i_stride]] = Counter::visited(c[ids[i * i_stride]], right(i));
  }
  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    for (index_t i = b * block + lane; i < lesser(b * block + block, n); i += lanes) {
      auto const row = static_cast<index_t>(id[i * i_stride]);
      if (row >= 0 && row < rows) visit_at<Counter>(counters, row, right(i));
    }
  }
};

/// Records rows by id on a host: part k of `parts` reads all ids and updates the counters of its share of the rows, so
/// that all visits of one row are made by one thread.
template <class Counter, class Id, class P, class L>
struct record_ids_part {
  using word = typename Counter::word;
  record_ids<Counter, Id, P, L> all;
  index_t parts;

  MIXAUG_HD void operator()(index_t k, index_t, index_t) const noexcept {
    record_ids<Counter, Id, P, L> const v = all;  // a counter may be a byte, which may alias the members of `this`
    if (parts == 1) return v.in_order();
    constexpr int run = 256;
    index_t const share = ceil_div(v.rows, parts), low = k * share, high = lesser(low + share, v.rows);
    index_t row[run];
    std::uint8_t right[run];
    for (index_t first = 0; first < v.n; first += run) {
      int kept = 0;
      for (index_t i = first; i < lesser(first + run, v.n); ++i) {  // without a branch, because ids are in no order
        auto const r = static_cast<index_t>(v.id[i * v.i_stride]);
        row[kept] = r, right[kept] = static_cast<std::uint8_t>(v.right(i));
        kept += static_cast<int>(r >= low) & static_cast<int>(r < high);
      }
      for (int i = 0; i < kept; ++i) v.counters[row[i]] = Counter::visited(v.counters[row[i]], right[i]);
    }
  }
};

/// Computes the weights of all rows; `table`: the weight of every one-byte counter, or null.
template <class Counter, class T>
struct weigh_rows {
  using word = typename Counter::word;
  word const* counters;
  weight_map rule;
  T const* table;
  T* out;
  index_t stride, n;

  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    index_t const first = b * record_block, last = lesser(first + record_block, n);
    if constexpr (sizeof(word) == 1)
      if (table != nullptr) {
        word const* const MIXAUG_RESTRICT c = counters;
        T* const MIXAUG_RESTRICT o = out;
        if (stride == 1)
          for (index_t i = first; i < last; ++i) o[i] = table[c[i]];
        else
          for (index_t i = first; i < last; ++i) o[i * stride] = table[c[i]];
        return;
      }
    for (index_t i = first + lane; i < last; i += lanes)
      out[i * stride] = static_cast<T>(rule(Counter::uncertainty(counters[i], rule.epochs)));
  }
};
/// Computes the weights of some rows; NaN for an invalid id, since ids on a device are not checked.
template <class Counter, class Id, class T>
struct weigh_ids {
  typename Counter::word const* counters;
  weight_map rule;
  index_t rows;
  Id const* id;
  T* out;
  index_t i_stride, stride, n;

  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    for (index_t i = b * record_block + lane; i < lesser(b * record_block + record_block, n); i += lanes) {
      auto const row = static_cast<index_t>(id[i * i_stride]);
      bool const known = row >= 0 && row < rows;
      out[i * stride] =
          known ? static_cast<T>(rule(Counter::uncertainty(counters[row], rule.epochs))) : not_a_weight<T>();
    }
  }
};

/// Returns the weight of row i, for sums.
template <class Counter>
struct weight_term {
  typename Counter::word const* counters;
  weight_map rule;
  MIXAUG_HD double operator()(index_t i) const noexcept { return rule(Counter::uncertainty(counters[i], rule.epochs)); }
};

struct clear_words {
  std::uint64_t* word;
  index_t n;
  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    for (index_t i = b * record_block + lane; i < lesser(b * record_block + record_block, n); i += lanes) word[i] = 0;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
