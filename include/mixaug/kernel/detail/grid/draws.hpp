// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/kernel/detail/grid/view.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Partners of query i of a table of two- or three-dimensional labels. The query is row rows(i) of the table or, if
/// `rows` is null, a point; its random numbers are those of global row key.first + i. On a device each query is one
/// thread, and the views are of device memory.
template <class T, int D>
struct kernel_grid_draws {
  kernel_grid_view<T, D> table;
  T const* values;  ///< values of the table's rows
  bool with_self;
  tensor_view<index_t const, 1> rows;
  tensor_view<T const, 2> points;
  mixaug::key key;
  tensor_view<index_t, 2> partner;

  MIXAUG_HD void operator()(index_t i) const noexcept {
    index_t const row = rows.data == nullptr ? -1 : rows(i);
    c_array<double, D> query;
    for (int k = 0; k < D; ++k) query[k] = static_cast<double>(row >= 0 ? values[row * D + k] : points(i, k));
    random const draw(key, static_cast<std::uint64_t>(key.first + i), purpose::pairing);
    for (index_t s = 0; s < partner.extent[1]; ++s)
      partner(i, s) = table.draw(query, with_self ? -1 : row, draw, static_cast<std::uint32_t>(s));
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
