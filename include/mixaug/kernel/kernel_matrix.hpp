// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/kernel/detail/points.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Computes one row of the matrix: squared distances first, then weights relative to the nearest row, so that the
/// largest weight is 1 and no row is 0 / 0.
template <class Q, class T, class O>
struct matrix_row {
  kernel_points<Q> queries;
  kernel_points<T> points;
  kernel_unit scale;
  bool tophat, skip_self;
  tensor_view<O, 2> out;

  double squared(index_t i, index_t j) const noexcept {
    double sum = 0.0;
    for (index_t k = 0; k < points.d; ++k) {
      double const gap = queries.at(i, k) * scale.unit - points.at(j, k) * scale.unit;
      sum = fused_sum(gap, gap, sum);
    }
    return sum;
  }
  double weight(index_t i, index_t j, double nearest) const noexcept {
    if (skip_self && i == j) return 0.0;
    double const d2 = squared(i, j);
    return tophat ? (d2 < scale.limit ? 1.0 : 0.0) : falling_exp((nearest - d2) * scale.rate);
  }
  void operator()(index_t i) const noexcept {
    double nearest = HUGE_VAL, total = 0.0;
    for (index_t j = 0; j < points.n; ++j) {
      double const d2 = skip_self && i == j ? HUGE_VAL : squared(i, j);
      nearest = d2 < nearest ? d2 : nearest;
    }
    for (index_t j = 0; j < points.n; ++j) total += weight(i, j, nearest);
    for (index_t j = 0; j < points.n; ++j)
      out(i, j) = total > 0.0 ? static_cast<O>(weight(i, j, nearest) / total) : O{};
  }
};

template <class Q, class T, class O>
void kernel_matrix_of(kernel_points<Q> const& queries, kernel_points<T> const& points,
                      pairing::kernel_options const& options, bool own, tensor_view<O, 2> const& out) {
  static_assert(std::is_floating_point_v<O>, "mixaug: kernel_matrix writes float or double");
  check_kernel(options);
  double most = check_points(points, "labels");
  if (!own) {
    double const q = check_points(queries, "queries");
    most = q > most ? q : most;
    check_same_width(queries, points);
  }
  if (out.extent[0] != queries.n || out.extent[1] != points.n) {
    index_t const wanted[2] = {queries.n, points.n};
    fail("kernel_matrix's output", shape_text(out.extent, 2), shape_text(wanted, 2) + ": (queries, labels)");
  }
  if (out.data == nullptr) fail("kernel_matrix's output", "a null pointer", "a pointer to the table");
  matrix_row<Q, T, O> const job{queries,
                                points,
                                {options.bandwidth, most, kernel_room},
                                options.kernel == kernel::tophat,
                                own && !options.with_self,
                                out};
  for (index_t i = 0; i < queries.n; ++i) job(i);
}

}  // namespace detail

/// Writes the kernel's probabilities as a matrix, for small sets: out(i, j) = the probability that row i's partner is
/// row j, out (n, n). Labels (n) or (n, d) of any strides. Rows sum to 1; a row that has no partner (tophat, or one
/// row, without self) is all 0. O(n^2 d) work; allocates nothing. Errors: bandwidth not > 0, empty sets, numbers that
/// are not finite.
template <class T, int Rank, class O>
void kernel_matrix(tensor_view<T, Rank> const& labels, pairing::kernel_options const& options,
                   tensor_view<O, 2> const& out) {
  auto const p = detail::points_of(labels);
  detail::kernel_matrix_of(p, p, options, true, out);
}
/// The same for queries (m) or (m, d) that are not rows of the set: out (m, n). No query is excluded as self.
template <class T, int Rank, class O, class Q>
void kernel_matrix(tensor_view<T, Rank> const& labels, pairing::kernel_options const& options,
                   tensor_view<O, 2> const& out, tensor_view<Q, Rank> const& queries) {
  detail::kernel_matrix_of(detail::points_of(queries), detail::points_of(labels), options, false, out);
}

}  // namespace mixaug

MIXAUG_EXACT_END
