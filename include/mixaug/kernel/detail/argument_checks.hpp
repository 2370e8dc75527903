// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/random.hpp>
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/kernel/kernel_options.hpp>

MIXAUG_EXACT_BEGIN

/// Checks of the arguments of tables and draws. Views of any rank become rows and columns; the caller keeps track of
/// their memory space.
namespace mixaug::detail {

template <class T, class U, int R, space S>
tensor_view<T const, 2> two_columns(tensor_view<U, R, S> const& v) noexcept {
  tensor_view<T const, 2> two;
  two.data = v.data, two.extent[0] = v.extent[0], two.stride[0] = v.stride[0];
  two.extent[1] = R == 2 ? v.extent[R - 1] : 1, two.stride[1] = R == 2 ? v.stride[R - 1] : 1;
  return two;
}
/// Returns the labels (n) or (n, d) of a table as (n, d).
template <class T, class U, int R, space S>
tensor_view<T const, 2> label_rows(tensor_view<U, R, S> const& labels, pairing::kernel_options const& o) {
  check_kernel(o);
  auto const two = two_columns<T>(labels);
  if (two.extent[0] < 1 || two.extent[1] < 1)
    fail("the labels", "of shape " + shape_text(labels.extent, R), "at least one number");
  if (labels.data == nullptr) fail("the labels", "a null pointer", text(two.extent[0]) + " rows of numbers");
  return two;
}
/// Returns the partners (m) or (m, k) of m queries as (m, k).
template <int R, space S>
tensor_view<index_t, 2> partner_rows(index_t m, key const& k, tensor_view<std::int64_t, R, S> const& partners) {
  static_assert(R == 1 || R == 2, "mixaug: partners are (m), or (m, k)");
  if (partners.extent[0] != m) fail("partners", text(partners.extent[0]) + " rows", text(m) + ", one for each query");
  if (R == 2 && (partners.extent[R - 1] < 1 || partners.extent[R - 1] >= index_t{1} << 20))
    fail("partners", text(partners.extent[R - 1]) + " columns", "1 to 2^20 - 1 partners a query");
  if (partners.data == nullptr && m > 0) fail("partners", "a null pointer", text(m) + " rows");
  if (k.step >= (std::uint64_t{1} << 40) || k.first < 0 || k.first + m >= (index_t{1} << 40))
    fail("the key's step or first row", "beyond 2^40", "40 bits each");
  tensor_view<index_t, 2> out;
  out.data = partners.data, out.extent[0] = m, out.stride[0] = partners.stride[0];
  out.extent[1] = R == 2 ? partners.extent[R - 1] : 1, out.stride[1] = R == 2 ? partners.stride[R - 1] : 1;
  return out;
}
/// Checks queries of a table with `columns` columns of double (`is_double`) or float.
template <class T>
void check_queries(tensor_view<T const, 2> const& queries, index_t columns, bool is_double) {
  if (queries.extent[1] != columns)
    fail("the queries", text(queries.extent[1]) + " numbers a row", text(columns) + ", as the table has");
  if (queries.data == nullptr && queries.extent[0] > 0) fail("the queries", "a null pointer", "rows of numbers");
  if (is_double != std::is_same_v<T, double>)
    fail("the queries are of another type than the table's labels; give both as float, or as double");
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
