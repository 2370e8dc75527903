// SPDX-License-Identifier: MIT
#pragma once
#include <thrust/scan.h>
#include <thrust/sort.h>

#include <mixaug/backend/thrust.hpp>
#include <mixaug/core/config.hpp>
#include <mixaug/kernel/detail/table_builder.hpp>

MIXAUG_EXACT_BEGIN

/// Builds tables on Thrust's host policies (CPP, OMP, TBB, seq); Thrust sorts and sums. Include the
/// policy's own header.
namespace mixaug::detail {

template <class Policy>
requires(thrust_on<Policy>::memory == space::host) struct table_builder<thrust_on<Policy>>
    : host_kit<thrust_on<Policy>> {
  using host_kit<thrust_on<Policy>>::host_kit;

  template <class Key>
  using pairs = split_list<Key, space::host>;
  template <class Key>
  pairs<Key> make_pairs(index_t n, index_t more = 0) const {
    return {host_array<ordered_word<Key>>(n), host_array<std::uint32_t>(n), n, more};
  }
  template <class Key>
  void sort(pairs<Key>& list) const {
    if (forked())
      ::thrust::stable_sort_by_key(::thrust::seq, list.keys.data(), list.keys.data() + list.n, list.rows.data());
    else
      ::thrust::stable_sort_by_key(this->be.policy, list.keys.data(), list.keys.data() + list.n, list.rows.data());
  }
  template <class Key, class Scratch>
  void join(pairs<Key>& list, table_array<sort_pair<Key>, space::host>& all,
            table_array<Scratch, space::host>& scratch) const {
    all = host_array<sort_pair<Key>>(list.n + list.more);
    scratch = host_array<Scratch>(list.n);
    this->items(list.n, join_pairs<Key>{list.view(), all.data()});
    list = {};
  }
  template <class T>
  T sum(T* counts, index_t n) const {
    if (forked()) return host_kit<thrust_on<Policy>>::sum(counts, n);
    counts[n] = 0;
    ::thrust::exclusive_scan(this->be.policy, counts, counts + n + 1, counts, T(0));
    return counts[n];
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
