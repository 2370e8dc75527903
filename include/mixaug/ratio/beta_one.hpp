// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/log.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::ratio {

/// The partner's weight is drawn from Beta(alpha, 1), 1 - lambda = u^(1 / alpha): small alphas keep most of the sample
/// (Balanced-MixUp, Galdran et al., MICCAI 2021, arXiv 2109.09850). 0 < alpha <= 1e6. By its own exp and log, so that
/// every machine draws the same.
/// Errors: alpha outside (0, 1e6].
struct beta_one {
  float alpha = 0.2f;

  beta_one const& sampler() const noexcept { return *this; }
  float operator()(std::uint64_t bits, row_of_batch const&) const noexcept {
    double const u = 1.0 - random::unit(bits);  // in (0, 1]
    double const partner = detail::precise_exp(detail::precise_log(u) / static_cast<double>(alpha));
    return static_cast<float>(1.0 - partner);
  }
  bool fractional() const noexcept { return true; }
  void check(plan_shape const&) const {
    if (!(alpha > 0.0f && alpha <= 1e6f))
      detail::fail("ratio::beta_one's alpha", detail::text(static_cast<double>(alpha)),
                   "a number in (0, 1e6]; to switch mixing off use prob = 0");
  }
};

}  // namespace mixaug::ratio

MIXAUG_EXACT_END
