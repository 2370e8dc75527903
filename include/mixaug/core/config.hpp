// SPDX-License-Identifier: MIT
#pragma once

// Every public header includes this one before it uses anything newer than C++17. gcc and clang go on after #error and
// would bury the sentence; a missing file stops them.
#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L
#  error "mixaug needs C++20: add -std=c++20 (MSVC: /std:c++20), or target_compile_features(app PRIVATE cxx_std_20)"
#  include <mixaug/needs_cxx20>
#endif

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// MIXAUG_HD marks what runs on host and device. __CUDACC__ changes annotations and nothing else.
#if defined(__CUDACC__)
#  define MIXAUG_HD __host__ __device__
#else
#  define MIXAUG_HD
#endif

/// The one compiler extension that plain loops need: gcc, clang, nvcc and MSVC all spell it so.
#define MIXAUG_RESTRICT __restrict

/// Asks the processor for the cache line of an address.
#if defined(__GNUC__)
#  define MIXAUG_PREFETCH(address) __builtin_prefetch(address)
#else
#  define MIXAUG_PREFETCH(address) static_cast<void>(address)
#endif

/// Everything between MIXAUG_EXACT_BEGIN and MIXAUG_EXACT_END keeps the arithmetic of IEEE 754 whatever the flags:
/// -ffast-math and its parts (finite math only, reassociation, reciprocals, no signed zeros) would fold
/// `x + magic - magic`, drop tests of NaN and change what a draw decides. Every header of the library with functions
/// has the pair around them, so that two units of different flags also agree about the inline functions that they
/// share. gcc takes other options a function, and then inlines nothing across the border, so the pair is empty unless a
/// flag asks for it: __GCC_IEC_559 is below 2 then, while __FAST_MATH__ knows -ffast-math alone. clang marks each
/// operation, which costs nothing. The pair has no part in what a device compiler does with its own flags.
#if defined(__clang__) || defined(_MSC_VER)
#  define MIXAUG_EXACT_BEGIN _Pragma("float_control(precise, on, push)")
#  define MIXAUG_EXACT_END _Pragma("float_control(pop)")
#elif defined(__GNUC__) && defined(__GCC_IEC_559) && __GCC_IEC_559 < 2
#  if defined(__CUDACC__)  // nvcc hands the pragma to its host compiler, and says that it does not know it
#    define MIXAUG_QUIET _Pragma("nv_diag_suppress 1675")
#  else
#    define MIXAUG_QUIET
#  endif
// _Pragma takes one literal, which the formatter would split.
// clang-format off
#  define MIXAUG_EXACT_OPTIONS _Pragma("GCC optimize(\"no-associative-math\",\"no-reciprocal-math\",\"no-finite-math-only\",\"signed-zeros\",\"no-unsafe-math-optimizations\")")
// clang-format on
#  define MIXAUG_EXACT_BEGIN MIXAUG_QUIET _Pragma("GCC push_options") MIXAUG_EXACT_OPTIONS
#  define MIXAUG_EXACT_END _Pragma("GCC pop_options")
#else
#  define MIXAUG_EXACT_BEGIN
#  define MIXAUG_EXACT_END
#endif

/// Between these no product is joined with a sum into an fma: code whose bits decide something, where calls of std::fma
/// would cost too much on machines without it. gcc joins them by default, and does not inline such a function into one
/// that may.
#if defined(__clang__)
#  define MIXAUG_UNFUSED_BEGIN _Pragma("float_control(push)") _Pragma("clang fp contract(off)")
#  define MIXAUG_UNFUSED_END _Pragma("float_control(pop)")
#elif defined(__GNUC__) && !defined(__CUDACC__)
#  define MIXAUG_UNFUSED_BEGIN _Pragma("GCC push_options") _Pragma("GCC optimize(\"fp-contract=off\")")
#  define MIXAUG_UNFUSED_END _Pragma("GCC pop_options")
#else
#  define MIXAUG_UNFUSED_BEGIN
#  define MIXAUG_UNFUSED_END
#endif

/// clang has no __FP_FAST_FMAF, but says what the processor has.
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__CUDA_ARCH__)
#  define MIXAUG_FMA 1
#endif

MIXAUG_EXACT_BEGIN

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
/// a / b for b > 0, where b is often 1; nvcc itself divides in 32 bits where both fit.
MIXAUG_HD constexpr index_t quotient(index_t a, index_t b) noexcept { return b == 1 ? a : a / b; }
/// a * b of extents, or INT64_MAX where that is too many: absurd extents are refused by name, not overflowed.
MIXAUG_HD constexpr index_t saturating_multiply(index_t a, index_t b) noexcept {
  return a <= 0 || b <= 0 ? 0 : a > INT64_MAX / b ? INT64_MAX : a * b;
}
/// T[N] for an int N, which -Wsign-conversion of gcc does not take as a bound.
template <class T, int N>
using c_array = T[static_cast<std::size_t>(N)];
template <class>
inline constexpr bool always_false = false;

/// Finiteness decided on the bits: flags that promise finite numbers do not turn a check off.
MIXAUG_HD inline bool finite(float v) noexcept {
  std::uint32_t u;
  std::memcpy(&u, &v, sizeof u);
  return (u & 0x7F800000u) != 0x7F800000u;
}
MIXAUG_HD inline bool finite(double v) noexcept {
  std::uint64_t u;
  std::memcpy(&u, &v, sizeof u);
  return (u & 0x7FF0000000000000u) != 0x7FF0000000000000u;
}

#if defined(__clang__) && !defined(MIXAUG_FMA) && !defined(__CUDACC__) && defined(__ELF__)
/// clang's -ffast-math makes a product and a sum of each call of fma that it knows: it does not know these.
extern "C" float unknown_fmaf(float, float, float) noexcept __asm__("fmaf");
extern "C" double unknown_fma(double, double, double) noexcept __asm__("fma");
inline float fused_sum(float w, float v, float acc) noexcept { return unknown_fmaf(w, v, acc); }
inline double fused_sum(double w, double v, double acc) noexcept { return unknown_fma(w, v, acc); }
#else
/// w * v + acc, rounded once, under every flag. (std::fma of floats is a function of its own, which gcc's -ffast-math
/// compiles outside the exact part, and which is then called; these are not.)
MIXAUG_HD inline float fused_sum(float w, float v, float acc) noexcept { return fmaf(w, v, acc); }
MIXAUG_HD inline double fused_sum(double w, double v, double acc) noexcept { return fma(w, v, acc); }
#endif
/// 0. clang's -ffast-math must not see it: fma(w, v, 0) is a product that is not joined with the sum after it.
template <class F>
MIXAUG_HD F unseen_zero() noexcept {
  F zero = 0;
#if defined(__clang__) && defined(__x86_64__) && !defined(__CUDACC__)
  __asm__("" : "+x"(zero));
#elif defined(__clang__) && defined(__aarch64__) && !defined(__CUDACC__)
  __asm__("" : "+w"(zero));
#endif
  return zero;
}
}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
