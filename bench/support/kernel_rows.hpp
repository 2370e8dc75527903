// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cmath>
#include <support/contest.hpp>
#include <support/images.hpp>
#include <vector>

namespace bench {

/// What C-Mixup publishes: the cumulative row of every label, float, and a binary search a draw.
struct kernel_rows {
  std::vector<float> sums;

  void build(std::vector<float> const& y, double h) {
    std::size_t const n = y.size();
    sums.resize(n * n);
    float const scale = float(-0.5 / (h * h));
    for (std::size_t i = 0; i < n; ++i) {
      float sum = 0, *const row = sums.data() + i * n;
      for (std::size_t j = 0; j < n; ++j) row[j] = std::exp(scale * (y[i] - y[j]) * (y[i] - y[j]));
      for (std::size_t j = 0; j < n; ++j) row[j] = sum += row[j];
    }
  }
  void draw(std::vector<float> const& y, std::vector<ma::index_t> const& rows, std::vector<ma::index_t>& out) const {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      float const* const row = sums.data() + std::size_t(rows[i]) * y.size();
      float const u = float(ma::random({.seed = 1}, i, ma::purpose::pairing).uniform()) * row[y.size() - 1];
      out[i] = std::min<ma::index_t>(std::upper_bound(row, row + y.size(), u) - row, ma::index_t(y.size()) - 1);
    }
    keep(out[0]);
  }
};

}  // namespace bench
