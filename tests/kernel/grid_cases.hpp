#pragma once
#include <cstring>
#include <mixaug/kernel/detail/grid/build.hpp>
#include <mixaug/kernel/detail/grid/draws.hpp>
#include <string>

#include "support/kernel_space.hpp"

/// Tables of two and three columns on any backend: those of serial, bit for bit, and their partners.
namespace kernel_space {

template <class E>
bool same(E const* a, E const* b, std::size_t n) {
  return std::memcmp(a, b, n * sizeof(E)) == 0;
}
template <class T, int D>
std::string difference(ma::detail::kernel_grid_view<T, D> const& a, ma::detail::kernel_grid_view<T, D> const& b) {
  if (a.n != b.n || a.width != b.width || a.reach != b.reach || a.window != b.window || !same(a.origin, b.origin, D))
    return "scale";
  auto const n = static_cast<std::size_t>(a.n);
  if (!same(a.order, b.order, n)) return "order";
  for (int k = 0; k < D; ++k) {
    if (!same(a.rows[k], b.rows[k], n + 16)) return "rows";
    if (a.level[k].count != b.level[k].count) return "nodes";
    std::size_t const m = a.level[k].count;
    if (!same(a.level[k].key, b.level[k].key, m) || !same(a.level[k].child, b.level[k].child, m + 1)) return "nodes";
  }
  std::size_t const m = a.level[D - 1].count;
  if (!same(a.cells, b.cells, m)) return "cells";
  return same(a.entries, b.entries, a.cells[m - 1].table + a.cells[m - 1].entries) ? "" : "entries";
}

/// The table and the partners of rows and points, two each, beside those of serial.
template <class T, int D, class Backend>
void same_grid(Backend const& be, int law, std::size_t n, ma::pairing::kernel_options const& o, index_t scan) {
  constexpr ma::space S = ma::detail::table_builder<Backend>::memory;
  INFO("law ", law, ", n ", n, ", columns ", D, ", h ", o.bandwidth, ", tophat ", o.kernel == ma::kernel::tophat,
       ", scan ", scan);
  auto const y = labels_of<T>(law, n, D, n + D);
  ma::detail::grid_table<T, D> const expected(ma::labels<T const>(y.data(), {n, std::size_t{D}}), o, ma::serial{},
                                              scan);
  placed<Backend, T> const labels(be, y);
  ma::detail::grid_table<T, D, S> const found(in<S>(ma::labels<T const>(labels.block.data(), {n, std::size_t{D}})), o,
                                              be, scan);
  CHECK(found.bytes() == expected.bytes());
  if constexpr (S == ma::space::device) {
    ma::detail::grid_table<T, D> const back(found, be);
    CHECK(difference(expected.view(), back.view()) == "");
    ma::detail::grid_table<T, D, S> const sent(expected, be);
    CHECK(difference(expected.view(), ma::detail::grid_table<T, D>(sent, be).view()) == "");
  } else {
    CHECK(difference(expected.view(), found.view()) == "");
  }
  std::size_t const m = std::min<std::size_t>(n, 300);
  std::vector<index_t> rows(m), one(2 * m), other(2 * m, -7);
  std::vector<T> points(m * D);
  for (std::size_t i = 0; i < m; ++i) rows[i] = static_cast<index_t>(i * 7919 % n);
  for (std::size_t i = 0; i < m * D; ++i)
    points[i] = y[i] + static_cast<T>(i % 3 == 0 ? 0 : 1.3 * std::min(o.bandwidth, 1e3));
  placed<Backend, index_t> const at(be, rows), out(be, other);
  placed<Backend, T> const values(be, points);
  for (bool by_row : {true, false}) {
    auto const draws = [&](auto const& table, index_t const* r, T const* p, index_t* to) {
      return ma::detail::kernel_grid_draws<T, D>{table.view(),
                                                 table.values(),
                                                 table.with_self(),
                                                 ma::indices(by_row ? r : nullptr, {m}),
                                                 ma::labels(p, {m, std::size_t{D}}),
                                                 {.seed = 4, .first = 9},
                                                 ma::row_major(to, ma::extents<2>{m, 2})};
    };
    auto const here = draws(expected, rows.data(), points.data(), one.data());
    for (index_t i = 0; i < static_cast<index_t>(m); ++i) here(i);
    for (std::size_t i = 0; i < 2 * m && by_row && !o.with_self; ++i) REQUIRE(one[i] != rows[i / 2]);
    out.kit.items(static_cast<index_t>(m), draws(found, at.block.data(), values.block.data(), out.block.data()));
    CHECK(out.read() == one);
  }
}

}  // namespace kernel_space

TEST_CASE_TEMPLATE_DEFINE("tables of two and three columns, and their partners, are those of serial", Backend,
                          kernel_space_grids) {
  using namespace kernel_space;
  Backend const be{};
  for (int law = 0; law <= reference::laws; ++law)
    for (std::size_t n : {1u, 2u, 17u, 1500u})
      for (double h : {1e-30, 0.02, 0.3, 30.0}) {
        bool const tophat = (law + n) % 3 == 0, with_self = n % 2 == 0;
        ma::pairing::kernel_options const o{h, tophat ? ma::kernel::tophat : ma::kernel::gaussian, with_self};
        same_grid<float, 2>(be, law, n, o, n == 2 ? 512 : 4);
        same_grid<float, 3>(be, law, n, o, n == 17 ? 2048 : 20);
        if (n < 20) same_grid<double, 2>(be, law, n, o, 4);
      }
}
TEST_CASE_TEMPLATE_DEFINE("large tables of two and three columns are those of serial", Backend, kernel_space_large) {
  using namespace kernel_space;
  Backend const be{};
  for (int law : {0, 2, 4, 5, 7}) same_grid<float, 2>(be, law, 100000, {0.05, ma::kernel::gaussian, law > 3}, 512);
  same_grid<float, 3>(be, 1, 50000, {0.2, ma::kernel::gaussian, false}, 2048);
  same_grid<float, 3>(be, 0, 40000, {1e-13, ma::kernel::gaussian, false}, 2048);  // keys of more than 64 bits
}

#define TEST_KERNEL_GRIDS(BACKEND)                        \
  TEST_CASE_TEMPLATE_INVOKE(kernel_space_grids, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(kernel_space_large, BACKEND)
