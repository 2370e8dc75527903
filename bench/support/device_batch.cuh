// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <mixaug/cuda.cuh>
#include <support/options.hpp>

namespace bench {
namespace ma = mixaug;

inline constexpr ma::index_t rows = 256, channels = 3, side = 224, total = rows * channels * side * side;

/// The shortest of some measurements of `times` jobs in a row, in seconds for one.
template <class Job>
double by_events(Job const& job, int times) {
  cudaEvent_t begin, end;
  MIXAUG_CUDA(cudaEventCreate(&begin)), MIXAUG_CUDA(cudaEventCreate(&end));
  float best = 1e30f;
  for (int round = 0; round < (chosen().quick ? 5 : 20); ++round) {
    MIXAUG_CUDA(cudaEventRecord(begin));
    for (int k = 0; k < times; ++k) job();
    MIXAUG_CUDA(cudaEventRecord(end)), MIXAUG_CUDA(cudaEventSynchronize(end));
    float ms = 0;
    MIXAUG_CUDA(cudaEventElapsedTime(&ms, begin, end));
    best = std::min(best, ms);
  }
  return best * 1e-3 / times;
}

template <class T>
struct device_batch {
  T *x, *out;
  device_batch() {
    void *a = nullptr, *b = nullptr;
    MIXAUG_CUDA(cudaMalloc(&a, total * sizeof(T))), MIXAUG_CUDA(cudaMalloc(&b, total * sizeof(T)));
    MIXAUG_CUDA(cudaMemset(a, 0x31, total * sizeof(T)));
    x = static_cast<T*>(a), out = static_cast<T*>(b);
  }
  ~device_batch() { cudaFree(x), cudaFree(out); }
  auto view(T* p) const { return ma::on_device(ma::nchw(p, {rows, channels, side, side})); }
};

}  // namespace bench
