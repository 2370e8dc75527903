// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Form of a run, known at compile time: contiguous with plain or with streaming stores (CPU), one element at any
/// stride, or exactly 16 bytes at an aligned address (CUDA).
enum class run_kind { contiguous, streamed, strided, vector16 };

/// A run of elements of an operand; only run_kind::strided reads `step`.
template <class T>
struct run_of {
  T* data;
  index_t step = 1;
};

}  // namespace mixaug

MIXAUG_EXACT_END
