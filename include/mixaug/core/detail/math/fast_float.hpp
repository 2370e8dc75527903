// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/element.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// log, exp and reciprocal square root in float without calls or branches, so that loops over them vectorise. Each
/// product is rounded before it is added, so the bits are the same with and without fma.
namespace mixaug::detail {

/// ln x to an error of about 2e-7 (absolute below e, relative above), for normal x > 0.
MIXAUG_HD inline float fast_log(float x) noexcept {
  std::uint32_t const half_root = 0x3F3504F3u;  // bits of sqrt(1/2): the mantissa m lies in [sqrt(1/2), sqrt 2)
  std::int32_t const exponent = static_cast<std::int32_t>(bits_of(x) - half_root) >> 23;
  float const m = float_of(bits_of(x) - (static_cast<std::uint32_t>(exponent) << 23));
  // ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.1716
  float const s = (m - 1.0f) / (m + 1.0f), t = s * s;
  float const fifth = 1.0f / 5 + rounded_product(t, 1.0f / 7 + rounded_product(t, 1.0f / 9));
  float const tail = rounded_product(t, 1.0f / 3 + rounded_product(t, fifth));
  return rounded_product(static_cast<float>(exponent), 0.6931471806f) + 2.0f * (s + rounded_product(s, tail));
}

/// e^x to a relative error of about 2e-7, for |x| < 80.
MIXAUG_HD inline float fast_exp(float x) noexcept {
  // The conversion to an integer truncates; adding 128.5 first makes it round.
  std::int32_t const k = static_cast<std::int32_t>(rounded_product(x, 1.442695041f) + 128.5f) - 128;
  float const whole = static_cast<float>(k);
  float const r =
      (x - rounded_product(whole, 0.693359375f)) + rounded_product(whole, 2.12194440e-4f);  // x - k ln 2, |r| < 0.35
  float const fourth = 1.0f / 120 + rounded_product(r, 1.0f / 720 + rounded_product(r, 1.0f / 5040));
  float const sum = 1.0f / 6 + rounded_product(r, 1.0f / 24 + rounded_product(r, fourth));
  return (1.0f + (r + rounded_product(r * r, 0.5f + rounded_product(r, sum)))) *
         float_of(static_cast<std::uint32_t>(k + 127) << 23);
}

/// x^(-1/2) to a relative error of 8e-7, for normal x > 0; finite for x = 0. Starts from the halved exponent and takes
/// two Newton steps, with constants that balance the error of each (Walczyk, Moroz and Cieslinski, 2021).
MIXAUG_HD inline float fast_rsqrt(float x) noexcept {
  float y = float_of(0x5F376908u - (bits_of(x) >> 1));
  y = y * (1.50087896f - rounded_product(0.5f * x * y, y));
  return y * (1.50000057f - rounded_product(0.5f * x * y, y));
}

}  // namespace mixaug::detail

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
