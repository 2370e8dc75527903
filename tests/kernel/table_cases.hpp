#pragma once
// Tables of one-dimensional labels, and their partners, on any backend: those of one thread, bit for bit.
#include <doctest/doctest.h>

#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/device_gaussian_kernel.hpp>

#include "reference/kernel_reference.hpp"
#include "support/memory.hpp"

namespace test {

using reference::label_law;
template <class Backend>
inline constexpr bool on_host = Backend::memory == ma::space::host;

/// The arrays of two tables on the host, number by number: what pads a struct is nobody's.
template <class T>
bool same_table(ma::detail::sorted_table<T> const& a, ma::detail::sorted_table<T> const& b) {
  auto const v = a.view(), w = b.view();
  bool same = v.rows == w.rows && v.cells == w.cells && a.entries() == b.entries() && a.bytes() == b.bytes();
  same = same && same_bits(v.reach, w.reach) && same_bits(v.outside, w.outside) && v.quick == w.quick &&
         same_bits(v.scale, w.scale);
  for (index_t i = 0; same && i < v.rows; ++i) {
    same = same_bits(v.element[i].key, w.element[i].key) && v.element[i].row == w.element[i].row;
    same = same && same_bits(v.query[i].y, w.query[i].y) && v.query[i].cell == w.query[i].cell;
  }
  for (index_t i = 0; same && i < ma::detail::kernel_lanes; ++i)
    same = v.element[v.rows + i].row == w.element[v.rows + i].row;
  for (index_t q = 0; same && q <= v.cells; ++q) {
    auto const &c = v.cell[q], &d = w.cell[q];
    same = same_bits(c.low, d.low) && same_bits(c.high, d.high) && c.start == d.start && c.table() == d.table() &&
           c.back == d.back && c.count == d.count;
  }
  return same && (a.entries() == 0 ||
                  std::memcmp(v.alias, w.alias, sizeof(std::uint64_t) * static_cast<std::size_t>(a.entries())) == 0);
}

/// A table built by a backend, on the host.
template <class Backend, class T>
ma::detail::sorted_table<T> line_of(Backend const& be, std::vector<T> const& y, ma::pairing::kernel_options const& o) {
  buffer<T, Backend::memory> labels(y);
  auto const in = in_space<Backend::memory>(ma::labels<T const>(labels.data(), {y.size()}));
  if constexpr (on_host<Backend>)
    return {in, o, be};
  else
    return {ma::detail::sorted_table<T, ma::space::device>(in, o, be), be};
}

/// Partners drawn by a backend from a table that it built: of rows, or of values where there are some.
template <class Backend, class T>
std::vector<std::int64_t> partners(Backend const& be, std::vector<T> const& y, ma::pairing::kernel_options const& o,
                                   ma::key const& k, std::vector<std::int64_t> const& rows,
                                   std::vector<T> const& values = {}, bool sent = false) {
  constexpr ma::space S = Backend::memory;
  std::size_t const m = values.empty() ? rows.size() : values.size();
  buffer<T, S> labels(y), points(values.empty() ? y : values);
  buffer<std::int64_t, S> queries(rows), out(std::vector<std::int64_t>(2 * m, -7));
  auto const in = in_space<S>(ma::labels<T const>(labels.data(), {y.size()})),
             at = in_space<S>(ma::labels<T const>(points.data(), {m}));
  auto const asked = in_space<S>(ma::indices<std::int64_t const>(queries.data(), {m}));
  auto const drawn = in_space<S>(ma::row_major(out.data(), ma::extents<2>{m, 2}));
  auto const draw = [&](auto const& table) {
    values.empty() ? table.draw(be, asked, k, drawn) : table.draw_at(be, at, k, drawn);
  };
  if constexpr (on_host<Backend>)
    draw(ma::pairing::gaussian_kernel(be, in, o));
  else if (sent)
    draw(ma::upload(be, ma::pairing::gaussian_kernel(ma::labels(y.data(), {y.size()}), o)));
  else
    draw(ma::pairing::device_gaussian_kernel(be, in, o));
  return out.read();
}

template <class T>
std::vector<T> law_of(int law, index_t n) {
  auto y = reference::labels_of<T>(static_cast<label_law>(law % reference::label_laws), static_cast<std::size_t>(n));
  if (law == reference::label_laws) std::sort(y.begin(), y.end(), std::greater<T>());  // backwards
  if (law == reference::label_laws + 1) std::fill(y.begin(), y.end(), T(-3));          // all the same
  if (law == reference::label_laws + 2)  // far from 0, and one label farther
    for (T& v : y) v = &v == &y[0] ? T(-1e30) : T(1000) + v;
  return y;
}

template <class T, class Backend>
void same_tables(Backend const& be) {
  for (index_t n : {1, 2, 3, 31, 32767, 32769, 100000})
    for (int law = 0; law < reference::label_laws + 3; ++law) {
      if (n > 31 && (law + n) % 3 != 0) continue;
      auto y = law_of<T>(law, n);
      y[static_cast<std::size_t>(n / 2)] = T(-0.0);
      for (double h : {1e-7, 1e-3, 0.3, 50.0})
        for (ma::kernel kind : {ma::kernel::gaussian, ma::kernel::tophat}) {
          if (n > 40000 && (kind == ma::kernel::tophat) != (h == 0.3)) continue;
          INFO("n ", n, " law ", law, " h ", h);
          ma::pairing::kernel_options const o{h, kind, law % 2 == 0};
          CHECK(same_table(line_of(be, y, o), line_of(ma::serial{}, y, o)));
        }
    }
}
template <class T, class Backend>
void same_partners(Backend const& be) {
  for (index_t n : {1, 3, 500, 40000})
    for (int law = 0; law < reference::label_laws + 3; ++law) {
      auto const y = law_of<T>(law, n);
      std::vector<std::int64_t> rows(700);
      std::vector<T> values(700);
      for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = static_cast<std::int64_t>(i * 7919) % n,
        values[i] = y[static_cast<std::size_t>(rows[i])] + static_cast<T>(i % 5) * T(0.01);
      for (double h : {1e-5, 0.01, 1.0})
        for (ma::kernel kind : {ma::kernel::gaussian, ma::kernel::tophat}) {
          INFO("n ", n, " law ", law, " h ", h);
          ma::pairing::kernel_options const o{h, kind, (law + n) % 2 == 0};
          ma::key const k{.seed = 5, .step = static_cast<std::uint64_t>(law), .first = 10};
          auto const want = partners(ma::serial{}, y, o, k, rows),
                     there = partners(ma::serial{}, y, o, k, rows, values);
          CHECK(partners(be, y, o, k, rows) == want);
          CHECK(partners(be, y, o, k, rows, values) == there);
          if (law == 1) CHECK(partners(be, y, o, k, rows, {}, true) == want);
        }
    }
}
/// The sentence that a build of labels throws; "" where it throws none.
template <class T, class Backend>
std::string refusal(Backend const& be, std::vector<T> const& y, double h = 1.0) {
  try {
    line_of(be, y, ma::pairing::kernel_options{.bandwidth = h});
  } catch (ma::invalid_argument const& e) {
    return e.what();
  }
  return "";
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("kernel tables have the bits of one thread's", Backend, kernel_tables) {
  test::same_tables<float>(Backend{}), test::same_tables<double>(Backend{});
}
TEST_CASE_TEMPLATE_DEFINE("kernel tables draw the partners of one thread's", Backend, kernel_partners) {
  test::same_partners<float>(Backend{}), test::same_partners<double>(Backend{});
}
TEST_CASE_TEMPLATE_DEFINE("a label that is not finite is named, the first of them", Backend, kernel_refusals) {
  for (double bad : {std::nan(""), -std::nan(""), static_cast<double>(INFINITY), -static_cast<double>(INFINITY)})
    for (std::size_t n : {std::size_t{1}, std::size_t{40}, std::size_t{40000}}) {
      std::vector<double> y(n, 1e308);
      y[0] = -1e308;
      CHECK(test::refusal(Backend{}, y, 1e300) == "");
      y[n - 1] = bad, y[(n / 3 + 1) % n] = bad, y[n / 3] = bad;
      CHECK(test::refusal(Backend{}, y) == test::refusal(ma::serial{}, y));
      CHECK(test::refusal(Backend{}, y).find("mixaug: label " + std::to_string(n / 3) + " is ") == 0);
      CHECK(test::refusal(Backend{}, y, -1.0).find("bandwidth") != std::string::npos);
    }
}
#define TEST_KERNEL_TABLES(...)                            \
  TEST_CASE_TEMPLATE_INVOKE(kernel_tables, __VA_ARGS__);   \
  TEST_CASE_TEMPLATE_INVOKE(kernel_partners, __VA_ARGS__); \
  TEST_CASE_TEMPLATE_INVOKE(kernel_refusals, __VA_ARGS__)
