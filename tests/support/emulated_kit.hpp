#pragma once
#include <algorithm>
#include <mixaug/kernel/device_gaussian_kernel.hpp>
#include <numeric>
#include <vector>

#include "support/memory.hpp"

namespace test {

/// Memory of the emulated device.
template <class T>
class buffer<T, ma::space::device> : public buffer<T, ma::space::host> {
 public:
  using buffer<T, ma::space::host>::buffer;
};

/// A device on the CPU: its memory is host memory declared as device memory, its threads run one by one from the last
/// to the first, and memory that they do not write stays filled with 0xEE.
struct emulated_gpu {
  using mixaug_backend = void;
  static constexpr mixaug::space memory = mixaug::space::device;

  template <class Job>
  void launch(Job const& job, mixaug::index_t rows, mixaug::index_t count) const {
    for (mixaug::index_t i = rows - 1; i >= 0; --i)
      for (mixaug::index_t c = count - 1; c >= 0; --c) job(job.begin(i), c);
  }
};

}  // namespace test

namespace mixaug::detail {

template <>
struct table_builder<test::emulated_gpu> {
  static constexpr space memory = space::device;
  test::emulated_gpu be;
  table_builder(test::emulated_gpu const& backend, index_t) : be(backend) {}

  template <class T>
  using array = table_array<T, memory>;
  template <class T>
  array<T> make(index_t n) const {
    std::size_t const bytes = sizeof(T) * static_cast<std::size_t>(n);
    void* const block = ::operator new(bytes);
    std::memset(block, 0xEE, bytes);
    return {static_cast<T*>(block), n, release_host};
  }
  template <class Job>
  struct threads {
    Job job;
    index_t begin(index_t) const { return 0; }
    void operator()(index_t, index_t i) const { job(i); }
  };
  template <class Job>
  void items(index_t n, Job const& job) const {
    be.launch(threads<Job>{job}, 1, n);
  }
  index_t parts(index_t n, index_t run) const { return ceil_div(n, run); }
  struct draw_scratch {
    std::vector<std::byte> block;
    std::byte* reserve(std::size_t bytes, bool) {
      block.assign(bytes, std::byte{0xEE});
      return block.data();
    }
  };
  draw_scratch scratch() const { return {}; }
  template <class T>
  void read(T const* from, index_t n, T* to) const {
    std::copy_n(from, n, to);
  }
  template <class T>
  void write(T const* from, index_t n, T* to) const {
    std::copy_n(from, n, to);
  }
  template <class T>
  T sum(T* counts, index_t n) const {
    std::exclusive_scan(counts, counts + n + 1, counts, T(0));
    return counts[n];
  }

  template <class Key>
  using pairs = split_list<Key, memory>;
  template <class Key>
  pairs<Key> make_pairs(index_t n, index_t more = 0) const {
    return {make<ordered_word<Key>>(n), make<std::uint32_t>(n), n, more};
  }
  template <class Key>
  void sort(pairs<Key>& list) const {
    auto const from = list.view();
    std::vector<std::pair<ordered_word<Key>, std::uint32_t>> all;
    for (index_t i = 0; i < list.n; ++i) all.emplace_back(from.keys[i], from.rows[i]);
    std::stable_sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    for (index_t i = 0; i < list.n; ++i)
      from.keys[i] = all[static_cast<std::size_t>(i)].first, from.rows[i] = all[static_cast<std::size_t>(i)].second;
  }
  template <class Key, class Scratch>
  void join(pairs<Key>& list, array<sort_pair<Key>>& all, array<Scratch>& scratch) const {
    all = make<sort_pair<Key>>(list.n + list.more), scratch = make<Scratch>(list.n);
    items(list.n, join_pairs<Key>{list.view(), all.data()});
    list = {};
  }
};

}  // namespace mixaug::detail
