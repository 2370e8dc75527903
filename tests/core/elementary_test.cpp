#include <doctest/doctest.h>

#include <cmath>
#include <mixaug/mixaug.hpp>
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/log.hpp>

#include "reference/statistics.hpp"
#include "support/values.hpp"

namespace elementary_test {

namespace ma = mixaug;

TEST_CASE("precise_log is the logarithm to 4e-16") {
  test::stream s(1);
  double worst = 0;
  for (int k = 0; k < 50000; ++k) {
    double x = std::ldexp(0.5 + s.unit(), static_cast<int>(s.below(2000)) - 1000);
    if (k % 4 == 0) x = 1.0 + std::ldexp(s.unit() - 0.5, -static_cast<int>(s.below(40)));  // where log is near 0
    long double const exact = std::log(static_cast<long double>(x));
    double const error = static_cast<double>(std::fabs(ma::detail::precise_log(x) - exact));
    worst = std::max(worst, error / std::max(static_cast<double>(std::fabs(exact)), 1e-300));
  }
  CHECK(worst < 4e-16);
  CHECK(ma::detail::precise_log(1.0) == 0.0);
}

TEST_CASE("precise_exp is the exponential to 4e-16, and ends in 0 and a large number") {
  test::stream s(2);
  double worst = 0;
  for (int k = 0; k < 50000; ++k) {
    double const x = (k % 2 == 0 ? 700.0 : 1.0) * (2 * s.unit() - 1);
    long double const exact = std::exp(static_cast<long double>(x));
    worst = std::max(worst, static_cast<double>(std::fabs(ma::detail::precise_exp(x) / exact - 1)));
  }
  CHECK(worst < 4e-16);
  CHECK(ma::detail::precise_exp(0.0) == 1.0);
  CHECK(ma::detail::precise_exp(-800.0) == 0.0);
  CHECK(ma::detail::precise_exp(-1e30) == 0.0);
  CHECK(ma::detail::precise_exp(-708.0) == doctest::Approx(std::exp(-708.0)).epsilon(1e-14));
  CHECK(std::isfinite(ma::detail::precise_exp(1e5)));
}

TEST_CASE("ratio::uniform fills [low, high), ratio::constant is what it says") {
  auto const x = ma::features<float>(nullptr, {50000, 1});
  ma::key const k{.seed = 31};
  auto const p = ma::make_plan(ma::with(ma::mixup{}, ma::ratio::uniform{.low = 0.2f, .high = 0.7f}), x, k);
  std::vector<double> counts(100);
  for (int i = 0; i < 50000; ++i) {
    REQUIRE((p.ratio[i] >= 0.2f && p.ratio[i] <= 0.7f));
    counts[std::min<std::size_t>(99, static_cast<std::size_t>((static_cast<double>(p.ratio[i]) - 0.2) * 200))] += 1;
  }
  CHECK(reference::uniform_p(counts) > reference::level(1));
  auto const fixed = ma::make_plan(ma::with(ma::mixup{}, ma::ratio::constant{.value = 0.3f}), x, k);
  auto const point = ma::make_plan(ma::with(ma::mixup{}, ma::ratio::uniform{.low = 0.25f, .high = 0.25f}), x, k);
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(fixed.ratio[i] == 0.3f);
    REQUIRE(point.ratio[i] == 0.25f);
  }
}

}  // namespace elementary_test
