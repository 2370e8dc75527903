// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/weight/detail/normalise.hpp>
#include <mixaug/weight/detail/record_items.hpp>

MIXAUG_EXACT_BEGIN

/// Operations over the counter type selected at run time by window and policy: act(counter), for with_counter.
namespace mixaug::detail {

template <class Be, class P, class L>
struct record_rows_act {
  Be const& be;
  std::byte* counters;
  P const& predictions;
  L const& labels;
  index_t first;
  template <class Counter>
  void operator()(Counter) const {
    using p = std::remove_const_t<typename P::element>;
    using l = std::remove_const_t<typename L::element>;
    auto* const own = reinterpret_cast<typename Counter::word*>(counters) + first;
    run_rows(be,
             record_rows<Counter, p, l>{own, predictions.data, labels.data, predictions.stride[0], labels.stride[0],
                                        labels.extent[0]},
             ceil_div(labels.extent[0], record_block));
  }
};
template <class Be, class Ids, class P, class L>
struct record_ids_act {
  Be const& be;
  std::byte* counters;
  index_t rows;
  Ids const& ids;
  P const& predictions;
  L const& labels;
  template <class Counter>
  void operator()(Counter) const {
    using body = record_ids<Counter, std::remove_const_t<typename Ids::element>,
                            std::remove_const_t<typename P::element>, std::remove_const_t<typename L::element>>;
    index_t const n = ids.extent[0];
    body const all{reinterpret_cast<typename Counter::word*>(counters),
                   rows,
                   n,
                   ids.data,
                   predictions.data,
                   labels.data,
                   ids.stride[0],
                   predictions.stride[0],
                   labels.stride[0]};
    if constexpr (host_lanes<Be>) {
      index_t const parts = n < 4096 ? 1 : lesser(rows, be.lanes());
      run_rows(
          be,
          record_ids_part<Counter, std::remove_const_t<typename Ids::element>, std::remove_const_t<typename P::element>,
                          std::remove_const_t<typename L::element>>{all, parts},
          parts);
    } else {
      run_rows(be, all, ceil_div(n, body::block));
    }
  }
};
template <class Be, class Out>
struct weigh_rows_act {
  Be const& be;
  std::byte const* counters;
  weight_rule rule;
  Out const& out;
  template <class Counter>
  void operator()(Counter) const {
    using word = typename Counter::word;
    using T = typename Out::element;
    index_t const n = out.extent[0];
    T table[256];
    bool tabled = false;
    if constexpr (host_lanes<Be> && sizeof(word) == 1)
      if (n >= 1024) {
        tabled = true;
        for (int v = 0; v < 256; ++v)
          table[v] = static_cast<T>(rule(Counter::uncertainty(static_cast<word>(v), rule.epochs)));
      }
    run_rows(be,
             weigh_rows<Counter, T>{reinterpret_cast<word const*>(counters), rule, tabled ? table : nullptr, out.data,
                                    out.stride[0], n},
             ceil_div(n, record_block));
  }
};
template <class Be, class Ids, class Out>
struct weigh_ids_act {
  Be const& be;
  std::byte const* counters;
  weight_rule rule;
  index_t rows;
  Ids const& ids;
  Out const& out;
  template <class Counter>
  void operator()(Counter) const {
    run_rows(be,
             weigh_ids<Counter, std::remove_const_t<typename Ids::element>, typename Out::element>{
                 reinterpret_cast<typename Counter::word const*>(counters), rule, rows, ids.data, out.data,
                 ids.stride[0], out.stride[0], ids.extent[0]},
             ceil_div(ids.extent[0], record_block));
  }
};
template <class Be>
struct mean_act {
  Be const& be;
  std::byte const* counters;
  weight_rule rule;
  index_t rows;
  double* memory;
  template <class Counter>
  void operator()(Counter) const {
    blocked_sum(be, weight_term<Counter>{reinterpret_cast<typename Counter::word const*>(counters), rule}, rows,
                static_cast<double>(rows), memory);
  }
};
/// Finds the first row with more wrong visits than visits; -1 = none.
struct impossible_row_act {
  std::byte const* counters;
  index_t rows;
  index_t* found;
  template <class Counter>
  void operator()(Counter) const noexcept {
    auto const* const own = reinterpret_cast<typename Counter::word const*>(counters);
    index_t i = 0;
    if constexpr (Counter::pair)
      while (i < rows && Counter::possible(own[i])) ++i;
    else
      i = rows;
    *found = i < rows ? i : -1;
  }
};
struct merge_act {
  std::byte *own, *other;
  index_t rows;
  template <class Counter>
  void operator()(Counter) const noexcept {
    auto* const a = reinterpret_cast<typename Counter::word*>(own);
    auto const* const b = reinterpret_cast<typename Counter::word const*>(other);
    for (index_t i = 0; i < rows; ++i) a[i] = Counter::sum(a[i], b[i]);
  }
};
struct uncertainty_act {
  std::byte const* counters;
  index_t row;
  double epochs, *u;
  template <class Counter>
  void operator()(Counter) const noexcept {
    *u = Counter::uncertainty(reinterpret_cast<typename Counter::word const*>(counters)[row], epochs);
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
