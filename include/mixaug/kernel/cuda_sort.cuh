// SPDX-License-Identifier: MIT
#pragma once
#include <thrust/scan.h>
#include <thrust/sort.h>
#include <thrust/system/cuda/execution_policy.h>

#include <mixaug/backend/cuda.cuh>
#include <mixaug/backend/thrust.hpp>
#include <mixaug/core/config.hpp>
#include <mixaug/kernel/detail/table_builder.hpp>

/// Builds tables on CUDA, for the backend cuda and for Thrust's CUDA policies; Thrust sorts and sums. A build
/// allocates, and waits for the device a few times.
namespace mixaug::detail {

inline void release_device(void* data) noexcept { cudaFree(data); }

/// Runs one item of a table as a thread of launch(job, 1, count).
template <class Job>
struct item_threads {
  Job job;
  MIXAUG_HD index_t begin(index_t) const noexcept { return 0; }
  MIXAUG_HD void operator()(index_t, index_t i) const noexcept { job(i); }
};

/// The stream of a backend, and the Thrust policy on that stream.
inline cudaStream_t stream_of(cuda const& be) { return be.stream; }
inline auto policy_of(cuda const& be) { return ::thrust::cuda::par_nosync.on(be.stream); }
template <class Policy>
cudaStream_t stream_of(thrust_on<Policy> const& be) {
  auto policy = be.policy;
  return ::thrust::cuda_cub::stream(policy);
}
template <class Policy>
Policy policy_of(thrust_on<Policy> const& be) {
  return be.policy;
}

template <class Backend>
struct device_kit {
  static constexpr space memory = space::device;
  Backend const& be;
  cudaStream_t stream;

  device_kit(Backend const& backend, index_t) : be(backend), stream(stream_of(backend)) {}

  template <class T>
  using array = table_array<T, memory>;
  template <class T>
  array<T> make(index_t n) const {
    void* block = nullptr;
    if (n > 0) MIXAUG_CUDA(cudaMalloc(&block, sizeof(T) * static_cast<std::size_t>(n)));
    return {static_cast<T*>(block), n, release_device};
  }
  template <class Job>
  void items(index_t n, Job const& job) const {
    if (n > 0) be.launch(item_threads<Job>{job}, 1, n);
  }
  index_t parts(index_t n, index_t run) const noexcept { return ceil_div(n, run); }
  /// Returns scratch of one draw, from the stream's memory pool; neither allocating nor freeing it waits.
  stream_scratch scratch() const { return stream_scratch(stream); }
  template <class T>
  void read(T const* from, index_t n, T* to) const {
    if (n > 0)
      MIXAUG_CUDA(cudaMemcpyAsync(to, from, sizeof(T) * static_cast<std::size_t>(n), cudaMemcpyDeviceToHost, stream));
    MIXAUG_CUDA(cudaStreamSynchronize(stream));
  }
  template <class T>
  void write(T const* from, index_t n, T* to) const {
    if (n > 0)
      MIXAUG_CUDA(cudaMemcpyAsync(to, from, sizeof(T) * static_cast<std::size_t>(n), cudaMemcpyHostToDevice, stream));
    MIXAUG_CUDA(cudaStreamSynchronize(stream));
  }
  template <class T>
  T sum(T* counts, index_t n) const {
    ::thrust::exclusive_scan(policy_of(be), counts, counts + n + 1, counts, T(0));
    T all;
    read(counts + n, 1, &all);
    return all;
  }

  template <class Key>
  using pairs = split_list<Key, memory>;
  template <class Key>
  pairs<Key> make_pairs(index_t n, index_t more = 0) const {
    return {make<ordered_word<Key>>(n), make<std::uint32_t>(n), n, more};
  }
  template <class Key>
  void sort(pairs<Key>& list) const {
    ::thrust::stable_sort_by_key(policy_of(be), list.keys.data(), list.keys.data() + list.n, list.rows.data());
  }
  template <class Key, class Scratch>
  void join(pairs<Key>& list, array<sort_pair<Key>>& all, array<Scratch>& scratch) const {
    all = make<sort_pair<Key>>(list.n + list.more);
    items(list.n, join_pairs<Key>{list.view(), all.data()});
    scratch = make<Scratch>(list.n);
    list = {};
  }
};

template <>
struct table_builder<cuda> : device_kit<cuda> {
  using device_kit<cuda>::device_kit;
};
template <class Policy>
requires(thrust_on<Policy>::memory == space::device) struct table_builder<thrust_on<Policy>>
    : device_kit<thrust_on<Policy>> {
  using device_kit<thrust_on<Policy>>::device_kit;
};

}  // namespace mixaug::detail
