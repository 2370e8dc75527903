// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/grid/build.hpp>
#include <mixaug/kernel/detail/grid/draws.hpp>
#include <mixaug/kernel/detail/line/draws.hpp>
#include <mixaug/kernel/detail/line/table.hpp>
#include <mixaug/kernel/detail/pass/pass.hpp>

MIXAUG_EXACT_BEGIN

/// Interface common to the three kinds of tables.
namespace mixaug::detail {

/// Backend of tables and draws for which none is given.
struct one_thread {
  using mixaug_backend = void;
  static constexpr space memory = space::host;
  index_t lanes() const noexcept { return 1; }
  template <class Items>
  void items(index_t count, Items const& job) const noexcept {
    for (index_t k = 0; k < count; ++k) job(k);
  }
};

/// Draws for the rows `rows` of the table or, if `rows` is null, for points of type T.
template <class Backend, class T>
struct kernel_drawing {
  Backend const& be;
  tensor_view<index_t const, 1> rows;
  tensor_view<T const, 2> points;
  mixaug::key key;
  tensor_view<index_t, 2> partner;

  void operator()(sorted_table<T> const& table) const {
    tensor_view<T const, 1> column;
    column.data = points.data, column.extent[0] = points.extent[0], column.stride[0] = points.stride[0];
    kernel_draw_items<T> const job{{table.view(), key, rows, column, partner}};
    be.items(job.count(), job);
  }
  template <int D>
  void operator()(grid_table<T, D> const& t) const {
    be.items(partner.extent[0],
             kernel_grid_draws<T, D>{t.view(), t.values(), t.with_self(), rows, points, key, partner});
  }
  void operator()(brute_force<T> const& t) const {
    t.draw(be, pass_request<T>{points, nullptr, key, key.first, partner, 0, rows}, kept_scratch());
  }
  /// Not reached: a table of the other element type is refused before.
  template <class Table>
  void operator()(Table const&) const noexcept {}
};

struct kernel_bytes {
  template <class Table>
  std::size_t operator()(Table const& t) const noexcept {
    return t.bytes();
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
