// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/weight/group_table.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::weight {

/// Options of inverse_frequency.
struct inverse_frequency_options {
  weight::normalise normalise = weight::normalise::mean_one;  ///< normalisation of the weights
  weight::empty_group empty = weight::empty_group::refuse;    ///< treatment of a group without samples
};

/// Weights of groups (or classes) by the inverse of their size n_g, so that every group has the same total weight. With
/// N samples in K non-empty groups, the weight of a sample of group g is N / (K n_g) with normalise::mean_one, which
/// has mean 1 over the data set; 1 / n_g with none; with groups_one 1 / n_g divided by its mean over the groups.
/// Errors: no samples, a group without samples (unless options.empty allows it), an id outside [0, K).
class inverse_frequency : public group_table {
 public:
  using options = inverse_frequency_options;
  inverse_frequency() = default;
  /// Computes the weights from counts (K) of samples, integers; the table has no rows.
  template <class C>
  requires is_tensor_view<C>
  explicit inverse_frequency(C const& counts, options const& o = {}) { fill(detail::group_counts(counts, o.empty), o); }
  /// Computes the weights from the groups of the data set (N), ids in [0, K); keeps a view of the
  /// caller's memory.
  template <class G>
  requires is_tensor_view<G> inverse_frequency(G const& groups, index_t k, options const& o = {}) {
    fill(detail::group_counts(groups, k, o.empty), o);
  }

 private:
  void fill(detail::group_counts const& c, options const& o) {
    groups_ = c.groups, ids_ = c.ids;
    auto* const w = reinterpret_cast<double*>(table_.reserve(static_cast<std::size_t>(groups_) * sizeof(double)));
    double above = 1.0, below = 1.0;  // the weight of a sample of group g is above / (below n_g)
    if (o.normalise == weight::normalise::mean_one)
      above = static_cast<double>(c.samples), below = static_cast<double>(c.filled);
    if (o.normalise == weight::normalise::groups_one) {
      above = static_cast<double>(c.filled), below = 0.0;
      for (index_t g = 0; g < groups_; ++g)
        if (c.data()[g] != 0) below += 1.0 / static_cast<double>(c.data()[g]);
    }
    for (index_t g = 0; g < groups_; ++g)
      w[g] = c.data()[g] == 0 ? 0.0 : above / (below * static_cast<double>(c.data()[g]));
  }
};

}  // namespace mixaug::weight

MIXAUG_EXACT_END
