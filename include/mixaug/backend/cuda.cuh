// SPDX-License-Identifier: MIT
#pragma once
#if !defined(__CUDACC__)
#  error \
      "mixaug: backend/cuda.cuh has kernels; compile the file as CUDA (name it .cu, or set its CMake property LANGUAGE to CUDA)"
#endif
#include <mixaug/backend/detail/cuda_launch.cuh>
#include <mixaug/backend/detail/cuda_steps.cuh>

namespace mixaug {

/// Backend that runs the library's own kernels on a CUDA stream. apply, apply_inplace and apply_adjoint neither
/// allocate nor wait, so a step can be captured in a CUDA graph. Takes device views and device plans: on_device(view),
/// make_plan(cuda{stream}, ...).
struct cuda {
  cudaStream_t stream = nullptr;

  using mixaug_backend = void;
  static constexpr space memory = space::device;

  /// Runs the steps of a detector, or of a search of maps: see backend/detail/device_steps.hpp.
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
