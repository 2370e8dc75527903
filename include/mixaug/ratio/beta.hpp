// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/ratio/detail/beta_table.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::ratio {

/// lambda ~ Beta(alpha, alpha), the weight of the sample itself (mixup, arXiv 1710.09412); alpha = 1 is
/// uniform, small alphas stay near 0 and 1. 0 < alpha <= 1e6.
/// The table's relative error in probability is below 1e-9 for alpha >= 0.1, 3e-5 at 0.02, and 5 % at 0.001, where
/// nearly every draw is 0 or 1.
/// Errors: alpha outside (0, 1e6].
struct beta {
  float alpha = 1.0f;
  /// Hint on how to switch mixing off, for the error about alpha = 0.
  char const* off = "to switch mixing off use prob = 0";

  struct drawn {
    detail::shared_beta_table table;
    float operator()(std::uint64_t bits, row_of_batch const&) const noexcept {
      return static_cast<float>((*table)(bits));
    }
  };
  /// Looks up the table of alpha; the first use of an alpha builds it (a few milliseconds).
  drawn sampler() const { return {detail::shared_beta_table(static_cast<double>(alpha))}; }
  bool fractional() const noexcept { return true; }
  void check(plan_shape const&) const {
    if (!(alpha > 0.0f && alpha <= 1e6f))
      detail::fail("ratio::beta's alpha", detail::text(static_cast<double>(alpha)),
                   std::string("a number in (0, 1e6]; ") + off);
  }
};

}  // namespace mixaug::ratio

MIXAUG_EXACT_END
