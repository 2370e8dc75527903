// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/tile.hpp>
#if !defined(__CUDACC__) && defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && \
    defined(__AVX512DQ__)
#  include <immintrin.h>
#  define MIXAUG_WIDE 16
#elif !defined(__CUDACC__) && defined(__AVX2__)
#  include <immintrin.h>
#  define MIXAUG_WIDE 8
#endif

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS
// gcc's own intrinsics begin with registers of no value (its bug 105593), and some are macros without optimisation,
// which gcc 14 and later give to functions of int, and not of unsigned as they are documented.
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wuninitialized"
#  pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#  pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

/// Explicit SIMD of the chains, by the user's flags: AVX-512 or AVX2. Each function does the first pixels of a run and
/// returns their number: none of a run that fills no register; the plain loop, which stands where it is called, does
/// the others, and all without SIMD. The bits are those of the plain loop. What gains nothing over the compiler's own
/// vectors (the stages of colour, blurs) has no form here.
namespace mixaug::augment {
namespace detail {
namespace simd {

#if !defined(MIXAUG_WIDE)

inline int load_rgb(std::uint8_t const*, int, int, float*, float*, float*) noexcept { return 0; }
inline index_t pack_rgb(std::uint8_t const*, index_t, std::uint32_t*) noexcept { return 0; }
inline index_t mirror_rgb(std::uint8_t const*, index_t, std::uint8_t*) noexcept { return 0; }
inline int store_rgb(float const*, float const*, float const*, int, std::uint8_t*) noexcept { return 0; }

#else

inline constexpr int lanes = MIXAUG_WIDE;

#  if MIXAUG_WIDE == 16
using ints = __m512i;
using floats = __m512;
inline ints load(void const* p) noexcept { return _mm512_loadu_si512(p); }
inline floats load(float const* p) noexcept { return _mm512_loadu_ps(p); }
inline void store(float* p, floats v) noexcept { _mm512_storeu_ps(p, v); }
inline void store(void* p, ints v) noexcept { _mm512_storeu_si512(p, v); }
inline floats all(float v) noexcept { return _mm512_set1_ps(v); }
inline floats add(floats a, floats b) noexcept { return _mm512_add_ps(a, b); }
inline floats subtract(floats a, floats b) noexcept { return _mm512_sub_ps(a, b); }
inline floats multiply(floats a, floats b) noexcept { return _mm512_mul_ps(a, b); }
/// The second one where either is NaN.
inline floats larger(floats a, floats b) noexcept { return _mm512_max_ps(a, b); }
inline floats smaller(floats a, floats b) noexcept { return _mm512_min_ps(a, b); }
inline ints truncated(floats v) noexcept { return _mm512_cvttps_epi32(v); }
inline ints either(ints a, ints b) noexcept { return _mm512_or_si512(a, b); }
inline ints shifted_up(ints v, int by) noexcept { return _mm512_slli_epi32(v, static_cast<unsigned>(by)); }
/// The byte at a bit of each word, as a float.
inline floats byte_of(ints v, int bit) noexcept {
  return _mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srli_epi32(v, static_cast<unsigned>(bit)), _mm512_set1_epi32(255)));
}
/// Words of three bytes to the first three quarters of a register, and back.
inline ints three_of(ints words) noexcept {
  ints const order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  ints const quarters = _mm512_setr_epi32(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(quarters, _mm512_shuffle_epi8(words, order));
}
inline void store_three(std::uint8_t* o, ints words) noexcept { _mm512_mask_storeu_epi32(o, 0x0FFF, three_of(words)); }
inline ints load_three(std::uint8_t const* p) noexcept {
  ints const order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
  ints const quarters = _mm512_setr_epi32(0, 1, 2, 12, 3, 4, 5, 12, 6, 7, 8, 12, 9, 10, 11, 12);
  return _mm512_shuffle_epi8(_mm512_permutexvar_epi32(quarters, _mm512_maskz_loadu_epi32(0x0FFF, p)), order);
}
inline ints reversed(ints v) noexcept {
  return _mm512_permutexvar_epi32(_mm512_setr_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), v);
}
#  else
using ints = __m256i;
using floats = __m256;
inline ints load(void const* p) noexcept { return _mm256_loadu_si256(static_cast<__m256i const*>(p)); }
inline floats load(float const* p) noexcept { return _mm256_loadu_ps(p); }
inline void store(float* p, floats v) noexcept { _mm256_storeu_ps(p, v); }
inline void store(void* p, ints v) noexcept { _mm256_storeu_si256(static_cast<__m256i*>(p), v); }
inline floats all(float v) noexcept { return _mm256_set1_ps(v); }
inline floats add(floats a, floats b) noexcept { return _mm256_add_ps(a, b); }
inline floats subtract(floats a, floats b) noexcept { return _mm256_sub_ps(a, b); }
inline floats multiply(floats a, floats b) noexcept { return _mm256_mul_ps(a, b); }
inline floats larger(floats a, floats b) noexcept { return _mm256_max_ps(a, b); }
inline floats smaller(floats a, floats b) noexcept { return _mm256_min_ps(a, b); }
inline ints truncated(floats v) noexcept { return _mm256_cvttps_epi32(v); }
inline ints either(ints a, ints b) noexcept { return _mm256_or_si256(a, b); }
inline ints shifted_up(ints v, int by) noexcept { return _mm256_slli_epi32(v, by); }
inline floats byte_of(ints v, int bit) noexcept {
  return _mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(v, bit), _mm256_set1_epi32(255)));
}
inline void store_three(std::uint8_t* o, ints words) noexcept {
  ints const order = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  ints const v =
      _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(words, order), _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(o), _mm256_castsi256_si128(v));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(o + 16), _mm256_extracti128_si256(v, 1));
}
inline ints load_three(std::uint8_t const* p) noexcept {
  ints const order = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
  __m128i const low = _mm_loadu_si128(reinterpret_cast<__m128i const*>(p));
  __m128i const high = _mm_loadl_epi64(reinterpret_cast<__m128i const*>(p + 16));
  ints const v = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
  return _mm256_shuffle_epi8(_mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 1, 2, 7, 3, 4, 5, 7)), order);
}
inline ints reversed(ints v) noexcept {
  return _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}
#  endif

/// Calls act(k) for blocks of `lanes` pixels that cover [0, n), the last of which begins earlier where it must; returns
/// n, or 0 for runs that are shorter than a block.
template <class Act>
index_t each_block(index_t n, Act const& act) noexcept {
  if (n < lanes) return 0;
  for (index_t k = 0; k + lanes <= n; k += lanes) act(k);
  if (n % lanes != 0) act(n - lanes);
  return n;
}
/// Interleaved bytes of three channels to floats; pixel k lies at p + k step, step 3 or -3.
inline int load_rgb(std::uint8_t const* p, int step, int n, float* a, float* b, float* c) noexcept {
  return static_cast<int>(each_block(n, [&](index_t k) {
    ints const v = step > 0 ? load_three(p + 3 * k) : reversed(load_three(p - 3 * (k + lanes - 1)));
    store(a + k, byte_of(v, 0));
    store(b + k, byte_of(v, 8));
    store(c + k, byte_of(v, 16));
  }));
}
/// The same to words, channel c at bit 8 c.
inline index_t pack_rgb(std::uint8_t const* p, index_t n, std::uint32_t* o) noexcept {
  return each_block(n, [&](index_t k) {
    ints const v = load_three(p + 3 * k);
    std::memcpy(o + k, &v, sizeof v);
  });
}
/// Pixels of three bytes in reverse: pixel k of the output is the one at p - 3 k.
inline index_t mirror_rgb(std::uint8_t const* p, index_t n, std::uint8_t* o) noexcept {
  return each_block(n, [&](index_t k) { store_three(o + 3 * k, reversed(load_three(p - 3 * (k + lanes - 1)))); });
}
/// Floats clipped to [0, 255], NaN to 0, and rounded to nearest, halves up, to interleaved bytes.
inline int store_rgb(float const* a, float const* b, float const* c, int n, std::uint8_t* o) noexcept {
  floats const half_up = all(0.5f);
  floats const most = all(255.0f), least = all(0.0f);
  auto const whole = [&](float const* v) { return truncated(add(smaller(larger(load(v), least), most), half_up)); };
  return static_cast<int>(each_block(n, [&](index_t k) {
    store_three(o + 3 * k, either(whole(a + k), either(shifted_up(whole(b + k), 8), shifted_up(whole(c + k), 16))));
  }));
}
#endif

}  // namespace simd
}  // namespace detail
}  // namespace mixaug::augment

#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic pop
#endif
MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
