#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

/// Weights as the papers write them, sample by sample, in long double.
namespace reference {

using real = long double;

/// UMIX (arXiv 2209.08928): records which visits of which epochs were correct. uncertainty() is eq. 5 as a mean over
/// the epochs of the window [first, first + length) that have any visit; weight() is eq. 6.
struct trajectory {
  std::int64_t rows, first, length;
  std::map<std::int64_t, std::vector<std::vector<int>>> visits{};  // epoch -> row -> right (1) or wrong (0), in order

  void visit(std::int64_t epoch, std::int64_t row, bool right) {
    if (epoch < first || epoch >= first + length) return;
    auto& rows_of = visits[epoch];
    rows_of.resize(static_cast<std::size_t>(rows));
    rows_of[static_cast<std::size_t>(row)].push_back(right);
  }
  real uncertainty(std::int64_t row, bool ignore_unvisited) const {
    real right = 0, seen = 0;
    for (auto const& [epoch, rows_of] : visits)
      for (int r : rows_of[static_cast<std::size_t>(row)]) right += r, seen += 1;
    real const over = ignore_unvisited ? seen : static_cast<real>(visits.size());
    if (over == 0) return 0;
    return 1 - std::min<real>(1, right / over);
  }
  real weight(std::int64_t row, bool ignore_unvisited, real eta, real c) const {
    return eta * uncertainty(row, ignore_unvisited) + c;
  }
};

/// 1 / E_n of arXiv 1901.05555, with the effective number as the sum whose closed form is proposition 1.
inline real class_balanced(real beta, std::int64_t n) {
  real effective = 0, power = 1;
  for (std::int64_t j = 0; j < n; ++j) effective += power, power *= beta;
  return 1 / effective;
}

/// Group DRO (arXiv 1911.08731, algorithm 1, with the group adjustment of section 3.3).
struct group_dro {
  real step, adjustment;
  std::vector<std::int64_t> sizes;
  std::vector<real> q{};

  /// Returns the loss to be minimised, sum_g q_g l_g, as weights of the samples: d loss / d (mean of
  /// the batch's losses).
  std::vector<real> update(std::vector<real> const& losses, std::vector<std::int64_t> const& groups) {
    std::size_t const k = sizes.size(), n = losses.size();
    if (q.empty()) q.assign(k, 1 / static_cast<real>(k));
    std::vector<real> sum(k, 0), count(k, 0), out(n);
    for (std::size_t i = 0; i < n; ++i)
      sum[static_cast<std::size_t>(groups[i])] += losses[i], count[static_cast<std::size_t>(groups[i])] += 1;
    real all = 0;
    for (std::size_t g = 0; g < k; ++g) {
      if (count[g] > 0)
        q[g] *= std::exp(step * (sum[g] / count[g] + adjustment / std::sqrt(static_cast<real>(sizes[g]))));
      all += q[g];
    }
    for (real& v : q) v /= all;
    for (std::size_t i = 0; i < n; ++i) {
      auto const g = static_cast<std::size_t>(groups[i]);
      out[i] = static_cast<real>(n) * q[g] / count[g];
    }
    return out;
  }
};

/// CVaR by Rockafellar and Uryasev's formula: min over t of t + mean(max(l - t, 0)) / a; the minimum is at one
/// of the losses.
inline real cvar(std::vector<real> const& losses, real a) {
  real best = HUGE_VALL;
  for (real t : losses) {
    real over = 0;
    for (real l : losses) over += std::max<real>(l - t, 0);
    best = std::min(best, t + over / (a * static_cast<real>(losses.size())));
  }
  return best;
}
/// Returns the weights: k = a n units of 1 / a are assigned from the largest loss down; equal losses share.
inline std::vector<real> cvar_weights(std::vector<real> const& losses, real a) {
  real const k = a * static_cast<real>(losses.size());
  std::vector<real> out;
  for (real own : losses) {
    real above = 0, equal = 0;
    for (real l : losses) above += l > own, equal += l == own;
    out.push_back(std::clamp<real>((k - above) / equal, 0, 1) / a);
  }
  return out;
}

}  // namespace reference
