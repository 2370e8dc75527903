// SPDX-License-Identifier: MIT
#pragma once
#include <malloc.h>
#include <torch/torch.h>

#include <support/contest.hpp>
#include <support/images.hpp>

namespace bench {

inline at::Tensor tensor(images<float> const& b, float* p) {
  return torch::from_blob(p, {b.size.n, b.size.c, b.size.h, b.size.w});
}

/// The peer runs on one thread, and its tensors stay mapped between steps: glibc would give large ones back, and
/// every step would pay for new pages.
inline void prepare_torch() {
  at::set_num_threads(1);
#if defined(__GLIBC__)
  mallopt(M_MMAP_MAX, 0), mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

}  // namespace bench
