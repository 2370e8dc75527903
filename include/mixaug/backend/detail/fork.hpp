// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>
#if defined(__unix__) || defined(__APPLE__)
#  include <pthread.h>
#endif

MIXAUG_EXACT_BEGIN

/// A child of fork() has one thread, and the pools of OpenMP and TBB that its parent used wait there for threads that
/// do not exist: for ever. Whether anybody used them cannot be asked, so the CPU backends run on one thread in every
/// child of fork(), the children of children included; exec() ends that. Results do not depend on it.
namespace mixaug::detail {

#if defined(__unix__) || defined(__APPLE__)
inline bool forked_process = false;
inline void note_fork() noexcept { forked_process = true; }
/// Registered before main, or when the library that holds this code is loaded.
inline int const fork_handler = ::pthread_atfork(nullptr, nullptr, note_fork);
inline bool forked() noexcept { return forked_process; }
#else
inline constexpr bool forked() noexcept { return false; }
#endif

}  // namespace mixaug::detail

MIXAUG_EXACT_END
