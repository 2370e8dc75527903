// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/core/detail/math/log.hpp>
#include <mixaug/core/element.hpp>

MIXAUG_EXACT_BEGIN

/// Standard normal numbers from uniform ones, by the inverse of the distribution function; the same bits under every
/// compiler and flag.
namespace mixaug::detail {

/// The p-quantile of the standard normal law, 0 < p < 1, to a relative error of about 1e-15 (Wichura, Algorithm AS 241,
/// Applied Statistics 37, 1988: PPND16).
inline double normal_quantile(double p) noexcept {
  auto const ratio = [](double r, double const(&above)[8], double const(&below)[8]) {
    double a = 0.0, b = 0.0;
    for (int k = 7; k >= 0; --k) {
      a = fused_sum(a, r, above[k]);
      b = fused_sum(b, r, below[k]);
    }
    return a / b;
  };
  double const q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    constexpr double above[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                 3.3430575583588128105e4, 2.5090809287301226727e3};
    constexpr double below[8] = {1.0,
                                 4.2313330701600911252e1,
                                 6.8718700749205790830e2,
                                 5.3941960214247511077e3,
                                 2.1213794301586595867e4,
                                 3.9307895800092710610e4,
                                 2.8729085735721942674e4,
                                 5.2264952788528545610e3};
    return q * ratio(fused_sum(-q, q, 0.180625), above, below);
  }
  double const r = std::sqrt(-precise_log(q < 0.0 ? p : 1.0 - p));
  double z;
  if (r <= 5.0) {
    constexpr double above[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                 3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
    constexpr double below[8] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
    z = ratio(r - 1.6, above, below);
  } else {
    constexpr double above[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
    constexpr double below[8] = {1.0,
                                 5.99832206555887937690e-1,
                                 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4,
                                 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15};
    z = ratio(r - 5.0, above, below);
  }
  return q < 0.0 ? -z : z;
}

/// |z| for the probabilities m / 131072 in each tail, m odd, is a line in m on each eighth of each octave of m: 16 bits
/// of its value where the eighth begins, and 16 bits, with a sign, of how far it falls to the end, both in units of
/// 2^-12. The eighth of m is bits 20 to 26 of m as a float.
MIXAUG_HD inline std::uint32_t const* normal_lines() noexcept {
  static constexpr std::uint32_t lines[128] = {
      0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x41380000, 0x00000000, 0x00000000, 0x00000000, 0x00000000,
      0x00000000, 0x3F4B0000, 0x00000000, 0x00000000, 0x00000000, 0x3DFE0000, 0x00000000, 0x00000000, 0x3D020000,
      0x00000000, 0x3C360000, 0x00000000, 0x3B8A0000, 0x00000000, 0x3AF50000, 0x3A720000, 0x39FD0000, 0x39920000,
      0x39310000, 0x38D80000, 0x38840000, 0x38370000, 0x37EE0000, 0x37CAFF7E, 0x3749FF8B, 0x36D4FF96, 0x366AFF9E,
      0x3608FFA6, 0x35AEFFAC, 0x355AFFB1, 0x350BFFB6, 0x34C0FF78, 0x3438FF86, 0x33BEFF90, 0x334EFF99, 0x32E7FFA1,
      0x3288FFA7, 0x322FFFAD, 0x31DCFFB2, 0x318DFF71, 0x30FEFF7E, 0x307CFF8A, 0x3006FF93, 0x2F99FF9C, 0x2F35FFA1,
      0x2ED7FFA7, 0x2E7EFFAE, 0x2E2BFF67, 0x2D92FF76, 0x2D08FF82, 0x2C8AFF8C, 0x2C16FF95, 0x2BABFF9B, 0x2B46FFA2,
      0x2AE8FFA8, 0x2A8FFF5C, 0x29EBFF6D, 0x2958FF78, 0x28D0FF84, 0x2854FF8C, 0x27E0FF93, 0x2774FF9A, 0x270EFFA0,
      0x26ADFF50, 0x25FCFF5F, 0x255CFF6E, 0x24C9FF78, 0x2441FF82, 0x23C3FF8A, 0x234DFF91, 0x22DEFF97, 0x2275FF3E,
      0x21B4FF4F, 0x2103FF5E, 0x2061FF6A, 0x1FCBFF74, 0x1F3FFF7E, 0x1EBDFF84, 0x1E41FF8C, 0x1DCDFF27, 0x1CF4FF3B,
      0x1C2FFF4A, 0x1B79FF57, 0x1AD0FF62, 0x1A32FF6B, 0x199DFF74, 0x1911FF7A, 0x188BFF07, 0x1792FF1C, 0x16AEFF2E,
      0x15DBFF3B, 0x1516FF46, 0x145BFF52, 0x13ACFF5A, 0x1305FF62, 0x1267FED5, 0x113CFEEC, 0x1028FEFD, 0x0F24FF0C,
      0x0E30FF18, 0x0D48FF23, 0x0C6BFF2B, 0x0B96FF33, 0x0AC9FE7A, 0x0943FE8E, 0x07D1FE9E, 0x066FFEAA, 0x0519FEB2,
      0x03CBFEB9, 0x0284FEBD, 0x0141FEBF, 0x45330000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000,
      0x00000000, 0x00000000};
  return lines;
}
/// A normal number for each of the 65536 values of `u`, in units of 2^-24: the quantile at (u + 1/2) / 65536, scaled so
/// that the variance over all values is 1. Symmetric, so that the mean is 0; at most 4.325; lines between the
/// quantiles, to an error of 5.5e-4. Integers and one conversion, so that vectors of any width give the same.
MIXAUG_HD inline float normal_units(std::uint16_t u) noexcept {
  float const x = static_cast<float>(2 * std::int32_t{u} - 65535);
  std::uint32_t const m = bits_of(65536.0f - (x < 0.0f ? -x : x));
  std::int32_t const line = static_cast<std::int32_t>(normal_lines()[m >> 20 & 127u]);
  std::int32_t const along = static_cast<std::int32_t>(m >> 8 & 4095u);
  std::int32_t const fall = static_cast<std::int16_t>(static_cast<std::uint16_t>(line & 0xFFFF));
  float const z = static_cast<float>((line >> 16) * 4096 + fall * along);
  return x < 0.0f ? -z : z;
}
/// The same as a number.
MIXAUG_HD inline float normal_of(std::uint16_t u) noexcept { return normal_units(u) * 0x1p-24f; }

}  // namespace mixaug::detail

MIXAUG_EXACT_END
