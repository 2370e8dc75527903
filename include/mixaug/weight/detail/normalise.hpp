// SPDX-License-Identifier: MIT
#pragma once
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

/// Sums with the same bits on every backend: 128 interleaved pieces of each block of 4096 terms, added in order; the
/// pieces are summed again in the same way until at most 1024 are left, which are summed in one run.
struct sum_shape {
  static constexpr index_t width = 128, block = 4096, run = 1024;
  static constexpr index_t pieces(index_t n) noexcept { return ceil_div(n, block) * width; }
  /// Returns the number of doubles that a sum over n terms needs; the first is the result.
  static constexpr index_t scratch(index_t n) noexcept {
    index_t all = 1;
    for (; n > run; n = pieces(n)) all += pieces(n);
    return all;
  }
};
template <class Term>
struct sum_pieces {
  Term term;
  index_t n;
  double* out;

  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    constexpr index_t width = sum_shape::width, block = sum_shape::block;
    index_t const first = b * block, last = lesser(first + block, n);
    if (lanes == 1) {  // in memory order
      double piece[width] = {};
      index_t i = first;
      for (; i + width <= last; i += width)
        for (index_t p = 0; p < width; ++p) piece[p] += term(i + p);
      for (index_t p = 0; p < last - i; ++p) piece[p] += term(i + p);
      for (index_t p = 0; p < width; ++p) out[b * width + p] = piece[p];
      return;
    }
    for (index_t p = lane; p < width; p += lanes) {
      double piece = 0.0;
      for (index_t i = first + p; i < last; i += width) piece += term(i);
      out[b * width + p] = piece;
    }
  }
};
template <class Term>
struct sum_run {
  Term term;
  index_t n;
  double over;  // 1, or the number of terms for a mean
  double* out;
  MIXAUG_HD void operator()(index_t, index_t lane, index_t) const noexcept {
    if (lane != 0) return;
    double sum = 0.0;
    for (index_t i = 0; i < n; ++i) sum += term(i);
    *out = sum / over;
  }
};
template <class T>
struct list_term {
  T const* data;
  index_t stride;
  MIXAUG_HD double operator()(index_t i) const noexcept { return static_cast<double>(data[i * stride]); }
};

/// memory[0] = sum of term(i) / over, i < n. `memory`: sum_shape::scratch(n) doubles in the memory space
/// of the backend.
template <class Backend, class Term>
void blocked_sum(Backend const& be, Term const& term, index_t n, double over, double* memory) {
  if (n <= sum_shape::run) return run_rows(be, sum_run<Term>{term, n, over, memory}, 1);
  double* level = memory + 1;
  run_rows(be, sum_pieces<Term>{term, n, level}, ceil_div(n, sum_shape::block));
  for (n = sum_shape::pieces(n); n > sum_shape::run; n = sum_shape::pieces(n)) {
    double* const next = level + n;
    run_rows(be, sum_pieces<list_term<double>>{{level, 1}, n, next}, ceil_div(n, sum_shape::block));
    level = next;
  }
  run_rows(be, sum_run<list_term<double>>{{level, 1}, n, over, memory}, 1);
}

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
