// SPDX-License-Identifier: MIT
#pragma once
#include <ATen/Parallel.h>

#include <mixaug/backend/backend.hpp>
#include <mixaug/backend/detail/fork.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Backend on LibTorch's own threads (at::parallel_for): as many as at::set_num_threads says, and no others, and one
/// where a loop of LibTorch's already runs. Results do not depend on their number. Where LibTorch's threads are
/// OpenMP's, as in Debian and in PyTorch's wheels, compile with -fopenmp: without it at::parallel_for, an inline
/// function, is a plain loop, and so is this backend. In a child of fork(), such as a worker of a data loader,
/// everything runs on one thread.
struct torch_parallel {
  using mixaug_backend = void;
  static constexpr space memory = space::host;

  index_t lanes() const noexcept {
    if (detail::forked() || at::in_parallel_region()) return 1;
    return detail::greater(1, at::get_num_threads());
  }
  template <class Items>
  void items(index_t count, Items const& job) const {
    if (lanes() == 1) {  // at::parallel_for would enter the parent's pool after fork()
      for (index_t k = 0; k < count; ++k) job(k);
      return;
    }
    at::parallel_for(0, count, 1, [&job](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) job(k);
    });
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
