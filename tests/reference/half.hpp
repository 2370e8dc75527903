#pragma once
#include <cmath>
#include <cstdint>

/// 16-bit floats from the definition of IEEE 754: sign, exponent, fraction, and rounding to nearest even of real
/// numbers. Slow and plain; uses no bit tricks.
namespace reference {

inline double decode16(std::uint16_t bits, int fraction_bits) {
  int const exponent_bits = 15 - fraction_bits, bias = (1 << (exponent_bits - 1)) - 1;
  int const fraction = bits & ((1 << fraction_bits) - 1);
  int const exponent = (bits >> fraction_bits) & ((1 << exponent_bits) - 1);
  double const sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
  if (exponent == (1 << exponent_bits) - 1) return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias - fraction_bits);
  return sign * std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
}

/// NaN becomes any NaN: compare NaNs with std::isnan.
inline std::uint16_t encode16(double v, int fraction_bits) {
  int const exponent_bits = 15 - fraction_bits, bias = (1 << (exponent_bits - 1)) - 1;
  int const infinite = ((1 << exponent_bits) - 1) << fraction_bits;
  int const sign = std::signbit(v) ? 0x8000 : 0;
  if (std::isnan(v)) return static_cast<std::uint16_t>(sign | infinite | 1 << (fraction_bits - 1));
  if (std::isinf(v)) return static_cast<std::uint16_t>(sign | infinite);
  double const magnitude = std::fabs(v);
  int exponent = magnitude > 0 ? std::ilogb(magnitude) : 1 - bias;
  if (exponent < 1 - bias) exponent = 1 - bias;
  // In units of the last place; ties are rounded to even (the default rounding mode).
  double const units = std::nearbyint(std::ldexp(magnitude, fraction_bits - exponent));
  double const rounded = std::ldexp(units, exponent - fraction_bits);
  if (rounded >= std::ldexp(1.0, bias + 1)) return static_cast<std::uint16_t>(sign | infinite);
  int bits = static_cast<int>(units);
  if (bits >= 1 << fraction_bits)  // normal: the leading one is the exponent's lowest bit
    bits += (exponent + bias - 1) << fraction_bits;
  return static_cast<std::uint16_t>(sign | bits);
}

inline double decode_float16(std::uint16_t bits) { return decode16(bits, 10); }
inline double decode_bfloat16(std::uint16_t bits) { return decode16(bits, 7); }
inline std::uint16_t encode_float16(double v) { return encode16(v, 10); }
inline std::uint16_t encode_bfloat16(double v) { return encode16(v, 7); }

}  // namespace reference
