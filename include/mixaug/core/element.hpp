// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstring>
#include <limits>
#include <mixaug/core/pixels.hpp>
#include <type_traits>

// CUDA's 16-bit floats, declared only.
struct __half;
struct __nv_bfloat16;

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// IEEE binary16, stored as 16 bits. Mixed in float, rounded to nearest even. A framework's own types need no
/// conversion (see element_traits).
struct float16 {
  std::uint16_t bits;
  friend constexpr bool operator==(float16, float16) = default;
};
/// bfloat16, stored as the upper 16 bits of a float. Mixed in float, as float16.
struct bfloat16 {
  std::uint16_t bits;
  friend constexpr bool operator==(bfloat16, bfloat16) = default;
};

/// Format of a 16-bit element.
enum class float_format : unsigned char { other, binary16, bfloat16 };

namespace detail {

/// Format of a type, from std::numeric_limits (c10::Half, Eigen::half, half_float::half, ...) or, for floating-point
/// types of the compiler, from their 11 or 8 digits (_Float16, std::float16_t, __bf16, std::bfloat16_t).
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

/// Format of 16-bit float elements: trivially copyable types of two bytes that hold the bits of the format. Recognised
/// without a specialisation: the library's own two, types with std::numeric_limits (PyTorch's c10::Half and
/// c10::BFloat16, Eigen::half and Eigen::bfloat16), CUDA's __half and __nv_bfloat16, and the compiler's types
/// (std::float16_t, _Float16, std::bfloat16_t, __bf16). For other types, specialise before the first view of
/// the type is used:
///   template <> struct mixaug::element_traits<my_half> {
///     static constexpr auto format = mixaug::float_format::binary16;
///   };
/// Results have the same bits as those of float16 and bfloat16.
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
/// The library's own type with the same bits.
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
/// Converts to float without branches, so that loops vectorise: adds 112 to the exponent; a subnormal is computed as
/// the value plus 2^-14, less 2^-14. No intermediate float is subnormal, so processors that flush subnormal floats to 0
/// keep the subnormals of float16, as their own conversions do.
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
  // the builtin, because T may have no constructor that can be called on a device
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
  // Below 2^-14, adding 0.5 leaves the rounded subnormal in the low bits.
  std::uint32_t const tiny = bits_of(float_of(m) + 0.5f) - 0x3F000000u;
  std::uint32_t const huge = m > 0x7F800000u ? 0x7E00u : 0x7C00u;
  return {static_cast<std::uint16_t>(sign | (m >= 0x477FF000u ? huge : m < 0x38800000u ? tiny : normal))};
}

/// m * a + q * b as fma(m, a, q * b) where the hardware has fma: the inner product cannot be contracted further, so the
/// bits agree on all such machines. Elsewhere two products and a sum, within one ulp of max(|a|, |b|).
template <class F>
MIXAUG_HD F weighted_sum(F m, F a, F q, F b) noexcept {
#if defined(MIXAUG_FMA)
  return fused_sum(m, a, q * b);
#else
  return m * a + q * b;
#endif
}
/// acc + w * v, rounded once where the hardware has fma.
template <class F>
MIXAUG_HD F add_product(F w, F v, F acc) noexcept {
#if defined(MIXAUG_FMA)
  return fused_sum(w, v, acc);
#else
  return w * v + acc;
#endif
}
MIXAUG_UNFUSED_BEGIN
/// w * v, rounded before it is added to anything, so that builds with and without fma give the same bits; to be used
/// inside MIXAUG_UNFUSED_BEGIN. The result may be +0 where the product is -0.
/// clang's -ffast-math contracts in spite of the pragma, and nvcc ignores pragmas of its host compiler; there the
/// product is an fma with a zero hidden from clang (unseen_zero).
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
/// a * b + c * d, with both products rounded.
template <class F>
MIXAUG_HD F two_products(F a, F b, F c, F d) noexcept {
  return rounded_product(a, b) + rounded_product(c, d);
}
MIXAUG_UNFUSED_END

/// True for floating-point elements, which are summed in float (double for double).
template <class T>
inline constexpr bool is_real = std::is_same_v<T, float> || std::is_same_v<T, double> || is_float_of_16_bits<T>;
/// True for elements that may be blended; all others (integer ids, std::byte) can only be copied.
template <class T>
inline constexpr bool is_pixel = is_real<T> || std::is_same_v<T, std::uint8_t> || is_integer_pixel<T>;

/// Weights of one mix, computed once for each sample; the call returns m * a + (1 - m) * b.
template <class T>
struct mixer {
  using real = std::conditional_t<std::is_same_v<T, double>, double, float>;
  real m, q;
  MIXAUG_HD explicit mixer(float weight) noexcept : m(static_cast<real>(weight)), q(real{1} - m) {}
  MIXAUG_HD T operator()(T a, T b) const noexcept {
    return from_float<T>(weighted_sum<real>(m, to_float(a), q, to_float(b)));
  }
};

/// (a * w + b * (65536 - w) + 32768) >> 16 with w = round(65536 m), in 16-bit lanes. This equals b + ((a - b) * w +
/// 32768 >> 16), where s = w - 32768 fits the signed high product.
template <>
struct mixer<std::uint8_t> {
  std::int16_t s;
  /// w = 65536 does not fit and is replaced by 65535, which gives the same bytes: the last bit of w never moves an
  /// 8-bit value across a rounding boundary.
  MIXAUG_HD explicit mixer(float weight) noexcept
      : s(static_cast<std::int16_t>(lesser(static_cast<std::int32_t>(weight * 65536.0f + 0.5f), 65535) - 32768)) {}
  MIXAUG_HD std::uint8_t operator()(std::uint8_t a, std::uint8_t b) const noexcept {
    std::int16_t const d = static_cast<std::int16_t>(a - b);
    std::int32_t const p = std::int32_t{d} * s;
    std::int16_t const high = static_cast<std::int16_t>(p >> 16);
    std::uint16_t const low =
        static_cast<std::uint16_t>(std::uint32_t{static_cast<std::uint16_t>(d)} * static_cast<std::uint16_t>(s));
    // d * 32768 adds d >> 1 to the high half; rounding adds a carry where d is odd or the top bit of low is set.
    std::int16_t const carry = static_cast<std::int16_t>((d & 1) | (low >> 15));
    return static_cast<std::uint8_t>(b + high + (d >> 1) + carry);
  }
};

/// floor(m a + (1 - m) b + 1/2) with m = w / 2^bits, w = round(2^bits m). Pixels of up to 16 bits use 16 bits in 32-bit
/// lanes, where the sum fits with either sign; pixels of 32 bits use 30 bits in 64-bit lanes.
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

/// Ids are never blended (apply refuses to): the id of the side with the larger weight is copied.
template <class T>
requires(!is_pixel<T>) struct mixer<T> {
  float m;
  MIXAUG_HD explicit mixer(float weight) noexcept : m(weight) {}
  MIXAUG_HD T operator()(T a, T b) const noexcept { return m >= 0.5f ? a : b; }
};

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
