// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/cuda_launch.cuh>
#include <mixaug/backend/cuda_memory.cuh>
#include <mixaug/backend/detail/device_steps.hpp>

namespace mixaug::detail {

/// Runs all steps of a map in one block of threads, with the map's `fast` memory in shared memory.
template <class Job>
static __global__ void __launch_bounds__(1024)
    steps_kernel(MIXAUG_GRID_CONSTANT Job const job, index_t first, std::byte* slow, std::size_t slow_bytes) {
  extern __shared__ float4 shared[];  // 16-byte aligned
  index_t const k = first + blockIdx.x;
  if (job.skips(k)) return;
  step_memory const memory{reinterpret_cast<std::byte*>(shared), slow + blockIdx.x * slow_bytes};
  for (int step = 0; step < Job::steps; ++step) {
    index_t const count = job.count(step);
    for (index_t item = threadIdx.x; item < count; item += blockDim.x) job.run(step, k, item, memory);
    if (count > 0) __syncthreads();
  }
}

inline std::size_t most_shared_bytes() {
  int device = 0, bytes = 0;
  MIXAUG_CUDA(cudaGetDevice(&device));
  MIXAUG_CUDA(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  return static_cast<std::size_t>(bytes);
}

/// Uses one block for each map if its fast memory fits into shared memory (a fine-grained map of up to 224 x 224 pixels
/// on a GPU with 227 KiB); otherwise one launch for each step, which works for images of any size.
template <class Backend, class Job, class Scratch>
void steps_on(Backend const& be, Job const& job, index_t maps, Scratch& scratch) {
  static_assert(std::is_trivially_copyable_v<Job>, "mixaug: kernel bodies are trivially copyable");
  std::size_t const fast = aligned(job.fast_bytes()), slow = aligned(job.slow_bytes());
  if (fast > most_shared_bytes())
    return device_steps(be, job, maps, scratch.reserve(device_step_bytes(job, maps), false));
  index_t const turn = maps_a_turn(slow, maps);
  std::byte* const memory = scratch.reserve(slow * static_cast<std::size_t>(turn), false);
  if (fast > std::size_t{48} << 10)
    MIXAUG_CUDA(
        cudaFuncSetAttribute(steps_kernel<Job>, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(fast)));
  unsigned const threads = job.pixels() >= 16384 ? 1024 : 256;
  for (index_t first = 0; first < maps; first += turn) {
    auto const blocks = static_cast<unsigned>(lesser(turn, maps - first));
    steps_kernel<<<blocks, threads, fast, be.stream>>>(job, first, memory, slow);
    MIXAUG_CUDA(cudaGetLastError());
  }
}

/// Scratch for one call from a stream's memory pool; neither allocating nor freeing it waits.
class stream_scratch {
 public:
  explicit stream_scratch(cudaStream_t stream) : stream_(stream) {}
  stream_scratch(stream_scratch const&) = delete;
  ~stream_scratch() { release(); }
  std::byte* reserve(std::size_t bytes, bool) {
    release();
    if (bytes > 0) MIXAUG_CUDA(cudaMallocAsync(&data_, bytes, stream_));
    return static_cast<std::byte*>(data_);
  }

 private:
  void release() noexcept {
    if (data_ != nullptr) cudaFreeAsync(data_, stream_);
    data_ = nullptr;
  }
  cudaStream_t stream_;
  void* data_ = nullptr;
};

}  // namespace mixaug::detail
