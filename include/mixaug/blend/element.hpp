// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstring>
#include <mixaug/core/config.hpp>
#include <type_traits>

namespace mixaug {

/// IEEE binary16 and bfloat16 as 16 bits of storage: reinterpret a pointer to your framework's type.
/// Mixed in float, rounded to nearest even.
struct float16 {
  std::uint16_t bits;
  friend constexpr bool operator==(float16, float16) = default;
};
struct bfloat16 {
  std::uint16_t bits;
  friend constexpr bool operator==(bfloat16, bfloat16) = default;
};

namespace detail {

MIXAUG_HD inline std::uint32_t bits_of(float f) noexcept {
  std::uint32_t u;
  std::memcpy(&u, &f, sizeof u);
  return u;
}
MIXAUG_HD inline float float_of(std::uint32_t u) noexcept {
  float f;
  std::memcpy(&f, &u, sizeof f);
  return f;
}

MIXAUG_HD inline float to_float(float v) noexcept { return v; }
MIXAUG_HD inline double to_float(double v) noexcept { return v; }
MIXAUG_HD inline float to_float(bfloat16 v) noexcept { return float_of(std::uint32_t{v.bits} << 16); }
/// Branch-free, so that loops vectorise: scale by 2^112 moves the exponent; infinities and NaN are put back.
MIXAUG_HD inline float to_float(float16 v) noexcept {
  std::uint32_t const magnitude = (v.bits & 0x7FFFu) << 13, sign = (v.bits & 0x8000u) << 16;
  std::uint32_t const scaled = bits_of(float_of(magnitude) * 0x1p112f);
  return float_of((magnitude >= 0x0F800000u ? (magnitude | 0x7F800000u) : scaled) | sign);
}

template <class T>
MIXAUG_HD T from_float(std::conditional_t<std::is_same_v<T, double>, double, float> v) noexcept;
template <>
MIXAUG_HD inline float from_float<float>(float v) noexcept {
  return v;
}
template <>
MIXAUG_HD inline double from_float<double>(double v) noexcept {
  return v;
}
template <>
MIXAUG_HD inline bfloat16 from_float<bfloat16>(float v) noexcept {
  std::uint32_t const u = bits_of(v), rounded = (u + 0x7FFFu + (u >> 16 & 1u)) >> 16;
  bool const nan = (u & 0x7FFFFFFFu) > 0x7F800000u;
  return {static_cast<std::uint16_t>(nan ? (u >> 16 | 0x40u) : rounded)};
}
template <>
MIXAUG_HD inline float16 from_float<float16>(float v) noexcept {
  std::uint32_t const u = bits_of(v), sign = u >> 16 & 0x8000u, m = u & 0x7FFFFFFFu;
  std::uint32_t const normal = (m - 0x38000000u + 0xFFFu + (m >> 13 & 1u)) >> 13;
  // Below 2^-14 the sum with 0.5 leaves the rounded subnormal in the low bits.
  std::uint32_t const tiny = bits_of(float_of(m) + 0.5f) - 0x3F000000u;
  std::uint32_t const huge = m > 0x7F800000u ? 0x7E00u : 0x7C00u;
  return {static_cast<std::uint16_t>(sign | (m >= 0x477FF000u ? huge : m < 0x38800000u ? tiny : normal))};
}

/// clang has no __FP_FAST_FMAF, but says what the processor has.
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__CUDA_ARCH__)
#define MIXAUG_FMA 1
#endif
/// fma(m, a, q * b) where the hardware has fma: the inner product cannot be contracted further, so the
/// bits agree everywhere. Elsewhere mul and add, within one ulp of max(|a|, |b|).
template <class F>
MIXAUG_HD F weighted_sum(F m, F a, F q, F b) noexcept {
#if defined(MIXAUG_FMA)
  return std::fma(m, a, q * b);
#else
  return m * a + q * b;
#endif
}
/// acc + w * v, once rounded where the hardware has fma.
template <class F>
MIXAUG_HD F add_product(F w, F v, F acc) noexcept {
#if defined(MIXAUG_FMA)
  return std::fma(w, v, acc);
#else
  return w * v + acc;
#endif
}

/// Real elements are summed in float (double for double).
template <class T>
inline constexpr bool is_real =
    std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>;
/// What may be blended; everything else (integer ids, std::byte) can only be copied.
template <class T>
inline constexpr bool is_pixel = is_real<T> || std::is_same_v<T, std::uint8_t>;

/// The weights of one mix, computed once a sample; call: m * a + (1 - m) * b.
template <class T>
struct mixer {
  using real = std::conditional_t<std::is_same_v<T, double>, double, float>;
  real m, q;
  MIXAUG_HD explicit mixer(float weight) noexcept : m(static_cast<real>(weight)), q(real{1} - m) {}
  MIXAUG_HD T operator()(T a, T b) const noexcept {
    return from_float<T>(weighted_sum<real>(m, to_float(a), q, to_float(b)));
  }
};

/// (a * w + b * (65536 - w) + 32768) >> 16 with w = round(65536 m), in 16-bit lanes:
/// that is b + ((a - b) * w + 32768 >> 16), and w = s + 32768 fits the signed high product.
template <>
struct mixer<std::uint8_t> {
  std::int16_t s;
  /// w = 65536 gives the same bytes as w = 65535, which fits: the last bit of w moves no 8-bit value past a half.
  MIXAUG_HD explicit mixer(float weight) noexcept
      : s(static_cast<std::int16_t>(lesser(static_cast<std::int32_t>(weight * 65536.0f + 0.5f), 65535) - 32768)) {}
  MIXAUG_HD std::uint8_t operator()(std::uint8_t a, std::uint8_t b) const noexcept {
    std::int16_t const d = static_cast<std::int16_t>(a - b);
    std::int32_t const p = std::int32_t{d} * s;
    std::int16_t const high = static_cast<std::int16_t>(p >> 16);
    std::uint16_t const low =
        static_cast<std::uint16_t>(std::uint32_t{static_cast<std::uint16_t>(d)} * static_cast<std::uint16_t>(s));
    // d * 32768 adds d >> 1 to the high half, and with the rounding a carry where d is odd or low is high.
    std::int16_t const carry = static_cast<std::int16_t>((d & 1) | (low >> 15));
    return static_cast<std::uint8_t>(b + high + (d >> 1) + carry);
  }
};

/// Ids are never blended (refused at the entry of apply): the nearer side stands.
template <class T>
requires(!is_pixel<T>) struct mixer<T> {
  float m;
  MIXAUG_HD explicit mixer(float weight) noexcept : m(weight) {}
  MIXAUG_HD T operator()(T a, T b) const noexcept { return m >= 0.5f ? a : b; }
};

}  // namespace detail
}  // namespace mixaug
