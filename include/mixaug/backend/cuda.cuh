// SPDX-License-Identifier: MIT
#pragma once
#if !defined(__CUDACC__)
#  error \
      "mixaug: backend/cuda.cuh has kernels; compile the file as CUDA (name it .cu, or set its CMake property LANGUAGE to CUDA)"
#endif
#include <mixaug/backend/detail/cuda_launch.cuh>
#include <mixaug/backend/detail/cuda_steps.cuh>

namespace mixaug {

/// Own kernels on a stream. Nothing in apply, apply_inplace or apply_adjoint allocates or waits, so a step can
/// be captured in a CUDA graph. Views and plans are device ones: on_device(view), make_plan(cuda{stream}, ...).
struct cuda {
  cudaStream_t stream = nullptr;

  using mixaug_backend = void;
  static constexpr space memory = space::device;

  /// A detector, or a search of maps: see backend/detail/device_steps.hpp.
  template <class Job, class Scratch>
  void steps(Job const& job, index_t maps, Scratch& scratch) const {
    detail::steps_on(*this, job, maps, scratch);
  }

  template <class Job>
  void launch(Job const& job, index_t rows, index_t count) const {
    detail::launch_on(stream, job, rows, count, 4);
  }
};

}  // namespace mixaug
