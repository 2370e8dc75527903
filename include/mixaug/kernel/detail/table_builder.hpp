// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/kernel/detail/table_sort.hpp>

MIXAUG_EXACT_BEGIN

/// Operations from which a table is built, on any backend: memory, items, a stable sort of (key, row) pairs, sums of
/// counts. The tables do not depend on the backend, bit for bit. table_builder<Backend> is for host backends;
/// kernel/thrust_sort.hpp and kernel/cuda_sort.cuh specialise it for Thrust's policies and for CUDA.
namespace mixaug::detail {

/// Memory space of a backend; the host unless it declares another.
template <class Backend>
inline constexpr space space_of = space::host;
template <class Backend>
requires requires {
  { Backend::memory } -> std::convertible_to<space>;
}
inline constexpr space space_of<Backend> = Backend::memory;

/// Work on n items in contiguous parts.
template <class Job>
struct part_of_items {
  Job job;
  index_t count, parts;
  void operator()(index_t part) const noexcept {
    part_range const r(count, parts, part);
    for (index_t i = r.begin; i < r.end; ++i) job(i);
  }
};

/// Pairs in one array or in two arrays: set(i, key, row), key(i), row(i), from any thread. Split keys are stored as
/// unsigned numbers of the same order.
template <class Key>
struct joined_pairs {
  sort_pair<Key>* pair;
  MIXAUG_HD void set(index_t i, Key key, std::uint32_t row) const noexcept { pair[i] = {key, row}; }
  MIXAUG_HD Key key(index_t i) const noexcept { return pair[i].key; }
  MIXAUG_HD std::uint32_t row(index_t i) const noexcept { return pair[i].row; }
};
template <class Key>
struct split_pairs {
  ordered_word<Key>* keys;
  std::uint32_t* rows;
  MIXAUG_HD void set(index_t i, Key key, std::uint32_t row) const noexcept { keys[i] = ordered(key), rows[i] = row; }
  MIXAUG_HD Key key(index_t i) const noexcept { return of_ordered<Key>(keys[i]); }
  MIXAUG_HD std::uint32_t row(index_t i) const noexcept { return rows[i]; }
};
/// Own the pairs. sort() may reallocate; call view() afterwards.
template <class Key>
struct joined_list {
  table_array<sort_pair<Key>, space::host> pair, spare;
  index_t n;
  joined_pairs<Key> view() const noexcept { return {pair.data()}; }
};
template <class Key, space Space>
struct split_list {
  table_array<ordered_word<Key>, Space> keys;
  table_array<std::uint32_t, Space> rows;
  index_t n, more;  ///< number of pairs, and extra capacity of the joined array
  split_pairs<Key> view() const noexcept { return {keys.data(), rows.data()}; }
};
/// Copies split pairs to one array.
template <class Key>
struct join_pairs {
  split_pairs<Key> from;
  sort_pair<Key>* to;
  MIXAUG_HD void operator()(index_t i) const noexcept { to[i] = {from.key(i), from.row(i)}; }
};

template <class Backend>
struct host_kit {
  static constexpr space memory = space::host;
  Backend const& be;
  index_t lanes;  ///< one if a second thread does not pay for so few rows

  host_kit(Backend const& backend, index_t rows) : be(backend), lanes(rows < 32768 ? 1 : backend.lanes()) {}

  template <class T>
  using array = table_array<T, memory>;
  /// Allocates n elements, not initialised.
  template <class T>
  array<T> make(index_t n) const {
    return host_array<T>(n);
  }
  /// Runs job(i) for each of n items, in any order. Returns when all are done or, on a device, queued.
  template <class Job>
  void items(index_t n, Job const& job) const {
    index_t const parts = lanes == 1 ? 1 : 32 * lanes;
    run_parts(be, lanes, parts, part_of_items<Job>{job, n, parts});
  }
  /// Number of contiguous parts (part_range) into which work on n items is divided, for work that is done by part
  /// rather than by item: `run` items for each thread on a device, more on the host.
  index_t parts(index_t n, index_t run) const noexcept {
    (void)n, (void)run;
    return lanes == 1 ? 1 : 32 * lanes;
  }
  /// Replaces counts[i] by the sum of those before it. counts[n], whose old value is ignored, becomes the sum of all,
  /// which is also returned.
  template <class T>
  T sum(T* counts, index_t n) const {
    T all = 0;
    for (index_t i = 0; i < n; ++i) {
      T const here = counts[i];
      counts[i] = all;
      all += here;
    }
    return counts[n] = all;
  }
  /// Copies n elements from a table to the host (read), and back (write). read waits; after write, `from` may
  /// change at once.
  template <class T>
  void read(T const* from, index_t n, T* to) const {
    std::memcpy(static_cast<void*>(to), from, sizeof(T) * static_cast<std::size_t>(n));
  }
  template <class T>
  void write(T const* from, index_t n, T* to) const {
    std::memcpy(static_cast<void*>(to), from, sizeof(T) * static_cast<std::size_t>(n));
  }
};

template <class Backend>
struct table_builder : host_kit<Backend> {
  static_assert(space_of<Backend> == space::host,
                "mixaug: a table on a device is sorted there; include <mixaug/kernel/cuda_sort.cuh>");
  static_assert(
      !requires(Backend const& b) { b.policy; },
      "mixaug: a table on a Thrust policy is sorted by Thrust; include <mixaug/kernel/thrust_sort.hpp>");
  using host_kit<Backend>::host_kit;

  /// n pairs (key, row), with capacity for `more`; keys are float, double, std::uint32_t,
  /// std::uint64_t or std::int64_t.
  template <class Key>
  using pairs = joined_list<Key>;
  template <class Key>
  pairs<Key> make_pairs(index_t n, index_t more = 0) const {
    return {host_array<sort_pair<Key>>(n + more), {}, n};
  }
  /// Sorts by ascending key; equal keys keep their order.
  template <class Key>
  void sort(pairs<Key>& list) const {
    if (list.spare.size() == 0) list.spare = host_array<sort_pair<Key>>(list.pair.size());
    if (sort_pairs(this->be, this->lanes, list.pair.data(), list.spare.data(), list.n)) list.pair.swap(list.spare);
  }
  /// Returns the pairs as one array of n + more, and the spare memory as an array of n; the list is empty afterwards.
  template <class Key, class Scratch>
  void join(pairs<Key>& list, table_array<sort_pair<Key>, space::host>& all,
            table_array<Scratch, space::host>& scratch) const {
    all = std::move(list.pair);
    scratch = list.spare.template reused<Scratch>(list.n);
    if (scratch.size() < list.n) scratch = host_array<Scratch>(list.n);
    list.spare = {};
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
