// SPDX-License-Identifier: MIT
#pragma once
// Numbers of many seeds: their mean, deviation, and whether it differs from 0.

#include <cmath>
#include <cstddef>
#include <vector>

namespace example {

struct sample_of {
  double mean = 0, deviation = 0;  // of the values, by n - 1
  std::size_t n = 0;

  explicit sample_of(std::vector<double> const& values) : n(values.size()) {
    for (double const v : values) mean += v / static_cast<double>(n);
    for (double const v : values) deviation += (v - mean) * (v - mean);
    deviation = n > 1 ? std::sqrt(deviation / static_cast<double>(n - 1)) : 0;
  }
  // The mean's standard error.
  double error() const { return deviation / std::sqrt(static_cast<double>(n)); }
  // How many standard errors the mean is away from 0.
  double t() const { return mean / error(); }
  // Whether |t| passes the 97.5 % quantile of Student's distribution (Cornish and Fisher's
  // expansion).
  bool differs_from_zero() const {
    if (n < 3) return false;
    double const z = 1.959964, f = static_cast<double>(n - 1), z3 = z * z * z, z5 = z3 * z * z;
    return std::fabs(t()) > z + (z3 + z) / (4 * f) + (5 * z5 + 16 * z3 + 3 * z) / (96 * f * f);
  }
};

}  // namespace example
