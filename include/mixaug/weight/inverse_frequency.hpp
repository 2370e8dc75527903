// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/weight/group_table.hpp>

namespace mixaug::weight {

struct inverse_frequency_options {
  weight::empty_group empty = weight::empty_group::refuse;
};

/// Groups (or classes) by the inverse of their size: a sample of group g weighs N / (K n_g), N samples in K groups that
/// have any, so that every group weighs the same in total and the mean over the data set is 1.
class inverse_frequency : public group_table {
 public:
  using options = inverse_frequency_options;
  inverse_frequency() = default;
  /// From the numbers of samples, counts (K) integers; it knows no rows.
  template <class C>
  requires is_tensor_view<C>
  explicit inverse_frequency(C const& counts, options const& o = {}) { fill(detail::group_counts(counts, o.empty)); }
  /// From the groups of the data set (N), ids in [0, K); the view stays the caller's memory.
  template <class G>
  requires is_tensor_view<G> inverse_frequency(G const& groups, index_t k, options const& o = {}) {
    fill(detail::group_counts(groups, k, o.empty));
  }

 private:
  void fill(detail::group_counts const& c) {
    groups_ = c.groups, ids_ = c.ids;
    auto* const w = reinterpret_cast<double*>(table_.reserve(static_cast<std::size_t>(groups_) * sizeof(double)));
    double const all = static_cast<double>(c.samples), k = static_cast<double>(c.filled);
    for (index_t g = 0; g < groups_; ++g) w[g] = c.data()[g] == 0 ? 0.0 : all / (k * static_cast<double>(c.data()[g]));
  }
};

}  // namespace mixaug::weight
