#include <doctest/doctest.h>

#include <algorithm>
#include <mixaug/mixaug.hpp>

#include "reference/statistics.hpp"
#include "support/values.hpp"

namespace beta_test {

namespace ma = mixaug;
using table = ma::detail::beta_table;
using shared_table = ma::detail::shared_beta_table;

namespace {
constexpr float alphas[] = {0.1f, 0.2f, 0.4f, 1.0f, 2.0f, 8.0f};

std::vector<float> drawn(float alpha, ma::index_t rows, std::uint64_t seed) {
  auto const x = ma::features<float>(nullptr, {rows, 1});
  auto const p = ma::make_plan(ma::with(ma::mixup{.alpha = alpha}, ma::pairing::roll{}), x, ma::key{.seed = seed});
  return {p.ratio.data, p.ratio.data + rows};
}
}  // namespace

TEST_CASE("the reference of the incomplete beta function knows closed forms") {
  for (long double x : {0.01L, 0.3L, 0.5L, 0.77L}) {
    CHECK(static_cast<double>(reference::beta_cdf(1, x)) == doctest::Approx(static_cast<double>(x)).epsilon(1e-15));
    CHECK(static_cast<double>(reference::beta_cdf(2, x)) ==
          doctest::Approx(static_cast<double>(x * x * (3 - 2 * x))).epsilon(1e-15));
    CHECK(static_cast<double>(reference::beta_cdf(0.5L, x)) ==
          doctest::Approx(static_cast<double>(2 / 3.14159265358979323846L * std::asin(std::sqrt(x)))).epsilon(1e-15));
  }
}

TEST_CASE("the ratios of a plan follow Beta(alpha, alpha): chi-square on cells that also hold the ends") {
  std::vector<double> edges;
  for (double e = 1e-30; e < 1e-3; e *= 10) edges.push_back(e);
  for (int k = 1; k < 200; ++k) edges.push_back(k / 200.0);
  for (int k = 10; k <= 18; ++k) edges.push_back(1 - std::ldexp(1.0, -k));
  std::uint64_t seed = 100;
  for (float alpha : alphas) {
    CAPTURE(alpha);
    ma::index_t const n = 200000;
    std::vector<double> observed(edges.size() + 1), expected;
    for (float lambda : drawn(alpha, n, ++seed)) {
      REQUIRE((lambda >= 0.0f && lambda <= 1.0f));
      auto const cell = std::upper_bound(edges.begin(), edges.end(), static_cast<double>(lambda)) - edges.begin();
      observed[static_cast<std::size_t>(cell)] += 1;
    }
    long double before = 0;
    for (double e : edges) {
      long double const up_to = reference::beta_cdf(static_cast<long double>(alpha), static_cast<long double>(e));
      expected.push_back(static_cast<double>(up_to - before) * static_cast<double>(n));
      before = up_to;
    }
    expected.push_back(static_cast<double>(1 - before) * static_cast<double>(n));
    CHECK(reference::chi_square_p(observed, expected) > reference::level(12));
  }
}

TEST_CASE("the table follows Beta(alpha, alpha): Kolmogorov and Smirnov on the half below the median") {
  std::uint64_t seed = 200;
  for (float alpha : alphas) {
    CAPTURE(alpha);
    shared_table const t(static_cast<double>(alpha));
    std::vector<double> u;
    int upper = 0;
    for (std::uint64_t row = 0; row < 100000; ++row) {
      std::uint64_t const bits = ma::random({.seed = seed + 1}, row, ma::purpose::ratio).bits(0);
      upper += bits >> 63 != 0 ? 1 : 0;
      double const x = (*t)(bits & ~(std::uint64_t{1} << 63));
      u.push_back(
          static_cast<double>(2 * reference::beta_cdf(static_cast<long double>(alpha), static_cast<long double>(x))));
    }
    ++seed;
    std::sort(u.begin(), u.end());
    CHECK(reference::ks_p(u) > reference::level(12));
    CHECK(std::abs(upper - 50000) < 800);  // five standard deviations
  }
}

TEST_CASE("the table inverts the distribution function, relative in u, down to 2^-50") {
  test::stream s(4);
  for (float alpha : alphas) {
    CAPTURE(alpha);
    table const t(static_cast<double>(alpha));
    double worst = 0;
    for (int octave = 0; octave < 50; ++octave)
      for (int k = 0; k < 40; ++k) {
        std::uint64_t const v = (std::uint64_t{1} << 62 | s.bits() >> 2) >> octave | 1;
        long double const u = std::ldexp(static_cast<long double>(v), -64);  // v is odd: 63 bits, halved
        auto const cdf = reference::beta_cdf(static_cast<long double>(alpha), static_cast<long double>(t(v)));
        worst = std::max(worst, static_cast<double>(std::fabs(cdf / u - 1)));
      }
    CHECK(worst < (alpha < 0.15f ? 1e-9 : 2e-11));
  }
}

TEST_CASE("the table is symmetric, monotone and inside [0, 1]") {
  test::stream s(5);
  std::uint64_t const top = std::uint64_t{1} << 63;
  for (float alpha : alphas) {
    CAPTURE(alpha);
    shared_table const t(static_cast<double>(alpha));
    std::vector<std::uint64_t> at;
    for (int k = 0; k < 20000; ++k) at.push_back((s.bits() & (top - 1)) >> s.below(52));
    std::sort(at.begin(), at.end());
    double last = 0;
    int falls = 0;
    for (std::uint64_t v : at) {
      if (v < 2048) continue;  // the last octave repeats itself
      double const x = (*t)(v);
      falls += x < last ? 1 : 0;
      REQUIRE((x >= 0 && x <= 0.5));
      REQUIRE((*t)(v | top) == 1.0 - x);
      last = x;
    }
    CHECK(falls == 0);
    for (std::uint64_t v = 0; v < 2048; v += v < 32 ? 1 : 37) {  // below 2^-53, which the last octave holds
      double const x = (*t)(v);
      REQUIRE((x >= 0 && x <= (*t)(2047) && (*t)(v | top) == 1.0 - x));
    }
  }
}

TEST_CASE("a table outlives its place in the cache while it is in use") {
  shared_table const kept(0.37), copy = kept;
  double const before = (*kept)(0x1234567890abcdefull);
  for (int k = 0; k < 40; ++k) shared_table{1.0 + 0.01 * k};  // the cache keeps 32
  CHECK((*copy)(0x1234567890abcdefull) == before);
  shared_table const again(0.37);
  CHECK(&*again != &*kept);
  CHECK((*again)(0x1234567890abcdefull) == before);
}

TEST_CASE("a table is built once for an alpha, and extreme alphas stay in [0, 1]") {
  shared_table const first(0.3);
  CHECK(&*first == &*shared_table(0.3));
  for (double alpha : {1e-3, 1e-2, 50.0, 1e3, 1e6}) {
    CAPTURE(alpha);
    auto const sampler = ma::ratio::beta{.alpha = static_cast<float>(alpha)}.sampler();
    double mean = 0, square = 0;
    int const n = 20000;
    ma::plan_shape const shape;
    for (std::uint64_t row = 0; row < n; ++row) {
      double const x =
          static_cast<double>(sampler(ma::random({.seed = 8}, row, ma::purpose::ratio).bits(0), {shape, 0}));
      REQUIRE((x >= 0 && x <= 1));
      mean += x / n, square += (x - 0.5) * (x - 0.5) / n;
    }
    CHECK(std::fabs(mean - 0.5) < 5 * std::sqrt(square / n) + 1e-6);
    CHECK(square == doctest::Approx(1 / (4 * (2 * alpha + 1))).epsilon(0.1));  // the variance of the law
  }
}

TEST_CASE("the least and the greatest alphas that are allowed plan a batch") {
  auto const x = ma::nchw<float>(nullptr, {4, 3, 8, 8});
  for (float alpha : {std::numeric_limits<float>::denorm_min(), 1e-30f, 1e-6f, 1e-3f, 1e3f, 1e6f}) {
    CAPTURE(alpha);
    auto const p = ma::make_plan(ma::mixup{.alpha = alpha}, x, ma::key{.seed = 1});
    for (int i = 0; i < 4; ++i) CHECK((p.ratio[i] >= 0.0f && p.ratio[i] <= 1.0f));
    if (alpha < 1e-5f) CHECK(std::min(p.ratio[0], 1 - p.ratio[0]) < 1e-6f);
    if (alpha > 1e5f) CHECK(p.ratio[0] == doctest::Approx(0.5).epsilon(0.02));
  }
}

}  // namespace beta_test
