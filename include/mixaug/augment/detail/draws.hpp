// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/options.hpp>
#include <mixaug/core/detail/math/normal.hpp>
#include <mixaug/core/random.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::augment {
namespace detail {

/// The random numbers of the parameters of one step for one sample. Number 0 decides whether the step fires.
class parameter_draws {
 public:
  constexpr parameter_draws(key const& k, std::uint64_t row, int step) noexcept
      : bits_(k, row, static_cast<purpose>(64 + step)) {}

  /// Draw `number` (1, 2, ...), uniform on [0, 1).
  double unit(std::uint32_t number) const noexcept { return bits_.uniform(number); }
  /// Uniform on [low, high].
  float uniform(std::uint32_t number, double low, double high) const noexcept {
    return static_cast<float>(mixaug::detail::fused_sum(unit(number), high - low, low));
  }
  float uniform(std::uint32_t number, range const& r) const noexcept {
    return uniform(number, static_cast<double>(r.low), static_cast<double>(r.high));
  }
  /// Standard normal.
  double normal(std::uint32_t number) const noexcept {
    return mixaug::detail::normal_quantile((static_cast<double>(bits_.bits(number) >> 12) + 0.5) * 0x1p-52);
  }
  /// Uniform on {0, ..., n - 1}.
  index_t below(std::uint32_t number, index_t n) const noexcept { return bits_.below(n, number); }
  bool fires(float prob) const noexcept { return prob >= 1.0f || unit(0) < static_cast<double>(prob); }

 private:
  mixaug::random bits_;
};

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_EXACT_END
