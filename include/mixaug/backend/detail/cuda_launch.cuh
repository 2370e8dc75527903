// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/backend.hpp>
#include <mixaug/backend/cuda_memory.cuh>

/// The only kernel: its threads divide the (row, c) pairs of a job among them (device_backend, backend/backend.hpp).
namespace mixaug::detail {

/// Kernel parameters can be read in place; before compute capability 7.0 they are copied first.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 700
#  define MIXAUG_GRID_CONSTANT __grid_constant__
#else
#  define MIXAUG_GRID_CONSTANT
#endif

inline constexpr unsigned block_threads = 256;

template <class Job>
static __global__ void __launch_bounds__(block_threads)
    job_kernel(MIXAUG_GRID_CONSTANT Job const job, index_t rows, index_t count) {
  index_t const row_step = index_t{gridDim.y} * blockDim.y, step = index_t{gridDim.x} * blockDim.x;
  for (index_t i = index_t{blockIdx.y} * blockDim.y + threadIdx.y; i < rows; i += row_step) {
    auto const begun = job.begin(i);
    for (index_t c = index_t{blockIdx.x} * blockDim.x + threadIdx.x; c < count; c += step) job(begun, c);
  }
}

/// Partition of rows x count pairs into blocks of 256 threads, along one row or over several short rows. Grids have at
/// most 2^31 - 1 by 65535 blocks; beyond that, threads loop. They also loop, up to `turns` times, where there are
/// enough blocks to fill any device, to share the cost of begin(row).
struct launch_shape {
  unsigned threads_x, threads_y, blocks_x, blocks_y;

  launch_shape(index_t rows, index_t count, index_t turns) noexcept : threads_x(1) {
    while (threads_x < block_threads && threads_x < count) threads_x *= 2;
    threads_y = block_threads / threads_x;
    index_t const y = lesser(ceil_div(rows, threads_y), 65535), most = INT32_MAX;
    index_t x = ceil_div(count, threads_x), per_thread = 1;
    while (per_thread < turns && x * y / (2 * per_thread) >= plenty) per_thread *= 2;
    x = lesser(ceil_div(x, per_thread), most);
    blocks_x = static_cast<unsigned>(x), blocks_y = static_cast<unsigned>(y);
  }
  static constexpr index_t plenty = 4096;  // 30 blocks for each multiprocessor of a large GPU
};

template <class Job>
void launch_on(cudaStream_t stream, Job const& job, index_t rows, index_t count, index_t turns) {
  static_assert(sizeof(Job) + 2 * sizeof(index_t) <= 4096,
                "mixaug: kernel parameters are limited to 4096 bytes; a region, blend or label rule with tables keeps "
                "them in columns of the plan");
  static_assert(std::is_trivially_copyable_v<Job>, "mixaug: kernel bodies are trivially copyable");
  if (rows <= 0 || count <= 0) return;
  launch_shape const s(rows, count, turns);
  job_kernel<<<dim3(s.blocks_x, s.blocks_y), dim3(s.threads_x, s.threads_y), 0, stream>>>(job, rows, count);
  MIXAUG_CUDA(cudaGetLastError());
}

}  // namespace mixaug::detail
