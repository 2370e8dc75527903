// SPDX-License-Identifier: MIT
#pragma once

// Every public header includes this one before it uses anything newer than C++17. gcc and clang go on after #error and
// would bury the sentence; a missing file stops them.
#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L
#  error "mixaug needs C++20: add -std=c++20 (MSVC: /std:c++20), or target_compile_features(app PRIVATE cxx_std_20)"
#  include <mixaug/needs_cxx20>
#endif

#include <cstddef>
#include <cstdint>

/// MIXAUG_HD marks what runs on host and device. __CUDACC__ changes annotations and nothing else.
#if defined(__CUDACC__)
#  define MIXAUG_HD __host__ __device__
#else
#  define MIXAUG_HD
#endif

/// The one compiler extension that plain loops need: gcc, clang, nvcc and MSVC all spell it so.
#define MIXAUG_RESTRICT __restrict

namespace mixaug {

/// Extents, strides, rows and ids of the whole library.
using index_t = std::int64_t;

/// Where memory can be read: a host view never reaches a device backend, nor the reverse.
enum class space : unsigned char { host, device };

/// One draw for each sample, or one for the whole batch as most papers do.
enum class mode : unsigned char { sample, batch };

namespace detail {
/// std::min and std::max are not callable in device code without extra nvcc flags.
MIXAUG_HD constexpr index_t lesser(index_t a, index_t b) noexcept { return a < b ? a : b; }
MIXAUG_HD constexpr index_t greater(index_t a, index_t b) noexcept { return a < b ? b : a; }
MIXAUG_HD constexpr index_t ceil_div(index_t a, index_t b) noexcept { return (a + b - 1) / b; }
/// a * b of extents, or INT64_MAX where that is too many: absurd extents are refused by name, not overflowed.
MIXAUG_HD constexpr index_t times(index_t a, index_t b) noexcept {
  return a <= 0 || b <= 0 ? 0 : a > INT64_MAX / b ? INT64_MAX : a * b;
}
/// T[N] for an int N, which -Wsign-conversion of gcc does not take as a bound.
template <class T, int N>
using c_array = T[static_cast<std::size_t>(N)];
template <class>
inline constexpr bool never = false;
}  // namespace detail
}  // namespace mixaug
