// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// How long a run is, at compile time: a long one with plain or with streaming stores (CPU), one element
/// at any stride, or exactly 16 bytes at an aligned address (CUDA).
enum class run_kind { contiguous, streamed, strided, vector16 };

/// A run of `n` elements of an operand; `step` is read by run_kind::strided only.
template <class T>
struct run_of {
  T* data;
  index_t step = 1;
};

}  // namespace mixaug

MIXAUG_EXACT_END
