// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/log.hpp>
#include <mixaug/kernel/detail/points.hpp>
#include <vector>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Largest power of two 2^e, e <= 1000, with 2^e * most < 2, for most > 0; the product lies in [1, 2) unless e = 1000.
inline double unit_of(double most) noexcept { return std::ldexp(1.0, (std::min)(-std::ilogb(most), 1000)); }

/// Spread of one column: the smaller of the standard deviation and IQR / 1.34, or the standard deviation
/// if the IQR is 0.
template <class T>
double column_spread(kernel_points<T> const& p, index_t k) {
  std::vector<double> v(static_cast<std::size_t>(p.n));
  for (index_t i = 0; i < p.n; ++i) v[static_cast<std::size_t>(i)] = p.at(i, k);
  std::sort(v.begin(), v.end());
  if (v.front() == v.back()) return 0.0;
  // Relative to the median, so that an offset costs the mean no digits, and scaled so that squares are finite.
  double const middle = v[v.size() / 2], half = v.back() - v.front() > 0x1p1022 ? 0.5 : 1.0;
  double const most = (std::max)(v.back() * half - middle * half, middle * half - v.front() * half);
  double const unit = unit_of(most), n = static_cast<double>(p.n);
  double mean = 0.0, squares = 0.0;
  for (double& x : v) {
    x = (x * half - middle * half) * unit;
    mean += x;
  }
  mean /= n;
  for (double const x : v) squares = fused_sum(x - mean, x - mean, squares);
  double quartile[2];
  for (int q = 0; q < 2; ++q) {  // interpolates between the order statistics around (n - 1) / 4 and 3 (n - 1) / 4
    index_t const at = (2 * q + 1) * (p.n - 1);
    std::size_t const low = static_cast<std::size_t>(at / 4), high = low + (at % 4 != 0 ? 1 : 0);
    quartile[q] = fused_sum(static_cast<double>(at % 4) / 4.0, v[high] - v[low], v[low]);
  }
  double const deviation = std::sqrt(squares / (n - 1.0)), range = (quartile[1] - quartile[0]) / 1.34;
  return (range > 0.0 && range < deviation ? range : deviation) / unit / half;
}

template <class T>
double silverman(kernel_points<T> const& p) {
  check_points(p, "labels");
  if (p.n < 2) fail("labels of silverman_bandwidth", "1 row", "at least 2");
  double const n = static_cast<double>(p.n), d = static_cast<double>(p.d);
  std::vector<double> spread(static_cast<std::size_t>(p.d));
  double most = 0.0, squares = 0.0;
  for (index_t k = 0; k < p.d; ++k) {
    spread[static_cast<std::size_t>(k)] = column_spread(p, k);
    most = (std::max)(most, spread[static_cast<std::size_t>(k)]);
  }
  for (double const s : spread) squares = most > 0.0 ? fused_sum(s / most, s / most, squares) : 0.0;
  if (!(most > 0.0)) fail("labels of silverman_bandwidth", "one value in every row", "at least two values");
  double const factor = p.d == 1 ? 0.9 : precise_exp(precise_log(4.0 / (d + 2.0)) / (d + 4.0));
  return factor * (most * std::sqrt(squares / d)) * precise_exp(-precise_log(n) / (d + 4.0));
}

/// Squared distances from a sample of rows to all rows, reduced by the smallest of each row, and the perplexity of a
/// row at a bandwidth.
struct perplexity_rows {
  std::vector<double> squared;
  index_t queries = 0, n = 0;
  double typical = 0.0;  ///< mean of the squared distances
  double unit = 1.0;     ///< bandwidths in this struct are in units of 1 / unit

  double mean(double h) const noexcept {
    double const rate = 0.5 / (h * h);
    double sum = 0.0;
    for (index_t q = 0; q < queries; ++q) {
      double const* const d2 = squared.data() + q * n;
      double total = 0.0, moment = 0.0;
      for (index_t j = 0; j < n; ++j) {
        double const x = d2[j] * rate, w = falling_exp(-x);
        total += w;
        moment = w > 0.0 ? add_product(w, x, moment) : moment;
      }
      sum = fused_sum(total, precise_exp(moment / total), sum);  // exp of the entropy log(total) + moment / total
    }
    return sum / static_cast<double>(queries);
  }
};

template <class T>
perplexity_rows perplexity_sample(kernel_points<T> const& p, bool with_self) {
  double const most = check_points(p, "labels");
  perplexity_rows rows;
  rows.n = p.n;
  rows.queries = lesser(lesser(p.n, 1000), greater(16, 4000000 / p.n));
  rows.unit = most > 0.0 ? unit_of(most) : 1.0;
  rows.squared.resize(static_cast<std::size_t>(rows.queries * p.n));
  index_t positive = 0;
  for (index_t q = 0; q < rows.queries; ++q) {
    index_t const i = q * p.n / rows.queries;
    double nearest = HUGE_VAL, *const out = rows.squared.data() + q * p.n;
    for (index_t j = 0; j < p.n; ++j) {
      double sum = 0.0;
      for (index_t k = 0; k < p.d; ++k) {
        double const gap = (p.at(i, k) - p.at(j, k)) * rows.unit;
        sum = fused_sum(gap, gap, sum);
      }
      if (i != j && sum > 0.0) rows.typical += sum, ++positive;
      out[j] = i == j && !with_self ? HUGE_VAL : sum;
      nearest = out[j] < nearest ? out[j] : nearest;
    }
    for (index_t j = 0; j < p.n; ++j) out[j] -= nearest;
  }
  if (positive == 0) fail("labels of entropy_bandwidth", "one value in every row", "at least two values");
  rows.typical /= static_cast<double>(positive);
  return rows;
}

template <class T>
double entropy_rule(kernel_points<T> const& p, double perplexity, bool with_self) {
  auto const rows = perplexity_sample(p, with_self);
  double const most = static_cast<double>(with_self ? p.n : p.n - 1);
  if (!(perplexity > 1.0) || !(perplexity < most))
    fail("entropy_bandwidth's perplexity", text(perplexity), "a number between 1 and " + text(most));
  double low = std::sqrt(rows.typical), high = low;
  for (int k = 0; k < 500 && rows.mean(low) > perplexity; ++k) high = low, low *= 0.5;
  for (int k = 0; k < 500 && rows.mean(high) < perplexity; ++k) low = high, high *= 2.0;
  if (rows.mean(low) > perplexity)
    fail("entropy_bandwidth's perplexity", text(perplexity),
         "more than " + text(rows.mean(low)) + ", which equal labels reach at any bandwidth");
  for (int k = 0; k < 60 && high - low > 1e-9 * high; ++k) {
    double const middle = 0.5 * (low + high);
    (rows.mean(middle) < perplexity ? low : high) = middle;
  }
  return high / rows.unit;
}

}  // namespace detail

/// Bandwidth by Silverman's rule of thumb (1986, eq. 3.31) for labels (n): 0.9 min(s, IQR / 1.34) n^(-1/5), in units of
/// the labels. For (n, d) the normal reference (4 / (d + 2))^(1 / (d + 4)) s n^(-1 / (d + 4)), where s^2 is the mean
/// over columns of the same spread squared, each column relative to its median. The bits are the same everywhere.
/// Errors: fewer than 2 rows, only one distinct value, numbers that are not finite.
template <class T, int Rank>
double silverman_bandwidth(tensor_view<T, Rank> const& labels) {
  return detail::silverman(detail::points_of(labels));
}

/// Bandwidth at which a Gaussian kernel offers `perplexity` partners: exp of the entropy of a row's partner
/// probabilities, averaged over a fixed sample of rows, found by bisection. The sample has at most 1000 evenly spaced
/// rows, fewer (down to 16) if n is large, so that at most 4e6 distances are kept. Builds with and without fma agree to
/// about 1e-9; if runs of both must draw the same partners, pass the bandwidth as a number instead. Errors: as
/// silverman_bandwidth, and perplexity not in (1, n).
template <class T, int Rank>
double entropy_bandwidth(tensor_view<T, Rank> const& labels, double perplexity, bool with_self = true) {
  return detail::entropy_rule(detail::points_of(labels), perplexity, with_self);
}

}  // namespace mixaug

MIXAUG_EXACT_END
