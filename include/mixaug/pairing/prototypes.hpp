// SPDX-License-Identifier: MIT
#pragma once
#include <cfloat>
#include <cmath>
#include <mixaug/core/detail/rows.hpp>
#include <mixaug/core/workspace.hpp>
#include <mixaug/plan/inputs.hpp>

MIXAUG_EXACT_BEGIN

/// Preparation of similarity-guided pairing: a mean feature vector for each class, and the cosine similarity of these
/// vectors. All sums are in double and in a fixed order, so that the bits are the same everywhere.
namespace mixaug {

/// Treatment of a class without samples by class_prototypes.
enum class empty_class : unsigned char { refused, zero_row };

namespace detail {

/// Returns sum + a * b. The product of two floats is exact in double, so contraction does not change the result.
inline double plus_product(float a, float b, double sum) noexcept {
  return sum + static_cast<double>(a) * static_cast<double>(b);
}
inline double plus_product(double a, double b, double sum) noexcept { return fused_sum(a, b, sum); }

/// sum_j a_j b_j in eight lanes, which are then added as a tree. Unit: both strides are 1.
template <bool Unit, class T>
double dot(T const* a, index_t step_a, T const* b, index_t step_b, index_t n) noexcept {
  constexpr int lanes = 8;
  double sum[lanes] = {};
  index_t const sa = Unit ? 1 : step_a, sb = Unit ? 1 : step_b;
  index_t j = 0;
  for (; j + lanes <= n; j += lanes)
    for (int l = 0; l < lanes; ++l) sum[l] = plus_product(a[(j + l) * sa], b[(j + l) * sb], sum[l]);
  for (int l = 0; j < n; ++j, ++l) sum[l] = plus_product(a[j * sa], b[j * sb], sum[l]);
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int l = 0; l < half; ++l) sum[l] += sum[l + half];
  return sum[0];
}
/// Dot product of row i of a with row k of b.
template <class T>
double dot(tensor_view<T, 2> const& a, index_t i, tensor_view<T, 2> const& b, index_t k) noexcept {
  T *const p = a.data + i * a.stride[0], *const q = b.data + k * b.stride[0];
  return a.stride[1] == 1 && b.stride[1] == 1 ? dot<true, T>(p, 1, q, 1, a.extent[1])
                                              : dot<false, T>(p, a.stride[1], q, b.stride[1], a.extent[1]);
}
/// Cosine from <a, b>, |a|^2 and |b|^2; a zero vector is orthogonal to all.
inline double cosine(double ab, double aa, double bb) noexcept {
  if (aa == 0.0 || bb == 0.0) return 0.0;
  double const c = ab / std::sqrt(aa * bb);
  return c > 1.0 ? 1.0 : c < -1.0 ? -1.0 : c;
}

template <class T>
constexpr void real_matrix() {
  static_assert(std::is_same_v<std::remove_const_t<T>, float> || std::is_same_v<std::remove_const_t<T>, double>,
                "mixaug: features, prototypes and similarities are float or double");
}
/// Checks an operand (rows, columns); -1 = any number, at least one.
template <class T>
void check_matrix(char const* name, tensor_view<T, 2> const& v, index_t rows, index_t columns) {
  bool const fits =
      (rows < 0 ? v.extent[0] > 0 : v.extent[0] == rows) && (columns < 0 ? v.extent[1] > 0 : v.extent[1] == columns);
  if (!fits)
    fail(name, "of shape " + shape_text(v.extent, 2),
         "(" + (rows < 0 ? "n" : text(rows)) + ", " + (columns < 0 ? "d" : text(columns)) + ")");
  if (v.data == nullptr) fail(name, "a null pointer", "memory for " + shape_text(v.extent, 2) + " numbers");
}
template <class T, int R>
void check_written(char const* name, tensor_view<T, R> const& v) {
  static_assert(!std::is_const_v<T>, "mixaug: an output is a view of elements that may be written");
  layout5 f;
  for (int d = 0; d < R; ++d) f.extent[d] = v.extent[d], f.stride[d] = v.stride[d];
  if (self_overlapping(f))
    fail(name,
         "overlapping itself (strides " + shape_text(v.stride, R) + " for extents " + shape_text(v.extent, R) + ")",
         "memory where each index has an element of its own");
}
template <class T>
[[noreturn]] void refuse_not_finite(tensor_view<T, 2> const& v, std::string const& name) {
  for (index_t i = 0; i < v.extent[0]; ++i)
    for (index_t j = 0; j < v.extent[1]; ++j)
      if (!detail::finite(v(i, j)))
        fail(name + "(" + text(i) + ", " + text(j) + ")", text(static_cast<double>(v(i, j))), "a finite number");
  fail("the squares or sums of " + name + " leave the range of the numbers; scale them");
}

/// Checks the operands of class_prototypes.
template <class T, class Id, class P>
void check_prototypes(tensor_view<T, 2> const& features, tensor_view<Id, 1> const& class_ids,
                      tensor_view<P, 2> const& prototypes, tensor_view<std::int64_t, 1> const& counts) {
  real_matrix<T>(), real_matrix<P>();
  check_matrix("features", features, -1, -1);
  index_t const n = features.extent[0], d = features.extent[1], classes = prototypes.extent[0];
  check_matrix("prototypes", prototypes, -1, d);
  check_written("prototypes", prototypes);
  same_rows("counts", counts.extent[0], classes);
  check_written("counts", counts);
  same_rows("class_ids", class_ids.extent[0], n);
  if (class_ids.data == nullptr) fail("class_ids", "a null pointer", text(n) + " integers");
  if (counts.data == nullptr) fail("counts", "a null pointer", text(classes) + " integers");
  id_list const ids(class_ids);
  for (index_t i = 0; i < n; ++i)
    if (ids[i] < 0 || ids[i] >= classes)
      fail("class_ids(" + text(i) + ")", text(ids[i]), "a class in [0, " + text(classes) + "), as prototypes has");
}

/// The sums of each class's feature vectors, in double, sample after sample in their order.
struct prototype_sums {
  workspace<space::host> memory;
  column<double, space::host, access::write> sum;
  column<index_t, space::host, access::write> members;
  index_t classes, d;

  prototype_sums(index_t number_of_classes, index_t width) : classes(number_of_classes), d(width) {
    column_layout measure;
    measure(sum, saturating_multiply(classes, d)), measure(members, classes);
    column_layout put{memory.reserve(measure.used)};
    put(sum, classes * d), put(members, classes);
    for (index_t k = 0; k < classes * d; ++k) sum[k] = 0.0;
    for (index_t c = 0; c < classes; ++c) members[c] = 0;
  }
  template <class T>
  void add(tensor_view<T, 2> const& features, id_list const& ids) noexcept {
    for (index_t i = 0; i < features.extent[0]; ++i) {
      double* MIXAUG_RESTRICT const to = sum.data + ids[i] * d;
      T* MIXAUG_RESTRICT const from = features.data + i * features.stride[0];
      index_t const step = features.stride[1];
      ++members[ids[i]];
      if (step == 1)
        for (index_t j = 0; j < d; ++j) to[j] += static_cast<double>(from[j]);
      else
        for (index_t j = 0; j < d; ++j) to[j] += static_cast<double>(from[j * step]);
    }
  }
  /// Writes means and counts. `features`: named where a sum is not finite.
  template <class T, class P>
  void finish(tensor_view<T, 2> const& features, tensor_view<P, 2> const& prototypes,
              tensor_view<std::int64_t, 1> const& counts, empty_class empty) {
    for (index_t c = 0; c < classes; ++c)
      if (members[c] == 0 && empty == empty_class::refused)
        fail("class " + text(c), "without a sample", "one at least, or empty_class::zero_row for rows of zeros");
    double const most = std::is_same_v<P, float> ? static_cast<double>(FLT_MAX) : DBL_MAX;
    for (index_t k = 0; k < classes * d; ++k) {
      sum[k] /= static_cast<double>(greater(members[k / d], 1));
      if (!(std::fabs(sum[k]) <= most)) refuse_not_finite(features, "features");
    }
    for (index_t c = 0; c < classes; ++c) {
      counts(c) = members[c];
      for (index_t j = 0; j < d; ++j) prototypes(c, j) = static_cast<P>(sum[c * d + j]);
    }
  }
};

}  // namespace detail

/// Computes the mean feature vector of each class: `features` (n, d) float or double, `class_ids` (n) in [0, K),
/// `prototypes` (K, d), `counts` (K) = samples of each class. One pass over the samples, in their order. Allocates K *
/// d doubles. Errors: ids out of range, numbers not finite, and classes without a sample, unless zero rows are
/// requested for them.
template <class T, class Id, class P>
void class_prototypes(tensor_view<T, 2> const& features, tensor_view<Id, 1> const& class_ids,
                      tensor_view<P, 2> const& prototypes, tensor_view<std::int64_t, 1> const& counts,
                      empty_class empty = empty_class::refused) {
  detail::check_prototypes(features, class_ids, prototypes, counts);
  detail::prototype_sums sums(prototypes.extent[0], features.extent[1]);
  sums.add(features, detail::id_list(class_ids));
  sums.finish(features, prototypes, counts, empty);
}

/// Computes the cosine similarity of all pairs of rows of `prototypes` (K, d) into `similarity` (K, K): symmetric, in
/// [-1, 1], 1 on the diagonal; a row of zeros has similarity 0 to all rows, itself included. For
/// pairing::class_similarity; shortest_tour takes 1 - similarity.
template <class T, class S>
void cosine_similarity(tensor_view<T, 2> const& prototypes, tensor_view<S, 2> const& similarity) {
  detail::real_matrix<T>(), detail::real_matrix<S>();
  detail::check_matrix("prototypes", prototypes, -1, -1);
  index_t const classes = prototypes.extent[0];
  detail::check_matrix("similarity", similarity, classes, classes);
  detail::check_written("similarity", similarity);
  workspace<space::host> memory;
  column<double, space::host, access::write> square;
  detail::column_layout put{memory.reserve(sizeof(double) * static_cast<std::size_t>(classes))};
  put(square, classes);
  for (index_t c = 0; c < classes; ++c) {
    square[c] = detail::dot(prototypes, c, prototypes, c);
    // Doubles may be too small or too large to be squared twice; floats are not.
    bool const tiny = square[c] < 1e-150 && std::is_same_v<std::remove_const_t<T>, double>;
    bool zero = tiny;
    for (index_t j = 0; zero && j < prototypes.extent[1]; ++j) zero = prototypes(c, j) == 0;
    if (!(square[c] < 1e150) || (tiny && !zero)) detail::refuse_not_finite(prototypes, "prototypes");
  }
  for (index_t c = 0; c < classes; ++c)
    for (index_t k = 0; k <= c; ++k) {
      double const s = detail::cosine(detail::dot(prototypes, c, prototypes, k), square[c], square[k]);
      similarity(c, k) = similarity(k, c) = static_cast<S>(s);
    }
}

}  // namespace mixaug

MIXAUG_EXACT_END
