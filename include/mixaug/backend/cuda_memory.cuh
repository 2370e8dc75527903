// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime.h>

#include <mixaug/core/workspace.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace mixaug {

/// Exception for a failed call of the CUDA runtime or a failed kernel launch, with the file and the line of the call.
struct cuda_error : std::runtime_error {
  cudaError_t code;
  cuda_error(cudaError_t c, char const* call, char const* file, int line)
      : std::runtime_error(std::string("mixaug: ") + call + " failed: " + cudaGetErrorString(c) + " (" +
                           cudaGetErrorName(c) + ") at " + file + ":" + std::to_string(line)),
        code(c) {}
};

namespace detail {
inline void check_cuda(cudaError_t code, char const* call, char const* file, int line) {
  if (code != cudaSuccess) throw cuda_error(code, call, file, line);
}
}  // namespace detail
#define MIXAUG_CUDA(call) ::mixaug::detail::check_cuda((call), #call, __FILE__, __LINE__)

namespace detail {
inline bool capturing(cudaStream_t stream) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  MIXAUG_CUDA(cudaStreamIsCapturing(stream, &status));
  return status != cudaStreamCaptureStatusNone;
}
}  // namespace detail

/// A block of device memory, a pinned staging block of the same size that the host writes to, and an event that is
/// recorded when an upload has left the staging block. The block only grows. Growing waits for the device, because
/// queued work may still read the old block; it is an error while a stream is captured.
template <>
class workspace<space::device> {
 public:
  workspace() = default;
  workspace(workspace&& other) noexcept { swap(other); }
  /// Takes the memory of `other`, which is then empty, and frees its own.
  workspace& operator=(workspace&& other) noexcept {
    workspace taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~workspace() {
    release();
    if (sent_ != nullptr) cudaEventDestroy(sent_);
  }

  /// Reserves at least `bytes` bytes; the contents are lost when the block grows. Addresses do not change until then.
  /// `staged`: also allocates the pinned block; the value must be the same in all calls for one workspace.
  std::byte* reserve(std::size_t bytes, bool staged = true) {
    if (bytes > capacity_) {
      if (data_ != nullptr) MIXAUG_CUDA(cudaDeviceSynchronize());
      release();
      if (sent_ == nullptr) MIXAUG_CUDA(cudaEventCreateWithFlags(&sent_, cudaEventDisableTiming));
      void* block = nullptr;
      MIXAUG_CUDA(cudaMalloc(&block, bytes));
      data_ = static_cast<std::byte*>(block);
      if (staged) {
        MIXAUG_CUDA(cudaMallocHost(&block, bytes));
        staging_ = static_cast<std::byte*>(block);
      }
      capacity_ = bytes;
    }
    used_ = bytes;
    return data_;
  }

  std::byte* data() const noexcept { return data_; }
  std::byte* staging() const noexcept { return staging_; }
  std::size_t size() const noexcept { return used_; }

  /// Waits until the last upload has left the staging block; returns at once if it has.
  void wait() const {
    if (sent_ != nullptr) MIXAUG_CUDA(cudaEventSynchronize(sent_));
  }
  /// Queues the copy of the staging block to the device and records the event after it. In a captured graph both become
  /// nodes, so that every launch of the graph records the event again.
  void upload(cudaStream_t stream) {
    if (used_ == 0) return;
    unsigned const how = detail::capturing(stream) ? cudaEventRecordExternal : cudaEventRecordDefault;
    MIXAUG_CUDA(cudaMemcpyAsync(data_, staging_, used_, cudaMemcpyHostToDevice, stream));
    MIXAUG_CUDA(cudaEventRecordWithFlags(sent_, stream, how));
  }

 private:
  void release() noexcept {  // cudaFree waits for work that still uses the block
    if (data_ != nullptr) cudaFree(data_);
    if (staging_ != nullptr) cudaFreeHost(staging_);
    data_ = staging_ = nullptr;
    capacity_ = used_ = 0;
  }
  void swap(workspace& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(staging_, other.staging_);
    std::swap(capacity_, other.capacity_);
    std::swap(used_, other.used_);
    std::swap(sent_, other.sent_);
  }

  std::byte *data_ = nullptr, *staging_ = nullptr;
  std::size_t capacity_ = 0, used_ = 0;
  cudaEvent_t sent_ = nullptr;
};

}  // namespace mixaug
