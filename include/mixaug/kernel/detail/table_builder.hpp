// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/kernel/detail/table_sort.hpp>

MIXAUG_EXACT_BEGIN

/// What a table is built with, on any backend: memory, items, a stable sort of (key, row) pairs, sums of counts. The
/// tables do not depend on it, bit for bit. table_kit<Backend> is that of host backends; kernel/thrust_sort.hpp and
/// kernel/cuda_sort.cuh have those of Thrust's policies and of CUDA.
namespace mixaug::detail {

/// Where a backend's memory is; what says nothing is on the host.
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

/// Pairs in one array, and in two: set(i, key, row), key(i), row(i), from any thread. A split key is kept as an
/// unsigned number of the same order.
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
/// Their owners; a sort may move them: ask for view() again.
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
  index_t n, more;  ///< pairs, and what the joined array has to spare
  split_pairs<Key> view() const noexcept { return {keys.data(), rows.data()}; }
};
/// Split pairs into one array.
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
  index_t lanes;  ///< one where the rows are not worth a second thread

  host_kit(Backend const& backend, index_t rows) : be(backend), lanes(rows < 32768 ? 1 : backend.lanes()) {}

  template <class T>
  using array = table_array<T, memory>;
  /// n elements, not initialised.
  template <class T>
  array<T> make(index_t n) const {
    return host_array<T>(n);
  }
  /// job(i) for each of n items, in any order; it returns when all are done, or (device) are queued.
  template <class Job>
  void items(index_t n, Job const& job) const {
    index_t const parts = lanes == 1 ? 1 : 32 * lanes;
    run_parts(be, lanes, parts, part_of_items<Job>{job, n, parts});
  }
  /// Into how many contiguous parts (part_range) work on n items is cut, where a part does more than its items one by
  /// one: `run` items a thread on a device, more on the host.
  index_t parts(index_t n, index_t run) const noexcept {
    (void)n, (void)run;
    return lanes == 1 ? 1 : 32 * lanes;
  }
  /// counts[i] becomes the sum of those before it; counts[n], which need not be set, and the result the sum of all.
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
  /// n elements of a table to the host, and back. read waits; `from` of write may change at once.
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

  /// n pairs (key, row), and room for `more`; keys are float, double, std::uint32_t, std::uint64_t or std::int64_t.
  template <class Key>
  using pairs = joined_list<Key>;
  template <class Key>
  pairs<Key> make_pairs(index_t n, index_t more = 0) const {
    return {host_array<sort_pair<Key>>(n + more), {}, n};
  }
  /// Ascending by key; ties stay in order.
  template <class Key>
  void sort(pairs<Key>& list) const {
    if (list.spare.size() == 0) list.spare = host_array<sort_pair<Key>>(list.pair.size());
    if (sort_pairs(this->be, this->lanes, list.pair.data(), list.spare.data(), list.n)) list.pair.swap(list.spare);
  }
  /// The pairs as one array of n + more, and the room beside them as an array of n: the list is empty then.
  template <class Key, class Room>
  void join(pairs<Key>& list, table_array<sort_pair<Key>, space::host>& all,
            table_array<Room, space::host>& room) const {
    all = std::move(list.pair);
    room = list.spare.template reused<Room>(list.n);
    if (room.size() < list.n) room = host_array<Room>(list.n);
    list.spare = {};
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
