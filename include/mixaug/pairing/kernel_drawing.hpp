// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/kernel_draws.hpp>
#include <mixaug/pairing/kernel_grid_build.hpp>
#include <mixaug/pairing/kernel_line.hpp>
#include <mixaug/pairing/kernel_pass.hpp>
#include <vector>

/// The three kinds of tables behind one set of calls.
namespace mixaug::detail {

/// The backend of tables and draws where none is given.
struct one_thread {
  using mixaug_backend = void;
  static constexpr space memory = space::host;
  index_t lanes() const noexcept { return 1; }
  template <class Items>
  void items(index_t count, Items const& job) const noexcept {
    for (index_t k = 0; k < count; ++k) job(k);
  }
};

/// A table that does not keep its rows as they were given keeps a copy: queries by row are read there.
template <class T, class Table>
struct kernel_rows {
  using element = T;
  template <class Backend>
  kernel_rows(tensor_view<T const, 2> const& labels, pairing::kernel_options const& o, Backend const& be)
      : table(labels, o, be), d(labels.extent[1]), with_self(o.with_self) {
    values.reserve(static_cast<std::size_t>(labels.size()));
    for (index_t i = 0; i < labels.extent[0]; ++i)
      for (index_t k = 0; k < d; ++k) values.push_back(labels(i, k));
  }
  std::size_t bytes() const noexcept { return table.bytes() + values.size() * sizeof(T); }
  Table table;
  index_t d;
  bool with_self;
  std::vector<T> values;
};

/// Query i of a grid: a row of the table where `rows` is given, else a point.
template <class T, int D>
struct grid_draw_items {
  kernel_grid_view<T, D> table;
  T const* values;  // of the table's rows
  bool with_self;
  tensor_view<index_t const, 1> rows;
  tensor_view<T const, 2> points;
  mixaug::key key;
  tensor_view<index_t, 2> partner;

  void operator()(index_t i) const noexcept {
    bool const by_row = rows.data != nullptr;
    double query[D];
    for (int k = 0; k < D; ++k) query[k] = static_cast<double>(by_row ? values[rows(i) * D + k] : points(i, k));
    random const draw(key, static_cast<std::uint64_t>(key.first + i), purpose::pairing);
    for (index_t s = 0; s < partner.extent[1]; ++s)
      partner(i, s) = table.draw(query, by_row && !with_self ? rows(i) : -1, draw, static_cast<std::uint32_t>(s));
  }
};

/// Draws for rows of the table, or, where `rows` has none, for points of type T.
template <class Backend, class T>
struct kernel_drawing {
  Backend const& be;
  tensor_view<index_t const, 1> rows;
  tensor_view<T const, 2> points;
  mixaug::key key;
  tensor_view<index_t, 2> partner;

  void operator()(kernel_line<T> const& table) const {
    tensor_view<T const, 1> column;
    column.data = points.data, column.extent[0] = points.extent[0], column.stride[0] = points.stride[0];
    kernel_draw_items<T> const job{{table.view(), key, rows, column, partner}};
    be.items(job.count(), job);
  }
  template <int D>
  void operator()(kernel_rows<T, kernel_grid<T, D>> const& t) const {
    be.items(partner.extent[0],
             grid_draw_items<T, D>{t.table.view(), t.values.data(), t.with_self, rows, points, key, partner});
  }
  void operator()(kernel_rows<T, kernel_pass<T>> const& t) const {
    index_t const m = partner.extent[0], d = t.d;
    if (rows.data == nullptr)
      return t.table.draw(be, pass_request<T>{points, nullptr, key, key.first, partner}, kept_scratch());
    std::size_t const head = (static_cast<std::size_t>(m * d) * sizeof(T) + 63) / 64 * 64;
    std::byte* const memory = kept_scratch(1).reserve(head + static_cast<std::size_t>(m) * sizeof(index_t));
    T* const values = reinterpret_cast<T*>(memory);
    auto* const self = reinterpret_cast<index_t*>(memory + head);
    for (index_t i = 0; i < m; ++i) {
      self[i] = rows(i);
      for (index_t k = 0; k < d; ++k) values[i * d + k] = t.values[static_cast<std::size_t>(rows(i) * d + k)];
    }
    auto const view = row_major<T const>(values, extents<2>{m, d});
    t.table.draw(be, pass_request<T>{view, self, key, key.first, partner}, kept_scratch());
  }
  /// A table of the other type: refused before.
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
