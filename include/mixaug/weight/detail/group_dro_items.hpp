// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/weight/detail/views.hpp>

MIXAUG_EXACT_BEGIN

/// One update of group DRO in four passes with the same bits on every backend: sums of losses by group over blocks of
/// 256 rows, their means, q multiplied by its exponential, q normalised. Called as (block, lane, lanes).
namespace mixaug::detail {

/// State of group DRO: numbers for each of K groups, in the memory of its backend.
struct group_state {
  index_t groups;
  double *q, *bonus;              ///< bonus = C / sqrt(n_g)
  double *mean, *count, *weight;  ///< mean and count of the last batch; weight of its samples
  double *partial, *partial_count;
};

/// Sums losses by group. Rows that cannot be checked before (on a device) are left out: a group out of range, a loss
/// that is not finite.
template <class T, class G>
struct group_sums {
  static constexpr index_t block = 256;
  group_state s;
  T const* loss;
  G const* group;
  index_t l_stride, g_stride, n;

  MIXAUG_HD static bool finite(double v) noexcept { return v - v == 0.0; }
  /// Within these bounds neither sums (of fewer than 2^50 losses) nor exponents (steps of 1e6) overflow.
  MIXAUG_HD static double bounded(double v) noexcept { return v > 1e290 ? 1e290 : v < -1e290 ? -1e290 : v; }
  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    index_t const first = b * block, last = lesser(first + block, n);
    double* const sum = s.partial + b * s.groups;
    double* const count = s.partial_count + b * s.groups;
    if (lanes == 1) {
      for (index_t g = 0; g < s.groups; ++g) sum[g] = count[g] = 0.0;
      for (index_t i = first; i < last; ++i) {
        auto const g = static_cast<index_t>(group[i * g_stride]);
        double const l = static_cast<double>(loss[i * l_stride]);
        if (g >= 0 && g < s.groups && finite(l)) sum[g] += bounded(l), count[g] += 1.0;
      }
      return;
    }
    for (index_t g = lane; g < s.groups; g += lanes) {
      double all = 0.0, samples = 0.0;
      for (index_t i = first; i < last; ++i) {
        double const l = static_cast<double>(loss[i * l_stride]);
        if (static_cast<index_t>(group[i * g_stride]) == g && finite(l)) all += bounded(l), samples += 1.0;
      }
      sum[g] = all, count[g] = samples;
    }
  }
};
/// Adds up the blocks' sums in order: mean losses and counts of the batch.
struct group_means {
  group_state s;
  index_t blocks;
  MIXAUG_HD void operator()(index_t, index_t lane, index_t lanes) const noexcept {
    for (index_t g = lane; g < s.groups; g += lanes) {
      double sum = 0.0, count = 0.0;
      for (index_t b = 0; b < blocks; ++b)
        sum += s.partial[b * s.groups + g], count += s.partial_count[b * s.groups + g];
      s.count[g] = count, s.mean[g] = count > 0.0 ? sum / count : 0.0;
    }
  }
};
/// q_g exp(a_g - max a), a_g = s (l_g + C / sqrt(n_g)), 0 for groups that are not in the batch. After normalising, the
/// result is the same as without the maximum, and nothing overflows. q is at least 2^-1000, from which a group can
/// recover; the q of a weightless group is and stays 0.
struct group_raise {
  group_state s;
  double step_size;
  /// fma with 0 forces rounding: the product is not contracted into the difference below.
  MIXAUG_HD double exponent(index_t g) const noexcept {
    return s.count[g] > 0.0 ? fused_sum(step_size, s.mean[g] + s.bonus[g], unseen_zero<double>()) : 0.0;
  }
  MIXAUG_HD void operator()(index_t, index_t lane, index_t lanes) const noexcept {
    double most = exponent(0);
    for (index_t g = 1; g < s.groups; ++g) most = exponent(g) > most ? exponent(g) : most;
    for (index_t g = lane; g < s.groups; g += lanes) {
      double const raised = s.q[g] * precise_falling_exp(exponent(g) - most);
      s.q[g] = s.q[g] == 0.0 ? 0.0 : raised > 0x1p-1000 ? raised : 0x1p-1000;
    }
  }
};
/// Writes q / sum q to `weight`, for the last pass, because other lanes still read q.
struct group_normalise {
  group_state s;
  MIXAUG_HD void operator()(index_t, index_t lane, index_t lanes) const noexcept {
    double sum = 0.0;
    for (index_t g = 0; g < s.groups; ++g) sum += s.q[g];
    for (index_t g = lane; g < s.groups; g += lanes) s.weight[g] = s.q[g] / sum;
  }
};
/// Writes the new q, and weight = n q_g / n_g(batch), with mean 1 over the batch if `mean_one`; NaN for a group that is
/// not in the batch.
struct group_weights {
  group_state s;
  index_t n;
  bool mean_one;
  MIXAUG_HD void operator()(index_t, index_t lane, index_t lanes) const noexcept {
    if (lane != 0) return;
    (void)lanes;
    double present = 0.0;
    for (index_t g = 0; g < s.groups; ++g) {
      s.q[g] = s.weight[g];
      present += s.count[g] > 0.0 ? s.q[g] : 0.0;
    }
    for (index_t g = 0; g < s.groups; ++g) {
      double const q = mean_one && present > 0.0 ? s.q[g] / present : s.q[g];
      s.weight[g] = s.count[g] > 0.0 ? static_cast<double>(n) * q / s.count[g] : not_a_weight<double>();
    }
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
