// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/sums.hpp>
#include <mixaug/core/workspace.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/weight/detail/views.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace weight {

/// Normalisation of weights. Each rule documents the set over which its mean is taken (the data set, the
/// groups, the batch).
enum class normalise : unsigned char {
  none,       ///< as computed by the rule
  mean_one,   ///< mean 1 over samples
  groups_one  ///< mean 1 over groups or classes (rules of groups)
};

}  // namespace weight

namespace detail {

template <class T>
struct divide_rows {
  T* out;
  index_t stride, n;
  double const* by;
  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    constexpr index_t block = sum_shape::block;
    double const d = *by;
    for (index_t i = b * block + lane; i < lesser(b * block + block, n); i += lanes)
      out[i * stride] = static_cast<T>(static_cast<double>(out[i * stride]) / d);
  }
};

}  // namespace detail

namespace weight {

/// Divides the weights of a batch (n) by their mean, in place, so that the losses of the batch keep their scale.
/// Refuses a negative weight (on the host only), and a mean that is 0 or not finite (on a device the weights become NaN
/// instead). `scratch` grows once; on a device pass a workspace<space::device>.
template <backend Be, class T, space S>
void scale_to_mean_one(Be const& be, tensor_view<T, 1, S> const& weights, workspace<S>& scratch) {
  using view = tensor_view<T, 1, S>;
  detail::check_memory<Be, view>(), detail::check_numbers<view>();
  detail::check_list(weights, "weights"), detail::check_output_list(weights, "weights");
  index_t const n = weights.extent[0], stride = weights.stride[0];
  bool negative = false;
  if constexpr (S == space::host)
    for (index_t i = 0; i < n; ++i) negative |= weights(i) < T{0};
  if constexpr (S == space::host)
    for (index_t i = 0; negative && i < n; ++i)
      if (weights(i) < T{0})
        detail::fail("weights(" + detail::text(i) + ")", detail::text(static_cast<double>(weights(i))),
                     "a weight >= 0");
  std::size_t const bytes = static_cast<std::size_t>(detail::sum_shape::scratch(n)) * sizeof(double);
  double* const mean = reinterpret_cast<double*>(scratch.reserve(bytes, false));
  detail::blocked_sum(be, detail::list_term<T>{weights.data, stride}, n, static_cast<double>(n), mean);
  if constexpr (S == space::host)
    if (!(*mean > 0.0 && *mean <= 1.7e308))
      detail::fail("the mean of the weights", detail::text(*mean), "finite and > 0");
  run_rows(be, detail::divide_rows<T>{weights.data, stride, n, mean}, detail::ceil_div(n, detail::sum_shape::block));
}
template <backend Be, class T>
void scale_to_mean_one(Be const& be, tensor_view<T, 1> const& weights) {
  scale_to_mean_one(be, weights, detail::kept_scratch());
}

}  // namespace weight
}  // namespace mixaug

MIXAUG_EXACT_END
