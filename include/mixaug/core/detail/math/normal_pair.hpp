// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/fast_float.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// Normal numbers from uniform bits, in float, without calls or branches. Each product is rounded before it is added,
/// so the bits are the same with and without fma.
namespace mixaug::detail {

/// Two numbers, or the parts of a complex one.
struct float_pair {
  float x, y;
};

/// cos and sin of 2 pi angle / 2^32 - pi / 4, to an error of about 1e-7.
MIXAUG_HD inline float_pair turn_of(std::uint32_t angle) noexcept {
  // Whole quarter turns, and the rest of the angle in [-pi / 4, pi / 4].
  std::uint32_t const quarter = angle >> 30;
  auto const rest = static_cast<std::int32_t>((angle << 2) ^ 0x80000000u);
  float const r = static_cast<float>(rest) * 3.6572952e-10f, t = r * r;  // pi / 2^33
  float const s3 = -1.0f / 5040 + rounded_product(t, 1.0f / 362880);
  float const s2 = 1.0f / 120 + rounded_product(t, s3);
  float const sine = r + rounded_product(r * t, -1.0f / 6 + rounded_product(t, s2));
  float const c3 = -1.0f / 720 + rounded_product(t, 1.0f / 40320);
  float const c2 = 1.0f / 24 + rounded_product(t, c3);
  float const cosine = 1.0f - rounded_product(t, 0.5f - rounded_product(t, c2));
  float const x = (quarter & 1u) != 0 ? sine : cosine, y = (quarter & 1u) != 0 ? cosine : sine;
  return {(quarter == 1u || quarter == 2u) ? -x : x, (quarter & 2u) != 0 ? -y : y};
}

/// Two independent standard normal numbers from 64 uniform bits (Box and Muller, 1958): sqrt(-2 ln u) (cos v, sin v),
/// with u in (0, 1) of 23 bits, so that none is larger than 5.8.
MIXAUG_HD inline float_pair normal_pair(std::uint64_t bits) noexcept {
  float const u =
      (static_cast<float>(static_cast<std::int32_t>(static_cast<std::uint32_t>(bits) >> 9)) + 0.5f) * 0x1p-23f;
  float const square = -2.0f * fast_log(u), radius = square * fast_rsqrt(square);
  float_pair const v = turn_of(static_cast<std::uint32_t>(bits >> 32));
  return {radius * v.x, radius * v.y};
}

}  // namespace mixaug::detail

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
