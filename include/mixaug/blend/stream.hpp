// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/core/config.hpp>
#if defined(__SSE2__) && !defined(__CUDA_ARCH__)
#include <emmintrin.h>
#define MIXAUG_STREAM 1
#endif

/// The one place with explicit SIMD: non-temporal stores, for outputs larger than the cache. They save the
/// read of every output line (1.2 to 1.5 times the speed when memory is the limit). The loops themselves
/// are portable and vectorised by the compiler.
namespace mixaug::detail {

/// Outputs of at least this many bytes are streamed past the cache.
inline constexpr index_t stream_threshold = index_t{16} << 20;

/// Elements in 64 bytes, one cache line.
template <class T> inline constexpr index_t line = static_cast<index_t>(64 / sizeof(T));
/// gcc -O2 vectorises loops of known length only; clang vectorises the plain loop, and spoils the blocked one.
#if defined(__clang__)
template <class T> inline constexpr index_t block = 1;
#else
template <class T> inline constexpr index_t block = line<T>;
#endif

/// 16 bytes to an aligned address, past the cache.
template <class T> MIXAUG_HD void stream_store(T* o, T const* from) noexcept {
#if defined(MIXAUG_STREAM)
  _mm_stream_si128(reinterpret_cast<__m128i*>(o), _mm_loadu_si128(reinterpret_cast<__m128i const*>(from)));
#else
  std::memcpy(o, from, 16);
#endif
}
/// Orders the streamed stores before what follows, for readers on other threads.
MIXAUG_HD inline void stream_fence() noexcept {
#if defined(MIXAUG_STREAM)
  _mm_sfence();
#endif
}
/// Elements before the first 64-byte boundary of o.
template <class T> MIXAUG_HD index_t before_line(T const* o, index_t n) noexcept {
  auto const off = static_cast<index_t>((64 - reinterpret_cast<std::uintptr_t>(o) % 64) % 64 / sizeof(T));
  return lesser(off, n);
}

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
/// o may be a itself (in place), b is another row or a itself (a self-pair, out of place).
template <class T, class F> MIXAUG_HD void mix_long(T* o, T const* a, T const* b, index_t n, F f) noexcept {
  if (o == a)
    mix_into(o, b, n, f);
  else
    mix_apart(o, a, b, n, f);
}

template <class T, class F> MIXAUG_HD void stream_mix(T* o, T const* a, T const* b, index_t n, F f) noexcept {
  constexpr index_t quarter = line<T> / 4;
  index_t const head = before_line(o, n), whole = n - (n - head) % line<T>;
  for (index_t j = 0; j < head; ++j) o[j] = f(a[j], b[j]);
  for (index_t j = head; j < whole; j += line<T>) {
    for (index_t k = j; k < j + line<T>; k += quarter) {
      alignas(16) T mixed[quarter];
      for (index_t u = 0; u < quarter; ++u) mixed[u] = f(a[k + u], b[k + u]);
      stream_store(o + k, mixed);
    }
  }
  for (index_t j = whole; j < n; ++j) o[j] = f(a[j], b[j]);
}

template <class T> MIXAUG_HD void stream_copy(T* o, T const* a, index_t n) noexcept {
  index_t j = before_line(o, n);
  std::memcpy(o, a, static_cast<std::size_t>(j) * sizeof(T));
  for (; j + line<T> <= n; j += line<T>)
    for (index_t k = j; k < j + line<T>; k += line<T> / 4) stream_store(o + k, a + k);
  std::memcpy(o + j, a + j, static_cast<std::size_t>(n - j) * sizeof(T));
}

}  // namespace mixaug::detail
