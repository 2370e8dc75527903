#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

/// The published pairs of C-Mixup (Yao et al., arXiv 2210.05775, eq. 6), by brute force: all N weights of one query.
namespace reference {

/// Probabilities of the rows as partners of a query, in long double. Gaussian weights are relative to the nearest
/// label, so that a distant query has partners too. `self` is the row that is excluded, or -1. All are 0 if there
/// is no partner.
template <class T>
std::vector<double> kernel_row(std::vector<T> const& labels, double query, double h, bool tophat, std::ptrdiff_t self) {
  std::size_t const n = labels.size();
  auto const label = [&](std::size_t j) { return static_cast<long double>(labels[j]); };
  auto const side = [&](std::size_t j) { return label(j) < static_cast<long double>(query); };
  auto const distance = [&](std::size_t j) { return std::fabs(static_cast<long double>(query) - label(j)); };
  auto const out = [&](std::size_t j) { return static_cast<std::ptrdiff_t>(j) == self; };
  // The nearest label; if distances are equal after rounding, the label closest to the query in order.
  std::size_t nearest = n;
  for (std::size_t j = 0; j < n; ++j) {
    if (out(j)) continue;
    if (nearest < n &&
        (distance(j) > distance(nearest) ||
         (distance(j) == distance(nearest) && (side(j) ? label(j) <= label(nearest) : label(j) >= label(nearest)))))
      continue;
    nearest = j;
  }
  long double sum = 0;
  std::vector<long double> w(n);
  for (std::size_t j = 0; j < n; ++j) {
    if (out(j)) continue;
    long double const more =
        side(j) == side(nearest) ? std::fabs(label(j) - label(nearest)) : distance(j) - distance(nearest);
    w[j] = tophat ? (std::fabs(query - static_cast<double>(labels[j])) < h ? 1.0L : 0.0L)
                  : std::exp(-(more / h) * ((distance(j) + distance(nearest)) / h) / 2);
    sum += w[j];
  }
  std::vector<double> p(n);
  if (sum > 0)
    for (std::size_t j = 0; j < n; ++j) p[j] = static_cast<double>(w[j] / sum);
  return p;
}

/// Returns rows by label, so that the cells that a chi-square test merges are neighbours.
template <class T>
std::vector<std::size_t> by_label(std::vector<T> const& labels) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return labels[a] < labels[b]; });
  return order;
}

/// Distributions of labels in the tests: label i of `n`, by a hash of i alone.
enum class label_law { uniform, normal, lognormal, grid, ten_values, two_clusters, cauchy };
inline constexpr int label_laws = 7;
inline double uniform_of(std::uint64_t i) {
  std::uint64_t x = (i + 1) * 0x9E3779B97F4A7C15u;  // splitmix64
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return (static_cast<double>((x ^ x >> 31) >> 11) + 0.5) * 0x1p-53;
}
inline double label_of(label_law law, std::uint64_t i) {
  constexpr double pi = 3.14159265358979323846;
  double const u = uniform_of(2 * i), v = uniform_of(2 * i + 1), z = std::sqrt(-2 * std::log(u)) * std::cos(2 * pi * v);
  switch (law) {
    case label_law::uniform:
      return u;
    case label_law::normal:
      return z;
    case label_law::lognormal:
      return std::exp(3 * z);
    case label_law::grid:
      return std::floor(50 * u) / 10;
    case label_law::ten_values:
      return std::floor(10 * u) - 5;
    case label_law::two_clusters:
      return (v < 0.3 ? 10.0 : 0.0) + 0.01 * u;
    default:
      return std::tan(pi * (u - 0.5));
  }
}
template <class T>
std::vector<T> labels_of(label_law law, std::size_t n) {
  std::vector<T> y(n);
  for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<T>(label_of(law, i));
  return y;
}

}  // namespace reference
