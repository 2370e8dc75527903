// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/cuda_launch.cuh>
#include <mixaug/backend/cuda_memory.cuh>
#include <mixaug/backend/detail/device_steps.hpp>

namespace mixaug::detail {

/// A block of threads as a team, of whole warps.
struct block_team {
  template <class Index, class Act>
  __device__ void each(Index count, Act const& act) const noexcept {
    for (Index item = static_cast<Index>(threadIdx.x); item < count; item += static_cast<Index>(blockDim.x)) act(item);
    __syncthreads();
  }
  template <class Act>
  __device__ void once(Act const& act) const noexcept {
    if (threadIdx.x == 0) act();
    __syncthreads();
  }
  template <class Test>
  __device__ bool any(int count, Test const& test) const noexcept {
    bool found = false;
    for (int item = own(); item < count; item += all())
      if (test(item)) found = true;
    return __syncthreads_or(found) != 0;
  }
  template <class Test>
  __device__ bool mark(int count, Test const& test, std::uint32_t* set) const noexcept {
    bool found = false;
    for (int item = own(); item < count; item += all()) {  // the threads of a warp are all inside, or none
      std::uint32_t const word = __ballot_sync(~0u, test(item));
      if (threadIdx.x % 32 == 0) set[item / 32] = word;
      found = found || word != 0;
    }
    return __syncthreads_or(found) != 0;
  }
  template <class Rank>
  __device__ std::uint64_t least(int count, Rank const& rank) const noexcept {
    std::uint64_t best = ~std::uint64_t{0};
    for (int item = own(); item < count; item += all()) best = lower(best, rank(item));
    return joined(best, [](std::uint64_t a, std::uint64_t b) { return lower(a, b); });
  }
  template <class Term>
  __device__ std::int64_t sum(int count, Term const& term) const noexcept {
    std::int64_t part = 0;
    for (int item = own(); item < count; item += all()) part += term(item);
    return static_cast<std::int64_t>(
        joined(static_cast<std::uint64_t>(part), [](std::uint64_t a, std::uint64_t b) { return a + b; }));
  }

 private:
  __device__ static int own() noexcept { return static_cast<int>(threadIdx.x); }
  __device__ static int all() noexcept { return static_cast<int>(blockDim.x); }
  __device__ static std::uint64_t lower(std::uint64_t a, std::uint64_t b) noexcept { return b < a ? b : a; }
  /// Joins the values of all threads, of each warp by shuffles.
  template <class Join>
  __device__ static std::uint64_t joined(std::uint64_t v, Join const& join) noexcept {
    __shared__ std::uint64_t part[32];
    for (int by = 16; by > 0; by /= 2) v = join(v, __shfl_xor_sync(~0u, v, by));
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = v;
    __syncthreads();
    std::uint64_t whole = part[0];
    for (unsigned warp = 1; warp < blockDim.x / 32; ++warp) whole = join(whole, part[warp]);
    __syncthreads();  // before `part` is written again
    return whole;
  }
};

/// Threads of a block, at most. Many threads wait longer for each other, and a team does so often.
template <class Job>
inline constexpr int most_step_threads = has_team<Job> ? 256 : 1024;

/// Runs all steps of a map in one block of threads, with the map's `fast` memory in shared memory.
template <class Job>
static __global__ void __launch_bounds__(most_step_threads<Job>)
    steps_kernel(MIXAUG_GRID_CONSTANT Job const job, index_t first, std::byte* slow, std::size_t slow_bytes) {
  extern __shared__ float4 shared[];  // 16-byte aligned
  index_t const k = first + blockIdx.x;
  if (job.skips(k)) return;
  step_memory const memory{reinterpret_cast<std::byte*>(shared), slow + blockIdx.x * slow_bytes};
  for (int step = 0; step < Job::steps; ++step) run_step(job, step, k, memory, block_team{});
}

inline std::size_t most_shared_bytes() {
  int device = 0, bytes = 0;
  MIXAUG_CUDA(cudaGetDevice(&device));
  MIXAUG_CUDA(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  return static_cast<std::size_t>(bytes);
}

/// Uses one block for each map if its fast memory fits into shared memory (a fine-grained map of up to 224 x 224 pixels
/// on a GPU with 227 KiB); otherwise one launch for each step, which works for images of any size, and where one thread
/// is the team.
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
  unsigned const threads = job.pixels() >= 16384 ? most_step_threads<Job> : 256;
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
