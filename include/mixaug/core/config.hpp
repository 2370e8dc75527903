// SPDX-License-Identifier: MIT
#pragma once

// Every public header includes this one before it uses anything newer than C++17. gcc and clang continue after #error,
// and its message would be lost among later errors; including a file that does not exist stops them.
#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L
#  error "mixaug needs C++20: add -std=c++20 (MSVC: /std:c++20), or target_compile_features(app PRIVATE cxx_std_20)"
#  include <mixaug/needs_cxx20>
#endif

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// Marks functions that run on the host and on the device. MIXAUG_HD_AS_ARGUMENT stands before a template that runs
/// where the function that it is given runs. __CUDACC__ changes annotations and nothing else.
#if defined(__CUDACC__)
#  define MIXAUG_HD __host__ __device__
#  define MIXAUG_HD_AS_ARGUMENT _Pragma("nv_exec_check_disable")
#else
#  define MIXAUG_HD
#  define MIXAUG_HD_AS_ARGUMENT
#endif

/// Loops that nvcc does not unroll, and functions that it does not inline, where they would make kernels, and the time
/// that these take to compile, several times as large.
#if defined(__CUDA_ARCH__)
#  define MIXAUG_ROLLED _Pragma("unroll 1")
#else
#  define MIXAUG_ROLLED
#endif
#if defined(__CUDACC__)
#  define MIXAUG_OUTLINED __noinline__
#else
#  define MIXAUG_OUTLINED
#endif

/// The one language extension that the plain loops need; gcc, clang, nvcc and MSVC all spell it this way.
#define MIXAUG_RESTRICT __restrict

/// Prefetches the cache line of an address.
#if defined(__GNUC__)
#  define MIXAUG_PREFETCH(address) __builtin_prefetch(address)
#else
#  define MIXAUG_PREFETCH(address) static_cast<void>(address)
#endif

/// An address that is a multiple of `bytes`, said to the compiler.
#if defined(__GNUC__)
#  define MIXAUG_ALIGNED(address, bytes) __builtin_assume_aligned(address, bytes)
#else
#  define MIXAUG_ALIGNED(address, bytes) (address)
#endif

/// Code between MIXAUG_EXACT_BEGIN and MIXAUG_EXACT_END keeps IEEE 754 arithmetic under every compiler flag.
/// -ffast-math and its parts (finite math only, reassociation, reciprocals, no signed zeros) would fold
/// `x + magic - magic`, remove tests for NaN and change the result of a draw. Every header that contains functions is
/// enclosed in the pair, so that two translation units built with different flags agree about the inline functions that
/// they share. gcc does not inline across functions with different options, so the pair expands to nothing unless such
/// a flag is set: __GCC_IEC_559 is then below 2, whereas __FAST_MATH__ reports -ffast-math alone. clang marks each
/// operation, at no cost. The pair does not affect the flags of a device compiler.
#if defined(__clang__) || defined(_MSC_VER)
#  define MIXAUG_EXACT_BEGIN _Pragma("float_control(precise, on, push)")
#  define MIXAUG_EXACT_END _Pragma("float_control(pop)")
#elif defined(__GNUC__) && defined(__GCC_IEC_559) && __GCC_IEC_559 < 2
#  if defined(__CUDACC__)  // nvcc passes the pragma to its host compiler and warns that it does not know it
#    define MIXAUG_QUIET _Pragma("nv_diag_suppress 1675")
#  else
#    define MIXAUG_QUIET
#  endif
// _Pragma takes a single literal, which clang-format would split.
// clang-format off
#  define MIXAUG_EXACT_OPTIONS _Pragma("GCC optimize(\"no-associative-math\",\"no-reciprocal-math\",\"no-finite-math-only\",\"signed-zeros\",\"no-unsafe-math-optimizations\")")
// clang-format on
#  define MIXAUG_EXACT_BEGIN MIXAUG_QUIET _Pragma("GCC push_options") MIXAUG_EXACT_OPTIONS
#  define MIXAUG_EXACT_END _Pragma("GCC pop_options")
#else
#  define MIXAUG_EXACT_BEGIN
#  define MIXAUG_EXACT_END
#endif

/// Between these marks the compiler must not contract a product and a sum into an fma. They enclose code whose exact
/// bits matter and where calls of std::fma would be too slow on machines without the instruction. gcc contracts by
/// default, and does not inline such a function into one that may contract.
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

/// clang does not define __FP_FAST_FMAF, but defines macros for the instruction set.
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__CUDA_ARCH__)
#  define MIXAUG_FMA 1
#endif

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Integer type of extents, strides, rows and ids.
using index_t = std::int64_t;

/// Memory space of a view or plan. Host views are refused by device backends, and device views by host backends.
enum class space : unsigned char { host, device };

/// Scope of a draw: one for each sample, or one for the whole batch as in most papers.
enum class mode : unsigned char { sample, batch };

namespace detail {
/// std::min and std::max cannot be called in device code without extra nvcc flags.
MIXAUG_HD constexpr index_t lesser(index_t a, index_t b) noexcept { return a < b ? a : b; }
MIXAUG_HD constexpr index_t greater(index_t a, index_t b) noexcept { return a < b ? b : a; }
MIXAUG_HD constexpr index_t ceil_div(index_t a, index_t b) noexcept { return (a + b - 1) / b; }
/// a / b for b > 0. b is often 1; nvcc itself emits a 32-bit division where both operands fit.
MIXAUG_HD constexpr index_t quotient(index_t a, index_t b) noexcept { return b == 1 ? a : a / b; }
/// a * b of extents, or INT64_MAX on overflow, so that extents that are too large are reported and do not overflow.
MIXAUG_HD constexpr index_t saturating_multiply(index_t a, index_t b) noexcept {
  return a <= 0 || b <= 0 ? 0 : a > INT64_MAX / b ? INT64_MAX : a * b;
}
/// T[N] for an int N; gcc's -Wsign-conversion rejects an int as an array bound.
template <class T, int N>
using c_array = T[static_cast<std::size_t>(N)];
template <class>
inline constexpr bool always_false = false;

/// True if v is finite. Tests the bits, so that flags that assume finite numbers cannot remove the check.
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
/// fma by names that clang does not recognise: its -ffast-math splits every call of fma that it recognises into a
/// product and a sum.
extern "C" float unknown_fmaf(float, float, float) noexcept __asm__("fmaf");
extern "C" double unknown_fma(double, double, double) noexcept __asm__("fma");
inline float fused_sum(float w, float v, float acc) noexcept { return unknown_fmaf(w, v, acc); }
inline double fused_sum(double w, double v, double acc) noexcept { return unknown_fma(w, v, acc); }
#else
/// w * v + acc, rounded once, under every flag. std::fma of floats is not used: it is a separate function, which gcc's
/// -ffast-math compiles outside of the exact section and then calls.
MIXAUG_HD inline float fused_sum(float w, float v, float acc) noexcept { return fmaf(w, v, acc); }
MIXAUG_HD inline double fused_sum(double w, double v, double acc) noexcept { return fma(w, v, acc); }
#endif
/// Returns 0, hidden from the optimiser: with a zero that clang's -ffast-math can see, fma(w, v, 0) becomes a plain
/// product, which it may contract with a following sum.
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
