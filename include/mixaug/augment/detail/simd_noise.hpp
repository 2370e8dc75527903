// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/simd.hpp>
#include <mixaug/core/detail/math/normal.hpp>
#include <mixaug/core/random.hpp>
#include <utility>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS
#if defined(__GNUC__) && !defined(__clang__)  // as in simd.hpp
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wuninitialized"
#  pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#  pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

/// Explicit SIMD of the random numbers of pixels, as in simd.hpp: the bits of the plain loops.
namespace mixaug::augment {
namespace detail {
namespace simd {

#if !defined(MIXAUG_WIDE)

using mixaug::detail::halves_of_numbers;
inline int add_normal(float*, std::uint16_t const*, int, float) noexcept { return 0; }
inline int set_rgb(std::uint8_t*, std::uint16_t const*, int, std::int32_t, std::int32_t) noexcept { return 0; }

#else

#  if MIXAUG_WIDE == 16
/// Words of random numbers in the lower halves of lanes of 64 bits, whose upper halves hold anything.
inline ints product(ints a, ints b) noexcept { return _mm512_mul_epu32(a, b); }
inline ints upper(ints v) noexcept { return _mm512_srli_epi64(v, 32); }
inline ints sum_of_bits(ints a, ints b, ints c) noexcept { return _mm512_ternarylogic_epi32(a, b, c, 0x96); }
inline ints joined(ints low, ints high) noexcept { return _mm512_mask_shuffle_epi32(low, 0xAAAA, high, _MM_PERM_CCAA); }
inline ints all_pairs(std::uint32_t v) noexcept { return _mm512_set1_epi64(static_cast<long long>(v)); }
inline ints pairs_up(ints v, int by) noexcept { return _mm512_slli_epi64(v, static_cast<unsigned>(by)); }
inline ints pairs_down(ints v, int by) noexcept { return _mm512_srli_epi64(v, static_cast<unsigned>(by)); }
inline ints even_pairs(ints a, ints b) noexcept { return _mm512_unpacklo_epi64(a, b); }
inline ints odd_pairs(ints a, ints b) noexcept { return _mm512_unpackhi_epi64(a, b); }
/// Numbers in the order of which even_pairs and odd_pairs make the first and the second half.
inline ints spread_numbers(std::uint64_t const* p) noexcept {
  return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7), load(p));
}
/// The lines of normal_lines, in registers.
struct normal_table {
  ints part[8];
  normal_table() noexcept {
    for (int k = 0; k < 8; ++k) part[k] = load(mixaug::detail::normal_lines() + 16 * k);
  }
  ints operator()(ints m) const noexcept {
    ints const at = _mm512_srli_epi32(m, 20);
    __mmask16 const second = _mm512_test_epi32_mask(m, _mm512_set1_epi32(1 << 25)),
                    upper_half = _mm512_test_epi32_mask(m, _mm512_set1_epi32(1 << 26));
    ints const low = _mm512_mask_mov_epi32(_mm512_permutex2var_epi32(part[0], at, part[1]), second,
                                           _mm512_permutex2var_epi32(part[2], at, part[3]));
    ints const high = _mm512_mask_mov_epi32(_mm512_permutex2var_epi32(part[4], at, part[5]), second,
                                            _mm512_permutex2var_epi32(part[6], at, part[7]));
    return _mm512_mask_mov_epi32(low, upper_half, high);
  }
};
inline floats to_floats(std::uint16_t const* p) noexcept {
  return _mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<__m256i const*>(p))));
}
inline ints bits_of(floats v) noexcept { return _mm512_castps_si512(v); }
inline floats floats_of(ints v) noexcept { return _mm512_castsi512_ps(v); }
inline floats converted(ints v) noexcept { return _mm512_cvtepi32_ps(v); }
/// Bits of `a` where `mask` is set, else of `b`.
inline ints chosen(ints mask, ints a, ints b) noexcept { return _mm512_ternarylogic_epi32(mask, a, b, 0xCA); }
inline ints all_words(std::int32_t v) noexcept { return _mm512_set1_epi32(v); }
inline ints shifted_down(ints v, int by) noexcept { return _mm512_srli_epi32(v, static_cast<unsigned>(by)); }
inline ints sum_of_products(ints a, ints b) noexcept { return _mm512_madd_epi16(a, b); }
#  else
inline ints product(ints a, ints b) noexcept { return _mm256_mul_epu32(a, b); }
inline ints upper(ints v) noexcept { return _mm256_srli_epi64(v, 32); }
inline ints sum_of_bits(ints a, ints b, ints c) noexcept { return _mm256_xor_si256(a, _mm256_xor_si256(b, c)); }
inline ints joined(ints low, ints high) noexcept { return _mm256_blend_epi32(low, _mm256_slli_epi64(high, 32), 0xAA); }
inline ints all_pairs(std::uint32_t v) noexcept { return _mm256_set1_epi64x(static_cast<long long>(v)); }
inline ints pairs_up(ints v, int by) noexcept { return _mm256_slli_epi64(v, by); }
inline ints pairs_down(ints v, int by) noexcept { return _mm256_srli_epi64(v, by); }
inline ints even_pairs(ints a, ints b) noexcept { return _mm256_unpacklo_epi64(a, b); }
inline ints odd_pairs(ints a, ints b) noexcept { return _mm256_unpackhi_epi64(a, b); }
inline ints spread_numbers(std::uint64_t const* p) noexcept { return _mm256_permute4x64_epi64(load(p), 0xD8); }
struct normal_table {
  ints operator()(ints m) const noexcept {
    ints const at = _mm256_and_si256(_mm256_srli_epi32(m, 20), _mm256_set1_epi32(127));
    return _mm256_i32gather_epi32(reinterpret_cast<int const*>(mixaug::detail::normal_lines()), at, 4);
  }
};
inline floats to_floats(std::uint16_t const* p) noexcept {
  return _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<__m128i const*>(p))));
}
inline ints bits_of(floats v) noexcept { return _mm256_castps_si256(v); }
inline floats floats_of(ints v) noexcept { return _mm256_castsi256_ps(v); }
inline floats converted(ints v) noexcept { return _mm256_cvtepi32_ps(v); }
inline ints chosen(ints mask, ints a, ints b) noexcept {
  return _mm256_or_si256(_mm256_and_si256(mask, a), _mm256_andnot_si256(mask, b));
}
inline ints all_words(std::int32_t v) noexcept { return _mm256_set1_epi32(v); }
inline ints shifted_down(ints v, int by) noexcept { return _mm256_srli_epi32(v, by); }
inline ints sum_of_products(ints a, ints b) noexcept { return _mm256_madd_epi16(a, b); }
#  endif

/// Interleaved bytes of three channels: 255 where the pixel's number is below `salt`, 0 where others are below `both`.
/// All of up to 256 pixels are read before one is written: a load that touches what a masked store left out would wait.
inline int set_rgb(std::uint8_t* o, std::uint16_t const* bits, int n, std::int32_t salt, std::int32_t both) noexcept {
  alignas(64) std::uint32_t words[tile_area::room];
  each_block(n, [&](index_t k) {
#  if MIXAUG_WIDE == 16
    ints const u = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<__m256i const*>(bits + k)));
    ints const spot = _mm512_maskz_set1_epi32(_mm512_cmplt_epi32_mask(u, all_words(salt)), -1);
    store(words + k, _mm512_mask_mov_epi32(load_three(o + 3 * k), _mm512_cmplt_epi32_mask(u, all_words(both)), spot));
#  else
    ints const u = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<__m128i const*>(bits + k)));
    ints const spot = _mm256_cmpgt_epi32(all_words(salt), u);
    store(words + k, _mm256_blendv_epi8(load_three(o + 3 * k), spot, _mm256_cmpgt_epi32(all_words(both), u)));
#  endif
  });
  return static_cast<int>(each_block(n, [&](index_t k) { store_three(o + 3 * k, load(words + k)); }));
}
/// Philox of several registers of blocks at once, as philox; the loops over registers are unrolled.
template <std::size_t... G>
void encrypt(ints* a, ints* b, ints* c, ints* d, std::uint32_t k0, std::uint32_t k1,
             std::index_sequence<G...>) noexcept {
  ints const first = all_pairs(0xD2511F53u), second = all_pairs(0xCD9E8D57u);
  for (int round = 0; round < 10; ++round) {
    ints const x = all_pairs(k0), y = all_pairs(k1);
    ints const p[] = {product(a[G], first)...}, q[] = {product(c[G], second)...};
    ((a[G] = sum_of_bits(upper(q[G]), b[G], x)), ...);
    ((c[G] = sum_of_bits(upper(p[G]), d[G], y)), ...);
    ((b[G] = q[G]), ...);
    ((d[G] = p[G]), ...);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}
/// 32 blocks of random numbers of 16 bits, as halves_of_numbers.
inline void halves_of_numbers(key const& k, std::uint64_t row, purpose what, std::uint64_t const* number,
                              std::uint16_t* out) noexcept {
  constexpr int blocks = lanes / 2, registers = lanes / 4;
  using list = std::make_index_sequence<static_cast<std::size_t>(registers)>;
  ints const word0 = all_pairs(static_cast<std::uint32_t>(row));
  ints const word1 = all_pairs(static_cast<std::uint32_t>((row >> 32 & 0xFFu) | k.step << 8));
  ints const word2 = all_pairs(static_cast<std::uint32_t>((k.step >> 24 & 0xFFFFu) | std::uint64_t(what) << 16));
  std::uint32_t const k0 = static_cast<std::uint32_t>(k.seed), k1 = static_cast<std::uint32_t>(k.seed >> 32);
  for (int done = 0; done < mixaug::detail::bits_width; done += blocks * registers) {
    ints a[registers], b[registers], c[registers], d[registers];
    for (int g = 0; g < registers; ++g) {
      ints const n = spread_numbers(number + done + blocks * g);
      a[g] = word0;
      b[g] = word1;
      c[g] = either(word2, pairs_up(n, 24));
      d[g] = pairs_down(n, 8);
    }
    encrypt(a, b, c, d, k0, k1, list{});
    for (int g = 0; g < registers; ++g) {
      ints const ab = joined(a[g], b[g]), cd = joined(c[g], d[g]);
      std::uint16_t* const o = out + 8 * (done + blocks * g);
      store(o, even_pairs(ab, cd));
      store(o + 4 * blocks, odd_pairs(ab, cd));
    }
  }
}
/// sigma z for the 16-bit numbers at `bits`, `unit` = sigma 2^-24; as normal_units.
inline floats normals(normal_table const& table, std::uint16_t const* bits, floats unit) noexcept {
  ints const sign = all_words(static_cast<std::int32_t>(0x80000000u));
  floats const u = to_floats(bits);
  ints const x = bits_of(subtract(add(u, u), all(65535.0f)));  // exact
  ints const m = bits_of(subtract(all(65536.0f), floats_of(chosen(sign, all_words(0), x))));
  ints const along = chosen(all_words(4095), shifted_down(m, 8), all_words(4096 << 16));
  return multiply(unit, floats_of(chosen(sign, x, bits_of(converted(sum_of_products(table(m), along))))));
}
/// v' = v + sigma z.
inline int add_normal(float* v, std::uint16_t const* bits, int n, float unit) noexcept {
  normal_table const table;
  int k = 0;
  for (; k + lanes <= n; k += lanes) store(v + k, add(load(v + k), normals(table, bits + k, all(unit))));
  return k;
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
