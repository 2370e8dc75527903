#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

/// C-Mixup's partner probabilities of one query, from the formula: p_j = K(|q - y_j| / h) / sum of K, K = exp(-t^2 / 2)
/// or 1 where t < 1. In long double, relative to the nearest row, so that distant queries are not 0 / 0. `self` < 0: no
/// row is excluded.
namespace reference {

template <class Row>
std::vector<double> kernel_row(Row const& query, std::vector<Row> const& rows, double h, bool tophat, long self) {
  std::vector<long double> d2(rows.size());
  long double nearest = INFINITY, total = 0;
  for (std::size_t j = 0; j < rows.size(); ++j) {
    for (std::size_t k = 0; k < query.size(); ++k) {
      long double const gap = static_cast<long double>(query[k]) - static_cast<long double>(rows[j][k]);
      d2[j] += gap * gap;
    }
    if (static_cast<long>(j) != self && d2[j] < nearest) nearest = d2[j];
  }
  std::vector<double> p(rows.size());
  long double const squared = static_cast<long double>(h) * static_cast<long double>(h);
  for (std::size_t j = 0; j < rows.size(); ++j) {
    if (static_cast<long>(j) == self) continue;
    p[j] = static_cast<double>(tophat ? (d2[j] < squared ? 1.0L : 0.0L) : std::exp((nearest - d2[j]) / squared / 2));
    total += static_cast<long double>(p[j]);
  }
  for (double& v : p) v = total > 0 ? static_cast<double>(static_cast<long double>(v) / total) : 0;
  return p;
}

/// exp of the entropy of one row of probabilities.
inline double perplexity(std::vector<double> const& p) {
  double sum = 0;
  for (double v : p) sum -= v > 0 ? v * std::log(v) : 0;
  return std::exp(sum);
}

}  // namespace reference
