#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

#include "support/unoptimised.hpp"

/// Goodness-of-fit tests, from the textbook formulas. Keys in the tests are fixed, so a p-value is a constant: if it is
/// below the level the draws (or the distribution) are wrong, and no run fails by chance.
namespace reference {

/// Probability of a chance failure of one in a million, divided among `tests` tests (Bonferroni).
constexpr double level(int tests) { return 1e-6 / tests; }

/// Number of draws of a statistic: an eighth with a sanitizer, and unless long statistics are requested
/// (tests/run --full).
inline int draws(int n) { return test::unoptimised || !test::long_statistics() ? n / 8 : n; }

/// Q(a, x), the upper regularised incomplete gamma function: series below a + 1, continued fraction above.
inline double gamma_q(double a, double x) {
  if (x <= 0) return 1;
  double const front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double sum = 1 / a, term = sum;
    for (double n = a + 1; term > sum * 1e-17; n += 1) sum += term *= x / n;
    return 1 - front * sum;
  }
  double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (int i = 1; i < 10000; ++i) {  // Lentz's algorithm
    double const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (std::fabs(d * c - 1) < 1e-16) break;
  }
  return front * h;
}

/// Pearson's chi-square. Neighbouring cells are merged until each expects at least 10.
inline double chi_square_p(std::vector<double> const& observed, std::vector<double> const& expected) {
  double x2 = 0, o = 0, e = 0, last_o = 0, last_e = 0;
  int cells = 0;
  for (std::size_t k = 0; k < observed.size(); ++k) {
    o += observed[k], e += expected[k];
    if (e < 10 && k + 1 < observed.size()) continue;
    if (e < 10 && cells > 0) {  // the remainder joins the last cell
      x2 -= (last_o - last_e) * (last_o - last_e) / last_e;
      o += last_o, e += last_e, --cells;
    }
    if (e > 0)
      x2 += (o - e) * (o - e) / e, ++cells;
    else if (o > 0)
      return 0;  // observed, but impossible
    last_o = o, last_e = e, o = e = 0;
  }
  return cells < 2 ? 1 : gamma_q((cells - 1) / 2.0, x2 / 2);
}
/// The same against equal probabilities.
inline double uniform_p(std::vector<double> const& observed) {
  double total = 0;
  for (double o : observed) total += o;
  auto const cells = observed.size();
  return chi_square_p(observed, std::vector<double>(cells, total / static_cast<double>(cells)));
}

/// Kolmogorov-Smirnov test, with Stephens' correction of the sample size. `u`: the distribution function at
/// each draw, ascending.
inline double ks_p(std::vector<double> const& u) {
  double const n = static_cast<double>(u.size());
  double d = 0;
  for (std::size_t k = 0; k < u.size(); ++k) {
    double const below = static_cast<double>(k) / n, above = static_cast<double>(k + 1) / n;
    d = std::fmax(d, std::fmax(u[k] - below, above - u[k]));
  }
  double const t = d * (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n));
  if (t < 0.2) return 1;
  double p = 0;
  for (int k = 1; k <= 100; ++k) p += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * t * t);
  return p;
}

/// I_x(a, a) and its upper tail, by the continued fraction of the incomplete beta function (long double).
inline long double beta_cdf(long double a, long double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > 0.5L) return 1 - beta_cdf(a, 1 - x);
  long double const front = std::exp(a * (std::log(x) + std::log1p(-x)) + std::lgamma(2 * a) - 2 * std::lgamma(a)) / a;
  long double c = 1, d = 1 / (1 - 2 * a * x / (a + 1)), h = d;
  for (int m = 1; m < 10000; ++m) {
    long double const k = m, even = k * (a - k) * x / ((a + 2 * k - 1) * (a + 2 * k));
    long double const odd = -(a + k) * (2 * a + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
    d = 1 / (1 + even * d), c = 1 + even / c, h *= d * c;
    d = 1 / (1 + odd * d), c = 1 + odd / c, h *= d * c;
    if (std::fabs(d * c - 1) < 1e-19L) break;
  }
  return front * h;
}

}  // namespace reference
