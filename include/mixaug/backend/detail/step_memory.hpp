// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Memory of one item of a job of steps (an image, a sum). A block of threads shares `fast` if it fits
/// into shared memory.
struct step_memory {
  std::byte *fast, *slow;
  template <class T>
  MIXAUG_HD T* shared_at(std::size_t bytes) const noexcept {
    return reinterpret_cast<T*>(fast + bytes);
  }
  template <class T>
  MIXAUG_HD T* global_at(std::size_t bytes) const noexcept {
    return reinterpret_cast<T*>(slow + bytes);
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
