// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/simd.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS
#if defined(__GNUC__) && !defined(__clang__)  // as in simd.hpp
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wuninitialized"
#  pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#  pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

namespace mixaug::augment {
namespace detail {

/// Rows of 16-bit integers with a weight each: rows a alone, or the sums of rows a and b, which hold 16 bits.
struct weighted_rows {
  static constexpr int most = 1024;  ///< 4 points a pixel of a line of 63, each shared by four cells
  int count = 0;
  std::int16_t weight[most];
  std::int16_t const* a[most];
  std::int16_t const* b[most];
};

/// Explicit SIMD of sums of weighted rows, as in simd.hpp: the bits of the plain loops.
namespace simd {

#if !defined(MIXAUG_WIDE)

template <bool Pairs, class To>
int sum_rows(weighted_rows const&, int, int, To*) noexcept {
  return 0;
}

#else

#  if MIXAUG_WIDE == 16
inline ints words_added(ints a, ints b) noexcept { return _mm512_add_epi16(a, b); }
inline ints low_words(ints a, ints b) noexcept { return _mm512_unpacklo_epi16(a, b); }
inline ints high_words(ints a, ints b) noexcept { return _mm512_unpackhi_epi16(a, b); }
inline ints all_of(std::int32_t v) noexcept { return _mm512_set1_epi32(v); }
inline ints moved_down(ints v, int by) noexcept { return _mm512_sra_epi32(v, _mm_cvtsi32_si128(by)); }
inline ints add_products(ints sum, ints a, ints b) noexcept {
#    if defined(__AVX512VNNI__)
  return _mm512_dpwssd_epi32(sum, a, b);
#    else
  return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b));
#    endif
}
inline void store_words(std::int16_t* to, ints low, ints high) noexcept {
  _mm512_storeu_si512(to, _mm512_packs_epi32(low, high));
}
inline void store_words(std::uint8_t* to, ints low, ints high) noexcept {
  __m256i const bytes = _mm512_cvtepi16_epi8(_mm512_packs_epi32(low, high));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_xor_si256(bytes, _mm256_set1_epi8(-128)));
}
#  else
inline ints words_added(ints a, ints b) noexcept { return _mm256_add_epi16(a, b); }
inline ints low_words(ints a, ints b) noexcept { return _mm256_unpacklo_epi16(a, b); }
inline ints high_words(ints a, ints b) noexcept { return _mm256_unpackhi_epi16(a, b); }
inline ints all_of(std::int32_t v) noexcept { return _mm256_set1_epi32(v); }
inline ints moved_down(ints v, int by) noexcept { return _mm256_sra_epi32(v, _mm_cvtsi32_si128(by)); }
inline ints add_products(ints sum, ints a, ints b) noexcept { return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b)); }
inline void store_words(std::int16_t* to, ints low, ints high) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_packs_epi32(low, high));
}
inline void store_words(std::uint8_t* to, ints low, ints high) noexcept {
  ints const words = _mm256_packs_epi32(low, high);
  __m128i const bytes = _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packs_epi16(words, words), 0x08));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_xor_si128(bytes, _mm_set1_epi8(-128)));
}
#  endif

/// `Blocks` registers of sums from element x on.
template <bool Pairs, std::size_t Blocks, class To>
void sum_blocks(weighted_rows const& rows, int x, int shift, To* to) noexcept {
  constexpr std::size_t words = 2 * std::size_t{lanes};
  ints low[Blocks], high[Blocks];
  for (std::size_t k = 0; k < Blocks; ++k) low[k] = high[k] = all_of(1 << (shift - 1));
  for (int t = 0; t < rows.count; t += 2) {
    int const u = t + 1 < rows.count ? t + 1 : t;  // of an odd number the last one once more, with the weight 0
    std::uint32_t const second = u > t ? static_cast<std::uint16_t>(rows.weight[u]) : 0u;
    ints const weights = all_of(static_cast<std::int32_t>(static_cast<std::uint16_t>(rows.weight[t]) | second << 16));
    for (std::size_t k = 0; k < Blocks; ++k) {
      ints first = load(rows.a[t] + x + words * k), next = load(rows.a[u] + x + words * k);
      if constexpr (Pairs) {
        first = words_added(first, load(rows.b[t] + x + words * k));
        next = words_added(next, load(rows.b[u] + x + words * k));
      }
      low[k] = add_products(low[k], low_words(first, next), weights);
      high[k] = add_products(high[k], high_words(first, next), weights);
    }
  }
  for (std::size_t k = 0; k < Blocks; ++k)
    store_words(to + x + words * k, moved_down(low[k], shift), moved_down(high[k], shift));
}
/// Sums of rows, rounded to units of 2^shift, for the elements [0, n) of a run; bytes are 128 more.
template <bool Pairs, class To>
int sum_rows(weighted_rows const& rows, int n, int shift, To* to) noexcept {
  constexpr int words = 2 * lanes;
  int x = 0;
  if constexpr (lanes == 16)
    for (; x + 4 * words <= n; x += 4 * words) sum_blocks<Pairs, 4>(rows, x, shift, to);
  for (; x + 2 * words <= n; x += 2 * words) sum_blocks<Pairs, 2>(rows, x, shift, to);
  for (; x + words <= n; x += words) sum_blocks<Pairs, 1>(rows, x, shift, to);
  return x;
}

#endif

}  // namespace simd

/// sum_rows by plain loops, for the elements [begin, n).
template <bool Pairs, class To>
void sum_rows_plainly(weighted_rows const& rows, int begin, int n, int shift, To* MIXAUG_RESTRICT to) noexcept {
  constexpr int part = 128;  // elements at a time
  for (int x = begin; x < n; x += part) {
    int const many = n - x < part ? n - x : part;
    std::int32_t sum[part];
    for (int k = 0; k < many; ++k) sum[k] = 1 << (shift - 1);
    for (int t = 0; t < rows.count; ++t) {
      std::int16_t const w = rows.weight[t];
      std::int16_t const *const a = rows.a[t] + x, *const b = Pairs ? rows.b[t] + x : nullptr;
      for (int k = 0; k < many; ++k) {
        std::int16_t const v = Pairs ? static_cast<std::int16_t>(a[k] + b[k]) : a[k];
        sum[k] += std::int32_t{w} * v;
      }
    }
    constexpr std::int32_t more = std::is_same_v<To, std::uint8_t> ? 128 : 0;
    for (int k = 0; k < many; ++k) to[x + k] = static_cast<To>((sum[k] >> shift) + more);
  }
}
/// Sums of weighted rows, rounded to units of 2^shift, halves up, for n elements; bytes are 128 more.
template <bool Pairs, class To>
void sum_rows(weighted_rows const& rows, int n, int shift, To* to) noexcept {
  sum_rows_plainly<Pairs>(rows, simd::sum_rows<Pairs>(rows, n, shift, to), n, shift, to);
}

}  // namespace detail
}  // namespace mixaug::augment

#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic pop
#endif
MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
