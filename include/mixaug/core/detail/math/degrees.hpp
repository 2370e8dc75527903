// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

/// Sine and cosine of an angle in degrees, with the same bits under every compiler and flag, without fma hardware and
/// without libm: maps of images follow from them.
namespace mixaug::detail {

struct sine_cosine {
  double sine, cosine;
};

/// Sine and cosine of `degrees`, |degrees| < 2^50, to an error of about 2e-16. Exact at multiples of 90.
inline sine_cosine sine_cosine_of(double degrees) noexcept {
  double const turns = std::floor(degrees / 90.0 + 0.5);
  double const rest = fused_sum(-90.0, turns, degrees);  // in [-45, 45], exact
  double const r = rest * 0.017453292519943295, t = r * r;
  double s = 0.0, c = 0.0;  // Taylor series, |r| < 0.786
  for (int k = 17; k >= 3; k -= 2) s = fused_sum(s, t, 1.0) * (-1.0 / (k * (k - 1)));
  for (int k = 18; k >= 2; k -= 2) c = fused_sum(c, t, 1.0) * (-1.0 / (k * (k - 1)));
  double const tail = r * t;
  double const sine = fused_sum(tail, s, r), cosine = fused_sum(t, c, 1.0);
  switch (static_cast<std::int64_t>(turns) & 3) {
    case 0:
      return {sine, cosine};
    case 1:
      return {cosine, -sine};
    case 2:
      return {-sine, -cosine};
    default:
      return {-cosine, sine};
  }
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
