// SPDX-License-Identifier: MIT
#pragma once
// The tensors of torch, by one of two bindings with the same names:
//   torch_tensor                      a tensor, shared with others; optional<T> beside it
//   described(t)                      what it holds, for which it must outlive the description
//   empty<T>(shape)                   a new tensor on the CPU
//   empty_as(like, shape)             a new tensor of the type and device of `like`
//   alike(like, rows)                 a new tensor of `rows` rows as those of `like`, in its order of memory
//   in_memory(like, data, give)       a tensor as `like` in memory that give(data) takes back
//   loop_threads(), loop(count, run)  how many threads a loop has, and the loop: run(begin, end) on each
//   MIXAUG_TORCH_LIBRARY, MIXAUG_TORCH_LIBRARY_IMPL, MIXAUG_TORCH_KERNEL(function)   the registration of operators
#ifdef MIXAUG_STABLE_ABI
#  include "stable_tensor.hpp"
#else
#  include "torch_tensor.hpp"
#endif
