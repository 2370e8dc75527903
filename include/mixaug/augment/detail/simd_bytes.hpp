// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/simd.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wuninitialized"
#  pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#  pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

/// Explicit SIMD of bilinear reading of bytes. A register holds pixels of four channels, and two registers a block of
/// `lanes` pixels: pixels 4 i and 4 i + 1 stand in quarter i of the first (half, where a register has 256 bits), and
/// 4 i + 2 and 4 i + 3 in the second, so that narrowing puts them in order.
namespace mixaug::augment {
namespace detail {
namespace simd {

#if !defined(MIXAUG_WIDE)

template <int Channels>
int bicubic_bytes(std::uint32_t const*, index_t, std::int32_t const*, float const*, float const*, int, int,
                  float* const*) noexcept {
  return 0;
}

#else

#  if MIXAUG_WIDE == 16
inline ints all64(std::uint64_t v) noexcept { return _mm512_set1_epi64(static_cast<long long>(v)); }
inline ints all32(std::int32_t v) noexcept { return _mm512_set1_epi32(v); }
inline ints add64(ints a, ints b) noexcept { return _mm512_add_epi64(a, b); }
inline ints product64(ints a, ints b) noexcept { return _mm512_mul_epu32(a, b); }
template <int By>
ints right64(ints v) noexcept {
  return _mm512_srli_epi64(v, By);
}
template <int By>
ints left64(ints v) noexcept {
  return _mm512_slli_epi64(v, By);
}
template <int By>
ints right16(ints v) noexcept {
  return _mm512_srli_epi16(v, By);
}
inline ints add16(ints a, ints b) noexcept { return _mm512_add_epi16(a, b); }
inline ints subtract16(ints a, ints b) noexcept { return _mm512_sub_epi16(a, b); }
inline ints both(ints a, ints b) noexcept { return _mm512_and_si512(a, b); }
inline ints unlike(ints a, ints b) noexcept { return _mm512_xor_si512(a, b); }
inline ints pairs_of_bytes(ints bytes, ints weights) noexcept { return _mm512_maddubs_epi16(bytes, weights); }
inline ints rounded15(ints a, ints b) noexcept { return _mm512_mulhrs_epi16(a, b); }
inline ints low16(ints a, ints b) noexcept { return _mm512_unpacklo_epi16(a, b); }
inline ints high16(ints a, ints b) noexcept { return _mm512_unpackhi_epi16(a, b); }
inline ints narrow16(ints a, ints b) noexcept { return _mm512_packus_epi16(a, b); }
inline floats to_floats(ints v) noexcept { return _mm512_cvtepi32_ps(v); }
/// Sixteen bytes of order in each quarter.
inline ints order_of(__m128i order) noexcept { return _mm512_broadcast_i32x4(order); }
inline ints ordered(ints v, ints order) noexcept { return _mm512_shuffle_epi8(v, order); }
/// The pixels of a register within their block.
inline ints pixels_of(int which) noexcept {
  return which == 0 ? _mm512_setr_epi64(0, 1, 4, 5, 8, 9, 12, 13) : _mm512_setr_epi64(2, 3, 6, 7, 10, 11, 14, 15);
}
inline ints times_pixels(int which, std::int64_t step) noexcept {
  return _mm512_mullo_epi64(pixels_of(which), _mm512_set1_epi64(step));
}
/// v where the pixel lies below n, else 0.
inline ints kept(ints v, int which, int n) noexcept {
  return _mm512_maskz_mov_epi64(_mm512_cmpgt_epi64_mask(_mm512_set1_epi64(n), pixels_of(which)), v);
}
/// Sixteen numbers of 32 bits, in the order of blocks, those of a half as 64 bits.
inline ints listed(std::int32_t const* p, int which) noexcept {
  ints const v =
      _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15), load(p));
  return _mm512_cvtepu32_epi64(which == 0 ? _mm512_castsi512_si256(v) : _mm512_extracti64x4_epi64(v, 1));
}
/// Two words at each place. Without optimisation the intrinsic is a macro that converts its mask to char.
#    if defined(__GNUC__)
#      pragma GCC diagnostic push
#      pragma GCC diagnostic ignored "-Wsign-conversion"
#    endif
inline ints fetched(std::uint32_t const* p, ints place) noexcept { return _mm512_i64gather_epi64(place, p, 4); }
#    if defined(__GNUC__)
#      pragma GCC diagnostic pop
#    endif
/// The first `many` numbers of a register, and the first three bytes of its first words.
inline void store_first(float* p, floats v, int many) noexcept {
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << many) - 1u), v);
}
inline void store_three_first(std::uint8_t* o, ints words, int many) noexcept {
  _mm512_mask_storeu_epi8(o, (std::uint64_t{1} << (3 * many)) - 1u, three_of(words));
}
/// Four words at the place of each fourth pixel, beginning with one.
inline ints fetched_quads(std::uint32_t const* p, std::int32_t const* place) noexcept {
  auto const four = [&](int k) { return _mm_loadu_si128(reinterpret_cast<__m128i const*>(p + place[k])); };
  ints v = _mm512_castsi128_si512(four(0));
  v = _mm512_inserti32x4(v, four(4), 1);
  v = _mm512_inserti32x4(v, four(8), 2);
  return _mm512_inserti32x4(v, four(12), 3);
}
inline ints low32(ints a, ints b) noexcept { return _mm512_unpacklo_epi32(a, b); }
inline ints high32(ints a, ints b) noexcept { return _mm512_unpackhi_epi32(a, b); }
inline ints low64(ints a, ints b) noexcept { return _mm512_unpacklo_epi64(a, b); }
inline ints high64(ints a, ints b) noexcept { return _mm512_unpackhi_epi64(a, b); }
template <int By>
ints right32(ints v) noexcept {
  return _mm512_srli_epi32(v, By);
}
/// Words of four channels to the four channels, one after the other, each in order.
inline ints planes_of(ints words) noexcept {
  ints const order = order_of(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
                                  ordered(words, order));
}
#  else
inline ints all64(std::uint64_t v) noexcept { return _mm256_set1_epi64x(static_cast<long long>(v)); }
inline ints all32(std::int32_t v) noexcept { return _mm256_set1_epi32(v); }
inline ints add64(ints a, ints b) noexcept { return _mm256_add_epi64(a, b); }
inline ints product64(ints a, ints b) noexcept { return _mm256_mul_epu32(a, b); }
template <int By>
ints right64(ints v) noexcept {
  return _mm256_srli_epi64(v, By);
}
template <int By>
ints left64(ints v) noexcept {
  return _mm256_slli_epi64(v, By);
}
template <int By>
ints right16(ints v) noexcept {
  return _mm256_srli_epi16(v, By);
}
inline ints add16(ints a, ints b) noexcept { return _mm256_add_epi16(a, b); }
inline ints subtract16(ints a, ints b) noexcept { return _mm256_sub_epi16(a, b); }
inline ints both(ints a, ints b) noexcept { return _mm256_and_si256(a, b); }
inline ints unlike(ints a, ints b) noexcept { return _mm256_xor_si256(a, b); }
inline ints pairs_of_bytes(ints bytes, ints weights) noexcept { return _mm256_maddubs_epi16(bytes, weights); }
inline ints rounded15(ints a, ints b) noexcept { return _mm256_mulhrs_epi16(a, b); }
inline ints low16(ints a, ints b) noexcept { return _mm256_unpacklo_epi16(a, b); }
inline ints high16(ints a, ints b) noexcept { return _mm256_unpackhi_epi16(a, b); }
inline ints narrow16(ints a, ints b) noexcept { return _mm256_packus_epi16(a, b); }
inline floats to_floats(ints v) noexcept { return _mm256_cvtepi32_ps(v); }
inline ints order_of(__m128i order) noexcept { return _mm256_broadcastsi128_si256(order); }
inline ints ordered(ints v, ints order) noexcept { return _mm256_shuffle_epi8(v, order); }
inline ints pixels_of(int which) noexcept {
  return which == 0 ? _mm256_setr_epi64x(0, 1, 4, 5) : _mm256_setr_epi64x(2, 3, 6, 7);
}
inline ints times_pixels(int which, std::int64_t step) noexcept {
  std::int64_t const first = 2 * which * step;
  return _mm256_setr_epi64x(first, first + step, first + 4 * step, first + 5 * step);
}
inline ints kept(ints v, int which, int n) noexcept {
  return _mm256_and_si256(_mm256_cmpgt_epi64(_mm256_set1_epi64x(n), pixels_of(which)), v);
}
inline ints listed(std::int32_t const* p, int which) noexcept {
  ints const v = _mm256_permute4x64_epi64(load(p), 0xD8);
  return _mm256_cvtepu32_epi64(which == 0 ? _mm256_castsi256_si128(v) : _mm256_extracti128_si256(v, 1));
}
/// By single loads, for gathers are slow on many machines that have AVX2 alone.
inline ints fetched(std::uint32_t const* p, ints place) noexcept {
  alignas(32) std::uint64_t at[4];
  store(at, place);
  auto const two = [&](int k) {
    __m128i const first = _mm_loadl_epi64(reinterpret_cast<__m128i const*>(p + at[k]));
    return _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(first), reinterpret_cast<__m64 const*>(p + at[k + 1])));
  };
  return _mm256_inserti128_si256(_mm256_castsi128_si256(two(0)), two(2), 1);
}
inline void store_first(float* p, floats v, int many) noexcept {
  ints const number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  _mm256_maskstore_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(many), number), v);
}
inline void store_three_first(std::uint8_t* o, ints words, int many) noexcept {
  std::uint8_t some[3 * lanes];
  store_three(some, words);
  std::memcpy(o, some, 3 * static_cast<std::size_t>(many));
}
inline ints fetched_quads(std::uint32_t const* p, std::int32_t const* place) noexcept {
  auto const four = [&](int k) { return _mm_loadu_si128(reinterpret_cast<__m128i const*>(p + place[k])); };
  return _mm256_inserti128_si256(_mm256_castsi128_si256(four(0)), four(4), 1);
}
inline ints low32(ints a, ints b) noexcept { return _mm256_unpacklo_epi32(a, b); }
inline ints high32(ints a, ints b) noexcept { return _mm256_unpackhi_epi32(a, b); }
inline ints low64(ints a, ints b) noexcept { return _mm256_unpacklo_epi64(a, b); }
inline ints high64(ints a, ints b) noexcept { return _mm256_unpackhi_epi64(a, b); }
template <int By>
ints right32(ints v) noexcept {
  return _mm256_srli_epi32(v, By);
}
inline ints planes_of(ints words) noexcept {
  ints const order = order_of(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  return _mm256_permutevar8x32_epi32(ordered(words, order), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}
#  endif

/// Positions that grow by equal steps, in units of 2^-32 pixels; pixels of a block lie `lanes` steps before those of
/// the next.
class stepped {
 public:
  template <class Points>
  explicit stepped(Points const& p) noexcept
      : step_x_(all64(static_cast<std::uint64_t>(p.step_x) * lanes)),
        step_y_(all64(static_cast<std::uint64_t>(p.step_y) * lanes)) {
    for (int which = 0; which < 2; ++which) {
      x_[which] = add64(all64(static_cast<std::uint64_t>(p.x)), times_pixels(which, p.step_x));
      y_[which] = add64(all64(static_cast<std::uint64_t>(p.y)), times_pixels(which, p.step_y));
    }
  }
  ints x(int which, int) noexcept {
    ints const at = x_[which];
    x_[which] = add64(at, step_x_);
    return at;
  }
  ints y(int which, int) noexcept {
    ints const at = y_[which];
    y_[which] = add64(at, step_y_);
    return at;
  }

 private:
  ints x_[2], y_[2], step_x_, step_y_;
};
/// Positions that stand in arrays, in units of 2^-15 pixels; a block may be read beyond their end.
class listed_in_blocks {
 public:
  template <class Points>
  explicit listed_in_blocks(Points const& p) noexcept : x_(p.x), y_(p.y) {}
  ints x(int which, int k) const noexcept { return left64<17>(listed(x_ + k, which)); }
  ints y(int which, int k) const noexcept { return left64<17>(listed(y_ + k, which)); }

 private:
  std::int32_t const *x_, *y_;
};

/// What between_bytes gives for a register of pixels, as numbers of 16 bits, from pairs of words above and below the
/// points (x, y), in units of 2^-32 pixels.
inline ints between_bytes(ints upper, ints lower, ints x, ints y) noexcept {
  // the channels of both pixels side by side
  ints const side = order_of(_mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15));
  // bits 16 to 31 of a position, the upper 15 of which are its fraction, for each channel
  ints const high_half = order_of(_mm_setr_epi8(2, 3, 2, 3, 2, 3, 2, 3, 10, 11, 10, 11, 10, 11, 10, 11));
  auto const less_half = [&](ints at) {
    return unlike(both(ordered(at, high_half), all32(static_cast<std::int32_t>(0xFFFEFFFEu))),
                  all32(static_cast<std::int32_t>(0x80008000u)));
  };
  ints const fx = less_half(x);
  auto const across = [&](ints words) {
    ints const pairs = ordered(words, side);
    return add16(pairs_of_bytes(pairs, all32(0x40404040)), rounded15(pairs_of_bytes(pairs, all32(0x40C040C0)), fx));
  };
  ints const a = across(upper), b = across(lower);
  return add16(add16(a, b), rounded15(subtract16(b, a), less_half(y)));
}

/// Calls take(k, many, even, odd) for blocks of the pixels [0, n), with what between_bytes gives for the two registers
/// of a block. `origin` is the pixel (-1, -1) of the image with its rim, from which positions count.
template <class Positions, class Points, class Take>
void bilinear_bytes(std::uint32_t const* origin, index_t row, Points const& points, int n, Take const& take) noexcept {
  Positions at(points);
  ints const rows = all64(static_cast<std::uint64_t>(row));
  for (int k = 0; k < n; k += lanes) {
    auto const values = [&](int which) {
      ints const x = at.x(which, k), y = at.y(which, k);
      ints place = add64(product64(right64<32>(y), rows), right64<32>(x));
      if (n - k < lanes) place = kept(place, which, n - k);
      return between_bytes(fetched(origin, place), fetched(origin + row, place), x, y);
    };
    ints const first = values(0), second = values(1);
    take(k, n - k < lanes ? n - k : lanes, first, second);
  }
}

/// Values of a block to words of four bytes, in order.
inline ints words_of(ints first, ints second) noexcept {
  auto const whole = [](ints v) { return right16<8>(add16(v, all32(0x00800080))); };
  return narrow16(whole(first), whole(second));
}
/// Values of a block to floats, channel by channel.
struct channels_of {
  ints first, last;  ///< channels 0 and 1, 2 and 3, each four pixels of a quarter
  channels_of(ints a, ints b) noexcept {
    ints const even = low16(a, b), odd = high16(a, b);
    first = low16(even, odd);
    last = high16(even, odd);
  }
  template <int Channel>
  floats at() const noexcept {
    ints const v = Channel < 2 ? first : last;
    return multiply(to_floats(Channel % 2 == 0 ? low16(v, all32(0)) : high16(v, all32(0))), all(0x1p-8f));
  }
};

/// A channel of words as floats; of three channels, the fourth byte is 0.
template <int Channel, int Channels>
floats channel_of(ints words) noexcept {
  if constexpr (Channel == 0)
    return to_floats(both(words, all32(255)));
  else if constexpr (Channel + 1 == Channels || (Channel == 2 && Channels == 3))
    return to_floats(right32<8 * Channel>(words));
  else
    return to_floats(ordered(words, order_of(_mm_setr_epi8(Channel, -1, -1, -1, 4 + Channel, -1, -1, -1, 8 + Channel,
                                                           -1, -1, -1, 12 + Channel, -1, -1, -1))));
}

/// Bicubic values of n <= part pixels, as the plain loop adds them. `place` is where the first of the sixteen words of
/// a pixel lies, of four in each of four rows; arrays of weights are `part` apart, and may be read up to a multiple of
/// `lanes`, as `place`.
template <int Channels>
int bicubic_bytes(std::uint32_t const* words, index_t row, std::int32_t const* place, float const* wx, float const* wy,
                  int part, int n, float* const* out) noexcept {
  for (int k = 0; k < n; k += lanes) {
    floats sum[4];
    floats const x[4] = {load(wx + k), load(wx + part + k), load(wx + 2 * part + k), load(wx + 3 * part + k)};
    for (int j = 0; j < 4; ++j) {
      std::uint32_t const* const p = words + j * row;
      ints const a = fetched_quads(p, place + k), b = fetched_quads(p, place + k + 1);
      ints const c = fetched_quads(p, place + k + 2), d = fetched_quads(p, place + k + 3);
      ints const ab = low32(a, b), cd = low32(c, d), last_ab = high32(a, b), last_cd = high32(c, d);
      ints const tap[4] = {low64(ab, cd), high64(ab, cd), low64(last_ab, last_cd), high64(last_ab, last_cd)};
      floats const y = load(wy + j * part + k);
      auto const take = [&]<int C>(std::integral_constant<int, C>) {
        if constexpr (C < Channels) {
          floats line = multiply(x[0], channel_of<C, Channels>(tap[0]));
          for (int i = 1; i < 4; ++i) line = add(line, multiply(x[i], channel_of<C, Channels>(tap[i])));
          sum[C] = add(j == 0 ? all(0.0f) : sum[C], multiply(y, line));
        }
      };
      take(std::integral_constant<int, 0>());
      take(std::integral_constant<int, 1>());
      take(std::integral_constant<int, 2>());
      take(std::integral_constant<int, 3>());
    }
    for (int c = 0; c < Channels; ++c) {
      if (n - k >= lanes)
        store(out[c] + k, sum[c]);
      else
        store_first(out[c] + k, sum[c], n - k);
    }
  }
  return n;
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
