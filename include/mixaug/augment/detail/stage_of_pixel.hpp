// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/passes.hpp>
#include <mixaug/core/detail/math/fast_float.hpp>
#include <mixaug/core/detail/math/normal.hpp>
#include <mixaug/core/random.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// What each stage makes of one pixel. The loops over tiles, and the threads of devices, compute these; every product
/// is rounded before it may be added to anything, also by the next stage.
namespace mixaug::augment {
namespace detail {

using mixaug::detail::rounded_product;

/// a v + b.
MIXAUG_HD inline float scaled(float v, float a, float b) noexcept { return rounded_product(a, v) + b; }
/// One row of (A | b) with three channels.
MIXAUG_HD inline float row_of_matrix(float x, float y, float z, float a, float b, float c, float d) noexcept {
  return rounded_product(a, x) + rounded_product(b, y) + rounded_product(c, z) + d;
}
/// range (v / range)^exponent; 0 for v <= 0. The power is e^(exponent ln u), u in [2^-30, 2^30].
MIXAUG_HD inline float power_of(float v, float exponent, float range) noexcept {
  float const u = held(v * (1.0f / range), 0x1p-30f, 0x1p30f);
  float const power = mixaug::detail::fast_exp(held(exponent * mixaug::detail::fast_log(u), -79.0f, 79.0f));
  return v > 0.0f ? rounded_product(range, power) : 0.0f;
}
/// What vignette multiplies a pixel with that lies (dx, dy) from the centre: 1 - strength t^2; dy2 is dy^2.
MIXAUG_HD inline float vignette_factor(float dx, float dy2, float strength, float unit, float radius,
                                       float spread) noexcept {
  float const r2 = rounded_product(dx, dx) + dy2;
  float const r = rounded_product(r2 * mixaug::detail::fast_rsqrt(r2), unit);
  float const beyond = r - radius, t = (beyond > 0.0f ? beyond : 0.0f) * spread;
  return 1.0f - rounded_product(strength, t * t);
}
/// Where the 16 random bits of a pixel of a channel stand: a block of random numbers serves eight pixels.
MIXAUG_HD inline std::uint64_t number_of_block(index_t channel, index_t y, index_t block) noexcept {
  return static_cast<std::uint64_t>(channel) << 29 | static_cast<std::uint64_t>(y) << 13 |
         static_cast<std::uint64_t>(block);
}
/// They themselves, of a step, for global row `row`.
MIXAUG_HD inline std::uint16_t bits_of_pixel(key const& k, std::uint64_t row, int step, index_t channel, index_t y,
                                             index_t x) noexcept {
  mixaug::random const draw(k, row, static_cast<purpose>(128 + step));
  int const part = static_cast<int>(x % 8);
  std::uint64_t const four = draw.bits(number_of_block(channel, y, x / 8), part / 4);
  return static_cast<std::uint16_t>(four >> (16 * (part % 4)));
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
