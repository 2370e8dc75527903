// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/log.hpp>
#include <mixaug/weight/group_table.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace weight {

/// Options of effective_number.
struct effective_number_options {
  double beta = 0.999;  ///< in [0, 1); 0 gives all classes weight 1; towards 1: the inverse of the size
  weight::normalise normalise = weight::normalise::groups_one;  ///< normalisation of the weights
  weight::empty_group empty = weight::empty_group::refuse;      ///< treatment of a group without samples
};

/// The class-balanced weights of arXiv 1901.05555: a sample of class c has weight (1 - beta) / (1 - beta^n_c), the
/// inverse of the effective number of n_c samples. normalise::none: these values; groups_one: the weights of the
/// classes sum to their number, as in the paper's training; mean_one: mean 1 over the data set. Classes without samples
/// are not counted.
/// Errors: beta outside [0, 1), no samples, a class without samples (unless options.empty allows it), an id outside
/// [0, K).
class effective_number : public group_table {
 public:
  using options = effective_number_options;
  effective_number() = default;
  /// Computes the weights from counts (K) of samples, integers; the table has no rows.
  template <class C>
  requires is_tensor_view<C>
  explicit effective_number(C const& counts, options const& o = {}) { fill(detail::group_counts(counts, o.empty), o); }
  /// Computes the weights from the classes of the data set (N), ids in [0, K); keeps a view of the
  /// caller's memory.
  template <class G>
  requires is_tensor_view<G> effective_number(G const& class_ids, index_t k, options const& o = {}) {
    fill(detail::group_counts(class_ids, k, o.empty), o);
  }

 private:
  void fill(detail::group_counts const& c, options const& o) {
    if (!(o.beta >= 0.0 && o.beta < 1.0))
      detail::fail("beta", detail::text(o.beta), "a number in [0, 1); for its limit 1 see weight::inverse_frequency");
    groups_ = c.groups, ids_ = c.ids;
    auto* const w = reinterpret_cast<double*>(table_.reserve(static_cast<std::size_t>(groups_) * sizeof(double)));
    // log beta is exact to the last bits near 1, because its series is in (beta - 1) / (beta + 1)
    double const log_beta = o.beta < 1e-300 ? -700.0 : detail::precise_log(o.beta);
    double sum = 0.0, all = 0.0;
    for (index_t g = 0; g < groups_; ++g) {
      double const n = static_cast<double>(c.data()[g]), log_power = n * log_beta;
      w[g] = c.data()[g] == 0 ? 0.0 : (1.0 - o.beta) / -detail::precise_falling_expm1(log_power);
      sum += w[g], all = detail::fused_sum(n, w[g], all);
    }
    double by = 1.0;
    if (o.normalise == weight::normalise::groups_one) by = sum / static_cast<double>(c.filled);
    if (o.normalise == weight::normalise::mean_one) by = all / static_cast<double>(c.samples);
    for (index_t g = 0; g < groups_; ++g) w[g] /= by;
  }
};

}  // namespace weight
}  // namespace mixaug

MIXAUG_EXACT_END
