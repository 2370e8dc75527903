// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/element.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// CIE Lab of sRGB colours (IEC 61966-2-1, white D65) in float. Each product is rounded before it is added, so that the
/// bits agree on all machines, with and without fma.
namespace mixaug::detail {

/// Linear light of an 8-bit level, in [0, 1]: ((v / 255 + 0.055) / 1.055)^2.4, linear below 0.04045. t^2.4 = t^2
/// (t^2)^(1/5), where the fifth root is computed by Newton's y - (y - z / y^4) / 5 from above.
MIXAUG_HD constexpr double srgb_light(int level) noexcept {
  double const v = level / 255.0;
  if (v <= 0.04045) return v / 12.92;
  double const t = (v + 0.055) / 1.055, z = t * t;
  double y = 1;
  for (int k = 0; k < 12; ++k) y -= (y - z / (y * y * y * y)) / 5;
  return z * y;
}
struct light_table {
  float of[256]{};
  constexpr light_table() noexcept {
    for (int v = 0; v < 256; ++v) of[v] = static_cast<float>(srgb_light(v));
  }
};
/// Table for the host; a device fills its own from srgb_light.
inline constexpr light_table srgb_lights{};

/// x^(1/3) for normal x > 0, relative error below 4e-7. y ~ x^(-1/3) is first estimated from a third of the exponent,
/// so that c = x y^3 lies in [1.3333, 1.5799]. Then x^(1/3) = x y^2 c^(-2/3), where the power is the polynomial in t =
/// c - 1.4566 through the five Chebyshev nodes (1.3e-7). No division, and the same steps on every machine.
MIXAUG_HD inline float cube_root(float x) noexcept {
  float const third =
      rounded_product(static_cast<float>(static_cast<std::int32_t>(bits_of(x))), -1.0f / 3) + 1421402112.0f;
  float const y = float_of(static_cast<std::uint32_t>(static_cast<std::int32_t>(third)));
  float const square = x * y * y, t = rounded_product(square, y) - 1.45659995f;
  float const high = rounded_product(t, rounded_product(t, 0.0788801727f) - 0.125312881f) + 0.2037738f;
  return rounded_product(square, rounded_product(t, rounded_product(t, high) - 0.356180775f) + 0.77822732f);
}
/// x^(1/2) for normal x > 0, relative error below 3e-7; 0 for x = 0. As cube_root, with c = x y^2 in [1.4973, 1.6842].
/// std::sqrt sets errno, which prevents loops from being vectorised.
MIXAUG_HD inline float square_root(float x) noexcept {
  float const y = float_of(0x5F5FD000u - (bits_of(x) >> 1));
  float const root = x * y, t = rounded_product(root, y) - 1.590765f;
  float const high = rounded_product(t, rounded_product(t, 0.0339764976f) - 0.0617598532f) + 0.117493874f;
  return root * (rounded_product(t, rounded_product(t, high) - 0.249206959f) + 0.792860873f);
}

/// f of CIE Lab for t >= 0: t^(1/3) above (6/29)^3, the tangent below. It has no branch, which would prevent loops from
/// being vectorised: the sum of the root of max(t, knee), compared as bits, which order alike, and of
/// min(t - knee, 0) times the slope of the tangent.
MIXAUG_HD inline float lab_response(float t) noexcept {
  std::uint32_t const knee = bits_of(216.0f / 24389), bits = bits_of(t);
  float const above = float_of(bits < knee ? knee : bits);
  return rounded_product(t - above, 841.0f / 108) + cube_root(above);
}

/// f(X / Xn), f(Y / Yn), f(Z / Zn) of a colour.
struct lab_responses {
  float x, y, z;
};
/// r, g, b: linear light. Each row of the sRGB matrix is divided by its sum, the white point.
MIXAUG_HD inline lab_responses responses_of(float r, float g, float b) noexcept {
  constexpr double xn = 0.4124564 + 0.3575761 + 0.1804375, yn = 0.2126729 + 0.7151522 + 0.0721750,
                   zn = 0.0193339 + 0.1191920 + 0.9503041;
  constexpr float xr = static_cast<float>(0.4124564 / xn), xg = static_cast<float>(0.3575761 / xn),
                  xb = static_cast<float>(0.1804375 / xn), yr = static_cast<float>(0.2126729 / yn),
                  yg = static_cast<float>(0.7151522 / yn), yb = static_cast<float>(0.0721750 / yn),
                  zr = static_cast<float>(0.0193339 / zn), zg = static_cast<float>(0.1191920 / zn),
                  zb = static_cast<float>(0.9503041 / zn);
  return {lab_response(two_products(xr, r, xg, g) + rounded_product(xb, b)),
          lab_response(two_products(yr, r, yg, g) + rounded_product(yb, b)),
          lab_response(two_products(zr, r, zg, g) + rounded_product(zb, b))};
}

/// A colour in Lab, or the difference of two.
struct lab_colour {
  float l, a, b;
};
/// L - L0, a - a0, b - b0. Equal colours differ by exactly 0, and the difference of similar colours is accurate.
MIXAUG_HD inline lab_colour lab_difference(lab_responses const& v, lab_responses const& from) noexcept {
  float const x = v.x - from.x, y = v.y - from.y, z = v.z - from.z;
  return {116.0f * y, 500.0f * (x - y), 200.0f * (y - z)};
}
/// Returns the colour itself: L in [0, 100]. Black has f = 4 / 29.
MIXAUG_HD inline lab_colour lab_of(std::uint8_t r, std::uint8_t g, std::uint8_t b) noexcept {
  constexpr float black = 4.0f / 29;
  return lab_difference(responses_of(static_cast<float>(srgb_light(r)), static_cast<float>(srgb_light(g)),
                                     static_cast<float>(srgb_light(b))),
                        {black, black, black});
}

}  // namespace mixaug::detail

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
