// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mixaug/kernel/detail/table.hpp>
#include <variant>

MIXAUG_EXACT_BEGIN

/// Interface common to all tables in device memory.
namespace mixaug::detail {

using any_device_table = std::variant<sorted_table<float, space::device>, sorted_table<double, space::device>,
                                      grid_table<float, 2, space::device>, grid_table<double, 2, space::device>,
                                      grid_table<float, 3, space::device>, grid_table<double, 3, space::device>,
                                      brute_force<float, space::device>, brute_force<double, space::device>>;

/// Draws the partners of one query of a grid in one thread: launch(job, 1, queries). The partner of a row that is not
/// in the table, or of a point that is not finite, is -1.
template <class T, int D>
struct grid_draw_threads {
  kernel_grid_draws<T, D> draws;

  MIXAUG_HD index_t begin(index_t) const noexcept { return 0; }
  MIXAUG_HD void operator()(index_t, index_t i) const noexcept {
    bool known = true;
    if (draws.rows.data != nullptr)
      known = draws.rows(i) >= 0 && draws.rows(i) < draws.table.n;
    else
      for (int k = 0; k < D; ++k) known = known && std::fabs(static_cast<double>(draws.points(i, k))) < HUGE_VAL;
    if (known) return draws(i);
    for (index_t s = 0; s < draws.partner.extent[1]; ++s) draws.partner(i, s) = -1;
  }
};

/// Draws for the rows `rows` of the table or, if `rows` is null, for points of type T; one thread for each query.
template <class Backend, class T>
struct device_drawing {
  Backend const& be;
  tensor_view<index_t const, 1> rows;
  tensor_view<T const, 2> points;
  mixaug::key key;
  tensor_view<index_t, 2> partner;

  void operator()(sorted_table<T, space::device> const& table) const {
    tensor_view<T const, 1> column;
    column.data = points.data, column.extent[0] = points.extent[0], column.stride[0] = points.stride[0];
    be.launch(kernel_draw_threads<T>{{table.view(), key, rows, column, partner}}, 1, partner.extent[0]);
  }
  template <int D>
  void operator()(grid_table<T, D, space::device> const& t) const {
    grid_draw_threads<T, D> const job{{t.view(), t.values(), t.with_self(), rows, points, key, partner}};
    be.launch(job, 1, partner.extent[0]);
  }
  void operator()(brute_force<T, space::device> const& t) const {
    auto scratch = table_builder<Backend>(be, partner.extent[0]).scratch();
    t.draw(be, pass_request<T>{points, nullptr, key, key.first, partner, 0, rows}, scratch);
  }
  /// Not reached: a table of the other element type is refused before.
  template <class Table>
  void operator()(Table const&) const noexcept {}
};

/// A table of the host, copied to device memory.
template <class Backend>
struct uploaded_table {
  using shared = std::shared_ptr<any_device_table const>;
  Backend const& be;

  template <class T>
  shared operator()(sorted_table<T> const& table) const {
    return std::make_shared<any_device_table const>(std::in_place_type<sorted_table<T, space::device>>, table, be);
  }
  template <class T, int D>
  shared operator()(grid_table<T, D> const& table) const {
    return std::make_shared<any_device_table const>(std::in_place_type<grid_table<T, D, space::device>>, table, be);
  }
  template <class T>
  shared operator()(brute_force<T> const& table) const {
    return std::make_shared<any_device_table const>(std::in_place_type<brute_force<T, space::device>>, table, be);
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
