// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>
#if defined(__unix__) || defined(__APPLE__)
#  include <pthread.h>
#endif

MIXAUG_EXACT_BEGIN

/// After fork(), the child has one thread, but the thread pools of OpenMP and TBB that its parent used wait forever for
/// threads that no longer exist. There is no way to ask whether a pool was used, so the CPU backends run on one thread
/// in every child of fork(), including children of children, until exec(). Results do not depend on it.
namespace mixaug::detail {

#if defined(__unix__) || defined(__APPLE__)
inline bool forked_process = false;
inline void note_fork() noexcept { forked_process = true; }
/// Registered before main, or when the library that contains this code is loaded.
inline int const fork_handler = ::pthread_atfork(nullptr, nullptr, note_fork);
inline bool forked() noexcept { return forked_process; }
#else
inline constexpr bool forked() noexcept { return false; }
#endif

}  // namespace mixaug::detail

MIXAUG_EXACT_END
