// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/device_steps.hpp>
#include <mixaug/mixaug.hpp>

namespace test {

/// Runs device items on the host: every thread of a launch in turn, from the last to the first, to reveal results that
/// depend on their order. Only the launch itself differs from a GPU.
struct emulated_device {
  using mixaug_backend = void;
  static constexpr mixaug::space memory = mixaug::space::host;

  template <class Job, class Scratch>
  void steps(Job const& job, mixaug::index_t maps, Scratch& scratch) const {
    static_assert(
        std::is_trivially_copyable_v<Job> && requires { job.pixels(); }, "as the CUDA backend asks");
    std::byte* const block = scratch.reserve(mixaug::detail::device_step_bytes(job, maps), false);
    std::memset(block, 0xEE, mixaug::detail::device_step_bytes(job, maps));  // uninitialised memory
    mixaug::detail::device_steps(*this, job, maps, block);
  }
  template <class Job>
  void launch(Job const& job, mixaug::index_t rows, mixaug::index_t count) const {
    for (mixaug::index_t i = rows - 1; i >= 0; --i)
      for (mixaug::index_t c = count - 1; c >= 0; --c) job(job.begin(i), c);
  }
};

}  // namespace test
