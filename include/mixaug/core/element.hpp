// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstring>
#include <limits>
#include <mixaug/core/pixels.hpp>
#include <type_traits>

// CUDA's 16-bit floats, by name alone.
struct __half;
struct __nv_bfloat16;

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// IEEE binary16 as 16 bits of storage. Mixed in float, rounded to nearest even. A framework's own types are viewed as
/// they are (element_traits).
struct float16 {
  std::uint16_t bits;
  friend constexpr bool operator==(float16, float16) = default;
};
/// bfloat16, the upper 16 bits of a float, as storage. Mixed as float16 is.
struct bfloat16 {
  std::uint16_t bits;
  friend constexpr bool operator==(bfloat16, bfloat16) = default;
};

/// What the bits of a 16-bit element are.
enum class float_format : unsigned char { other, binary16, bfloat16 };

namespace detail {

/// The format of a type that says it: by std::numeric_limits (c10::Half, Eigen::half, half_float::half, ...), or as a
/// number of the compiler's own, with 11 bits or 8 (_Float16, std::float16_t, __bf16, std::bfloat16_t).
template <class T>
constexpr float_format format_of() noexcept {
  using limits = std::numeric_limits<T>;
  if constexpr (sizeof(T) != 2 || std::is_integral_v<T> || std::is_enum_v<T> || std::is_union_v<T>)
    return float_format::other;
  else if constexpr (limits::is_specialized)
    return limits::digits == 11 && limits::max_exponent == 16   ? float_format::binary16
           : limits::digits == 8 && limits::max_exponent == 128 ? float_format::bfloat16
                                                                : float_format::other;
  else if constexpr (!std::is_class_v<T> && requires(T v) {
                       static_cast<float>(v);
                       static_cast<T>(1.0f);
                     })
    return static_cast<float>(static_cast<T>(1.0f + 0x1p-10f)) > 1.0f ? float_format::binary16 : float_format::bfloat16;
  else
    return float_format::other;
}

}  // namespace detail

/// Which elements are 16-bit floats: trivially copyable types of two bytes that hold the format's bits. Known without a
/// word are the library's own two, types that std::numeric_limits knows (PyTorch's c10::Half and c10::BFloat16,
/// Eigen::half and Eigen::bfloat16), CUDA's __half and __nv_bfloat16, and the compiler's (std::float16_t, _Float16,
/// std::bfloat16_t, __bf16). For a type of your own:
///   template <> struct mixaug::element_traits<my_half> {
///     static constexpr auto format = mixaug::float_format::binary16;
///   };
/// before its first view is used. Results have the bits that float16 and bfloat16 have.
template <class T>
struct element_traits {
  static constexpr float_format format = detail::format_of<T>();
};
template <>
struct element_traits<float16> {
  static constexpr float_format format = float_format::binary16;
};
template <>
struct element_traits<bfloat16> {
  static constexpr float_format format = float_format::bfloat16;
};
template <>
struct element_traits<::__half> {
  static constexpr float_format format = float_format::binary16;
};
template <>
struct element_traits<::__nv_bfloat16> {
  static constexpr float_format format = float_format::bfloat16;
};

namespace detail {

template <class T>
inline constexpr bool is_float16 = element_traits<T>::format == float_format::binary16;
template <class T>
inline constexpr bool is_bfloat16 = element_traits<T>::format == float_format::bfloat16;
template <class T>
inline constexpr bool is_float_of_16_bits = is_float16<T> || is_bfloat16<T>;
/// The library's type of the same bits.
template <class T>
using own_float = std::conditional_t<is_float16<T>, float16, bfloat16>;

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
/// Branch-free, so that loops vectorise: 112 is added to the exponent; a subnormal is 2^-14 more than itself, less
/// that. No float here is subnormal, so that a processor which takes those for 0 keeps the numbers of float16, as its
/// own conversions do.
MIXAUG_HD inline float to_float(float16 v) noexcept {
  std::uint32_t const magnitude = (v.bits & 0x7FFFu) << 13, sign = (v.bits & 0x8000u) << 16;
  std::uint32_t const tiny = bits_of(float_of(magnitude + 0x38800000u) - 0x1p-14f);
  std::uint32_t const normal = magnitude >= 0x00800000u ? magnitude + 0x38000000u : tiny;
  return float_of((magnitude >= 0x0F800000u ? (magnitude | 0x7F800000u) : normal) | sign);
}

template <class T>
requires is_float_of_16_bits<T> MIXAUG_HD float to_float(T v) noexcept {
  return to_float(__builtin_bit_cast(own_float<T>, v));
}

template <class T>
MIXAUG_HD T from_float(std::conditional_t<std::is_same_v<T, double>, double, float> v) noexcept {
  static_assert(is_float_of_16_bits<T> && sizeof(T) == 2, "mixaug: a 16-bit float has two bytes");
  // the builtin, since T may have no constructor that a device can call
  return __builtin_bit_cast(T, from_float<own_float<T>>(v));
}
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

/// fma(m, a, q * b) where the hardware has fma: the inner product cannot be contracted further, so the
/// bits agree everywhere. Elsewhere mul and add, within one ulp of max(|a|, |b|).
template <class F>
MIXAUG_HD F weighted_sum(F m, F a, F q, F b) noexcept {
#if defined(MIXAUG_FMA)
  return fused_sum(m, a, q * b);
#else
  return m * a + q * b;
#endif
}
/// acc + w * v, once rounded where the hardware has fma.
template <class F>
MIXAUG_HD F add_product(F w, F v, F acc) noexcept {
#if defined(MIXAUG_FMA)
  return fused_sum(w, v, acc);
#else
  return w * v + acc;
#endif
}
MIXAUG_UNFUSED_BEGIN
/// w * v, rounded on its own also where it is added to something, so that builds with and without fma get the same
/// bits; to be used inside MIXAUG_UNFUSED_BEGIN. -0 may be +0.
/// clang's -ffast-math joins a product and a sum wherever it sees both, pragma or not, and nvcc keeps no pragma of its
/// host compiler: there it is an fma, with a zero that clang cannot see.
template <class F>
MIXAUG_HD F rounded_product(F w, F v) noexcept {
#if defined(MIXAUG_FMA) && defined(__CUDACC__)
  return fused_sum(w, v, F{0});
#elif defined(MIXAUG_FMA) && defined(__clang__)
  return fused_sum(w, v, unseen_zero<F>());
#else
  return w * v;
#endif
}
/// a * b + c * d, both products rounded.
template <class F>
MIXAUG_HD F two_products(F a, F b, F c, F d) noexcept {
  return rounded_product(a, b) + rounded_product(c, d);
}
MIXAUG_UNFUSED_END

/// Real elements are summed in float (double for double).
template <class T>
inline constexpr bool is_real = std::is_same_v<T, float> || std::is_same_v<T, double> || is_float_of_16_bits<T>;
/// What may be blended; everything else (integer ids, std::byte) can only be copied.
template <class T>
inline constexpr bool is_pixel = is_real<T> || std::is_same_v<T, std::uint8_t> || is_integer_pixel<T>;

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

/// floor(m a + (1 - m) b + 1/2) with m = w / 2^bits, w = round(2^bits m): 16 bits in 32-bit lanes, where the sum of
/// either sign fits, and 30 for pixels of 32 bits, in 64.
template <class T>
struct mixer<pixel<T>> {
  static constexpr int bits = sizeof(T) == 4 ? 30 : 16;
  using wide = std::conditional_t<sizeof(T) == 4, std::int64_t,
                                  std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>>;
  static constexpr wide one = wide{1} << bits, half = one >> 1;
  wide w, rest;
  MIXAUG_HD explicit mixer(float weight) noexcept
      : w(static_cast<wide>(static_cast<double>(weight) * static_cast<double>(one) + 0.5)), rest(one - w) {}
  MIXAUG_HD pixel<T> operator()(pixel<T> a, pixel<T> b) const noexcept {
    wide const sum = static_cast<wide>(a.value) * w + static_cast<wide>(b.value) * rest;
    return {static_cast<T>((sum + half) >> bits)};
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

MIXAUG_EXACT_END
