// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/core/element.hpp>
#if defined(__CUDACC__)
// Device code, and the host part of a file compiled by nvcc, use the portable loops.
#elif defined(__AVX__)
#  include <immintrin.h>
#  define MIXAUG_STREAM 1
#elif defined(__SSE2__)
#  include <emmintrin.h>
#  define MIXAUG_STREAM 1
#endif

MIXAUG_EXACT_BEGIN

/// Explicit SIMD, as in augment/detail/simd.hpp and nowhere else: non-temporal stores for outputs larger than the cache
/// (they avoid reading each output line first; 1.2 to 1.5 times faster where memory bandwidth is the limit), and
/// conversions of float16 (5 times faster). Each has a portable loop in this file, written so that compilers vectorise
/// it.
namespace mixaug::detail {

/// Outputs of at least this many bytes are written with non-temporal stores.
inline constexpr index_t stream_threshold = index_t{8} << 20;
/// Rows of patches shorter than this many bytes are written normally: the partial cache lines at their ends cost more
/// than non-temporal stores save.
inline constexpr index_t stream_row = 256;

/// Elements of type T in one cache line of 64 bytes.
template <class T>
inline constexpr index_t line = static_cast<index_t>(64 / sizeof(T));
/// Block length of the loops. gcc -O2 vectorises only loops of known length; clang vectorises the plain loop, and
/// handles the blocked one badly.
#if defined(__clang__)
template <class T>
inline constexpr index_t block = 1;
#else
template <class T>
inline constexpr index_t block = line<T>;
#endif

/// Stores 64 bytes at an aligned address, bypassing the cache.
template <class T>
MIXAUG_HD void stream_line(T* o, T const* from) noexcept {
#if defined(__AVX__) && defined(MIXAUG_STREAM)
  for (int k = 0; k < 2; ++k)
    _mm256_stream_si256(reinterpret_cast<__m256i*>(o) + k,
                        _mm256_loadu_si256(reinterpret_cast<__m256i const*>(from) + k));
#elif defined(MIXAUG_STREAM)
  for (int k = 0; k < 4; ++k)
    _mm_stream_si128(reinterpret_cast<__m128i*>(o) + k, _mm_loadu_si128(reinterpret_cast<__m128i const*>(from) + k));
#else
  std::memcpy(o, from, 64);
#endif
}
/// Makes the streamed stores visible to other threads before later stores.
MIXAUG_HD inline void stream_fence() noexcept {
#if defined(MIXAUG_STREAM)
  _mm_sfence();
#endif
}
/// Number of elements before the first 64-byte boundary of o, at most n.
template <class T>
MIXAUG_HD index_t before_line(T const* o, index_t n) noexcept {
  auto const off = static_cast<index_t>((64 - reinterpret_cast<std::uintptr_t>(o) % 64) % 64 / sizeof(T));
  return lesser(off, n);
}

/// gcc -O3 unrolls a loop of 16 iterations before the vectoriser runs, and then does not vectorise it.
#if defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#  define MIXAUG_KEEP_LOOP _Pragma("GCC unroll 1")
#else
#  define MIXAUG_KEEP_LOOP
#endif

/// Computes one cache line of o = f(a, b); o may equal a.
template <class T, class F>
MIXAUG_HD void mix_line(T* o, T const* a, T const* b, F const& f) noexcept {
  alignas(64) T mixed[line<T>];
  MIXAUG_KEEP_LOOP
  for (index_t u = 0; u < line<T>; ++u) mixed[u] = f(a[u], b[u]);
  std::memcpy(o, mixed, 64);
}
#if defined(__F16C__) && defined(__FMA__) && defined(MIXAUG_STREAM)
/// Mixes eight elements, to the same numbers as mixer<float16>, except that this instruction keeps more bits of a NaN.
template <class T>
__m128i mix_eight(T const* a, T const* b, __m256 m, __m256 q) noexcept {
  __m256 const x = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<__m128i const*>(a)));
  __m256 const y = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<__m128i const*>(b)));
  __m128i const mixed = _mm256_cvtps_ph(_mm256_fmadd_ps(m, x, _mm256_mul_ps(q, y)), _MM_FROUND_TO_NEAREST_INT);
  __m128i const nan = _mm_cmpgt_epi16(_mm_and_si128(mixed, _mm_set1_epi16(0x7FFF)), _mm_set1_epi16(0x7C00));
  return _mm_andnot_si128(_mm_and_si128(nan, _mm_set1_epi16(0x01FF)), mixed);
}
template <class T>
requires is_float16<T>
void mix_line(T* o, T const* a, T const* b, mixer<T> const& f) noexcept {
  __m256 const m = _mm256_set1_ps(f.m), q = _mm256_set1_ps(f.q);
  for (int u = 0; u < 32; u += 16) {
    __m128i const low = mix_eight(a + u, b + u, m, q), high = mix_eight(a + u + 8, b + u + 8, m, q);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(o + u), _mm256_set_m128i(high, low));
  }
}
template <class T>
inline constexpr bool lines_pay = is_float16<T>;
#else
template <class T>
inline constexpr bool lines_pay = false;
#endif

/// o[j] = f(a[j], b[j]) for operands that do not overlap, in blocks of known length.
template <class T, class F>
MIXAUG_HD void mix_apart(T* MIXAUG_RESTRICT o, T const* MIXAUG_RESTRICT a, T const* MIXAUG_RESTRICT b, index_t n,
                         F const& f) noexcept {
  index_t const whole = n - n % block<T>;
  for (index_t j = 0; j < whole; j += block<T>)
    for (index_t u = 0; u < block<T>; ++u) o[j + u] = f(a[j + u], b[j + u]);
  for (index_t j = whole; j < n; ++j) o[j] = f(a[j], b[j]);
}
/// a[j] = f(a[j], b[j])
template <class T, class F>
MIXAUG_HD void mix_into(T* MIXAUG_RESTRICT a, T const* MIXAUG_RESTRICT b, index_t n, F const& f) noexcept {
  index_t const whole = n - n % block<T>;
  for (index_t j = 0; j < whole; j += block<T>)
    for (index_t u = 0; u < block<T>; ++u) a[j + u] = f(a[j + u], b[j + u]);
  for (index_t j = whole; j < n; ++j) a[j] = f(a[j], b[j]);
}
/// o[j] = f(a[j], b[j]). o may equal a (in place); b is another row, or equals a (a self-pair, out of place).
template <class T, class F>
MIXAUG_HD void mix_long(T* o, T const* a, T const* b, index_t n, F f) noexcept {
  if constexpr (lines_pay<T>) {
    index_t const whole = n - n % line<T>;
    for (index_t j = 0; j < whole; j += line<T>) mix_line(o + j, a + j, b + j, f);
    for (index_t j = whole; j < n; ++j) o[j] = f(a[j], b[j]);
  } else if (o == a) {
    mix_into(o, b, n, f);
  } else {
    mix_apart(o, a, b, n, f);
  }
}

/// a[j], b[j] = f(a[j], b[j]), g(b[j], a[j]): mixes two rows that are each other's partner, reading and
/// writing each once.
template <class T, class F>
MIXAUG_HD void mix_both(T* MIXAUG_RESTRICT a, T* MIXAUG_RESTRICT b, index_t n, F const& f, F const& g) noexcept {
  index_t const whole = lines_pay<T> || block<T> > 1 ? n - n % line<T> : 0;
  for (index_t j = 0; j < whole; j += line<T>) {
    alignas(64) T x[line<T>], y[line<T>];
    mix_line(x, a + j, b + j, f);
    mix_line(y, b + j, a + j, g);
    std::memcpy(a + j, x, 64);
    std::memcpy(b + j, y, 64);
  }
  for (index_t j = whole; j < n; ++j) {
    T const was = a[j];
    a[j] = f(was, b[j]), b[j] = g(b[j], was);
  }
}

template <class T, class F>
MIXAUG_HD void stream_mix(T* o, T const* a, T const* b, index_t n, F f) noexcept {
  index_t j = before_line(o, n);
  for (index_t k = 0; k < j; ++k) o[k] = f(a[k], b[k]);
  for (; j + line<T> <= n; j += line<T>) {
    alignas(64) T mixed[line<T>];
    mix_line(mixed, a + j, b + j, f);
    stream_line(o + j, mixed);
  }
  for (; j < n; ++j) o[j] = f(a[j], b[j]);
}

template <class T>
MIXAUG_HD void stream_copy(T* o, T const* a, index_t n) noexcept {
  index_t j = before_line(o, n);
  std::memcpy(o, a, static_cast<std::size_t>(j) * sizeof(T));
  for (; j + line<T> <= n; j += line<T>) stream_line(o + j, a + j);
  std::memcpy(o + j, a + j, static_cast<std::size_t>(n - j) * sizeof(T));
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
