// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/core/detail/math/fast_float.hpp>
#include <mixaug/core/detail/math/log.hpp>

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

MIXAUG_UNFUSED_BEGIN
/// A normal number for each of the 65536 values of `u`: the quantile at (u + 1/2) / 65536, scaled so that the variance
/// over all values is 1. Symmetric, so that the mean is 0; at most 4.325; to an error of 5e-6. Without a branch or a
/// table, so that loops over it vectorise: x P(w), x = 2 (u + 1/2) / 65536 - 1, w = -ln(1 - x^2), where P is a
/// Chebyshev interpolation.
MIXAUG_HD inline float normal_of(std::uint16_t u) noexcept {
  float const x = static_cast<float>(2 * std::int32_t{u} - 65535) * 0x1p-16f;
  float const w = fast_log((1.0f - x) * (1.0f + x));
  float const t = rounded_product(w, -0.19193858f) - 1.0f;  // w in [0, 10.42] to [-1, 1]
  float p = 0.00058542979f;
  p = rounded_product(p, t) + 0.0033620065f;
  p = rounded_product(p, t) - 0.010357960f;
  p = rounded_product(p, t) + 0.00052304133f;
  p = rounded_product(p, t) + 0.028397666f;
  p = rounded_product(p, t) - 0.052216758f;
  p = rounded_product(p, t) + 0.043922237f;
  p = rounded_product(p, t) + 0.034465523f;
  p = rounded_product(p, t) - 0.27520596f;
  p = rounded_product(p, t) + 1.5522283f;
  p = rounded_product(p, t) + 3.0043451f;
  return x * p;
}
MIXAUG_UNFUSED_END

}  // namespace mixaug::detail

MIXAUG_EXACT_END
