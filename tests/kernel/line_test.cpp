#include <doctest/doctest.h>

#include <limits>
#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/detail/line/draws.hpp>
#include <mixaug/kernel/detail/line/table.hpp>

#include "reference/kernel_reference.hpp"
#include "reference/statistics.hpp"

namespace line_test {

namespace ma = mixaug;
using ma::index_t;
using ma::kernel;
using reference::label_law;

namespace {

/// Deals its parts backwards, as many as it says it has lanes for: a build may not depend on either.
struct backwards {
  index_t threads;
  index_t lanes() const noexcept { return threads; }
  template <class Items>
  void items(index_t count, Items const& job) const noexcept {
    for (index_t k = count; k-- > 0;) job(k);
  }
};

template <class T, class Backend = ma::serial>
ma::detail::sorted_table<T> table_of(std::vector<T> const& y, ma::pairing::kernel_options const& o,
                                     Backend const& be = {}) {
  return {ma::labels(y.data(), {y.size()}), o, be};
}
ma::random draw_of(std::uint64_t row, std::uint64_t seed = 1) { return {{.seed = seed}, row, ma::purpose::pairing}; }

/// How often each row is drawn as the partner of a value; last: no partner.
template <class Table>
std::vector<double> counts(Table const& table, double query, index_t self, int draws) {
  auto const view = table.view();
  std::vector<double> seen(static_cast<std::size_t>(view.rows) + 1);
  for (int k = 0; k < draws; ++k) {
    index_t const j = view.draw(query, self, draw_of(static_cast<std::uint64_t>(k)), 0);
    seen[static_cast<std::size_t>(j < 0 ? view.rows : j)] += 1;
  }
  return seen;
}
template <class T>
double p_value(std::vector<T> const& y, ma::pairing::kernel_options const& o, double query, index_t self = -1) {
  int const draws = 2000;
  auto const seen = counts(table_of(y, o), query, self, draws);
  auto const p = reference::kernel_row(y, query, o.bandwidth, o.kernel == kernel::tophat, self);
  std::vector<double> observed, expected;
  double total = 0;
  for (std::size_t j : reference::by_label(y)) {
    observed.push_back(seen[j]), expected.push_back(p[j] * draws), total += p[j];
    if (p[j] < 1e-15 && seen[j] > 0) return 0;
  }
  if (total == 0) return seen.back() == draws ? 1 : 0;
  return seen.back() == 0 ? reference::chi_square_p(observed, expected) : 0;
}
template <class T>
std::vector<index_t> drawn(ma::detail::sorted_table<T> const& table, std::vector<index_t> const& rows, ma::key key,
                           index_t slots = 1) {
  std::vector<index_t> out(rows.size() * static_cast<std::size_t>(slots));
  auto const n = static_cast<index_t>(rows.size());
  ma::detail::kernel_draw_items<T> const job{
      {table.view(), key, ma::indices(rows.data(), {n}), {}, ma::row_major(out.data(), ma::extents<2>{n, slots})}};
  ma::serial{}.items(job.count(), job);
  return out;
}

}  // namespace

TEST_CASE_TEMPLATE("the table and its draws do not depend on the parts of the build, the batch or the way of asking", T,
                   float, double) {
  std::vector<index_t> rows(1000);
  for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = static_cast<index_t>(k * 7919 % 40000);
  for (auto law : {label_law::uniform, label_law::lognormal, label_law::grid})
    for (kernel kind : {kernel::gaussian, kernel::tophat})
      for (double h : {1e-5, 1e-2, 1.0}) {
        auto const y = reference::labels_of<T>(law, 40000);
        ma::pairing::kernel_options const o{h, kind, h < 1.0};
        auto const table = table_of(y, o);
        auto const want = drawn(table, rows, {.seed = 9}, 2);
        for (index_t lanes : {1, 2, 3, 4}) {
          auto const other = table_of(y, o, backwards{lanes});
          CHECK(other.bytes() == table.bytes());
          CHECK(drawn(other, rows, {.seed = 9}, 2) == want);
        }
        CHECK(table.bytes() <= rows.size() * 40 * (sizeof(T) == 4 ? 64 : 96));
        std::vector<index_t> const tail(rows.begin() + 600, rows.end());
        auto const part = drawn(table, tail, {.seed = 9, .first = 600}, 2);
        CHECK(std::equal(part.begin(), part.end(), want.begin() + 1200));
        std::vector<index_t> one(1);
        for (std::size_t k = 0; k < 200; ++k) {
          auto const i = static_cast<std::size_t>(rows[k]);
          CHECK(table.view().draw(static_cast<double>(y[i]), o.with_self ? -1 : rows[k], draw_of(k, 9), 1) ==
                want[2 * k + 1]);
          CHECK((want[2 * k] != rows[k] || o.with_self));
          auto const device = ma::row_major(one.data(), ma::extents<2>{1, 1});
          ma::key const key{.seed = 9, .first = static_cast<index_t>(k)};
          ma::detail::kernel_draw_threads<T> const thread{{table.view(), key, {}, ma::labels(&y[i], {1}), device}};
          thread(thread.begin(0), 0);
          if (o.with_self) CHECK(one[0] == want[2 * k]);
        }
      }
}

TEST_CASE("labels and bandwidths at the ends of their range") {
  double const inf = std::numeric_limits<double>::infinity(), tiny = std::numeric_limits<double>::denorm_min();
  std::vector<double> const some{0.0, -0.0, 1.0, 1.5, -2.0, 2.0, 3.0, 3.0};
  for (double scale : {1.0, 1e-300, 1e300, 0x1p1022, 1e-30, 1e30, 0x1p-1050})
    for (double h : {0.5, 3.0}) {
      auto y = some;
      for (double& v : y) v *= scale;
      CAPTURE(scale);
      for (kernel kind : {kernel::gaussian, kernel::tophat})
        for (double query : {0.0, 1.25, 2.75}) CHECK(p_value(y, {h * scale, kind}, query * scale) > 1e-6);
      CHECK(p_value(y, {h * scale}, y[4], 4) > 1e-6);
      CHECK(p_value(y, {h * scale, kernel::tophat}, y[6], 6) > 1e-6);
    }
  for (double h : {1e-30, 1e-300, tiny, 1e30, 1e300})
    for (double query : {0.0, 1.25, 1e9, -1e300, 3.0}) {
      INFO(h, " ", query);
      CHECK(p_value(some, {h}, query) > 1e-6);
    }
  std::vector<float> const floats{-3e38f, 3e38f, 0.0f, -0.0f, 1e-45f, 1.0f};
  for (double h : {1e-45, 1e-30, 1.0, 1e30, 1e38, 1e39})
    for (double query : {-3e38, 0.0, 1.0, 2e38, 1e300}) {
      INFO(h, " ", query);
      CHECK(p_value(floats, {h}, query) > 1e-6);
    }
  for (double query : {inf, -inf, std::nan("")})
    CHECK(table_of(some, {1.0}).view().draw(query, -1, draw_of(1), 0) == -1);
}

TEST_CASE("a far query, and a row that outweighs the rest and is not to be drawn") {
  std::vector<float> y{0.0f};
  for (int k = 0; k < 400; ++k) y.push_back(5.0f + 0.01f * static_cast<float>(k % 100));
  for (double h : {0.01, 0.3, 1.0, 2.0}) CHECK(p_value(y, {h}, 0.0, 0) > 1e-6);  // by cells, by elements
  for (double query : {5.505, 4.0, 1e3, -1e6}) CHECK(p_value(y, {0.2}, query) > 1e-6);
  CHECK(p_value(y, {5.0, kernel::tophat}, 0.0, 0) == 1);  // h itself is out
  CHECK(p_value(y, {5.001, kernel::tophat}, 0.0, 0) > 1e-6);
  CHECK(counts(table_of(std::vector<float>{2.0f}, {1.0}), 2.0, 0, 10)[1] == 10);  // alone
  CHECK(counts(table_of(std::vector<float>{2.0f}, {1.0}), 1e30, -1, 10)[0] == 10);
  CHECK(counts(table_of(std::vector<float>{2.0f, 7.0f}, {1e-9}), 2.0, 0, 10)[1] == 10);
}

TEST_CASE("blocks of queries draw what single queries draw where a row outweighs the rest and is not to be drawn") {
  std::vector<float> y{0.0f};
  for (int k = 1; k <= 400; ++k) y.push_back(3.9f + 0.0003f * static_cast<float>(k));
  auto const table = table_of(y, {.bandwidth = 1.0, .with_self = false});
  auto const view = table.view();
  REQUIRE(view.cell[view.query[0].cell].table() != ma::detail::kernel_cell<float>::scan);
  std::vector<index_t> rows(4000);  // row 0 asks, alone and among others
  for (std::size_t k = 1000; k < rows.size(); ++k) rows[k] = k % 3 == 0 ? static_cast<index_t>(k % 401) : 0;
  auto const want = drawn(table, rows, {.seed = 3}, 2);
  index_t differ = 0;
  for (std::size_t k = 0; k < rows.size(); ++k)
    for (std::uint32_t slot = 0; slot < 2; ++slot)
      differ += view.draw_row(rows[k], draw_of(k, 3), slot) != want[2 * k + slot];
  CHECK(differ == 0);
  CHECK(p_value(y, {.bandwidth = 1.0, .with_self = false}, 0.0, 0) > 1e-6);
}

TEST_CASE_TEMPLATE("a table written out: its order, cells and windows, and chances of slots to the last bits", T, float,
                   double) {
  index_t tables = 0, scans = 0;
  for (auto law : {label_law::uniform, label_law::lognormal, label_law::grid})
    for (double h : {0.02, 0.1, 0.5}) {
      CAPTURE(h);
      auto const y = reference::labels_of<T>(law, 6000);
      auto const table = table_of(y, {.bandwidth = h});
      auto const v = table.view();
      auto const n = static_cast<index_t>(y.size());
      auto const apart = [&](T a, T b) {
        return std::fabs(static_cast<long double>(a) - static_cast<long double>(b)) / static_cast<long double>(h);
      };
      // All that is outside weighs at most 1/32 of a row, and hardly less.
      CHECK(static_cast<double>(n) * v.outside == doctest::Approx(1.0 / 32).epsilon(1e-9));
      CHECK(v.outside == doctest::Approx(std::exp(-0.5 * v.reach * v.reach)).epsilon(1e-14));
      std::vector<std::size_t> const order = reference::by_label(y);
      index_t wrong_rows = 0, wrong_cells = 0, near_outside = 0, far_inside = 0, wrong_total = 0, wrong_mass = 0;
      for (index_t i = 0; i < n; ++i)
        wrong_rows +=
            v.element[i].key != y[order[static_cast<std::size_t>(i)]] || y[v.element[i].row] != v.element[i].key;
      index_t start = 0;
      for (index_t q = 0; q < v.cells; ++q) {
        auto const& c = v.cell[q];
        index_t const end = v.cell[q + 1].start;
        wrong_cells += index_t{c.start} != start || end <= start || v.element[start].key != c.low ||
                       v.element[end - 1].key != c.high || apart(c.low, c.high) > 0.5L;
        for (index_t i = start; i < end; ++i)
          wrong_cells += v.query[v.element[i].row].cell != static_cast<std::uint32_t>(q) ||
                         v.query[v.element[i].row].y != v.element[i].key;
        start = end;
        if (c.count == 0) continue;
        index_t const first = q - c.back, last = first + c.count, slots = index_t{c.count} + 1;
        long double const reach = static_cast<long double>(v.reach);
        near_outside += first > 0 && apart(v.cell[first - 1].high, c.low) <= reach * (1 - 1e-15L);
        near_outside += last < v.cells && apart(c.high, v.cell[last].low) <= reach * (1 - 1e-15L);
        far_inside += c.back > 0 && apart(v.cell[first].high, c.low) > reach * (1 + 1e-15L);
        far_inside += last > q + 1 && apart(c.high, v.cell[last - 1].low) > reach * (1 + 1e-15L);
        if (c.table() == ma::detail::kernel_cell<T>::scan) {
          ++scans;
          continue;
        }
        ++tables;
        // An entry: 55 bits of the slot's own share, then the slot that has the rest. long double holds their sums.
        long double const one = 0x1p55L;
        std::vector<long double> mass(static_cast<std::size_t>(slots)), weight(static_cast<std::size_t>(slots));
        for (index_t k = 0; k < slots; ++k) {
          std::uint64_t const entry = v.alias[c.table() + k];
          mass[static_cast<std::size_t>(k)] += static_cast<long double>(entry >> 8);
          mass.at(entry & 0xFF) += one - static_cast<long double>(entry >> 8);
        }
        long double total = 0, sum = 0;
        for (long double m : mass) total += m;
        wrong_total += total != one * static_cast<long double>(slots);
        index_t inside = 0;
        for (index_t k = 0; k + 1 < slots; ++k) {
          index_t const p = first + k, rows = index_t{v.cell[p + 1].start} - v.cell[p].start;
          long double const t = p < q ? apart(v.cell[p].high, c.low) : p > q ? apart(c.high, v.cell[p].low) : 0;
          inside += rows;
          sum += weight[static_cast<std::size_t>(k)] = static_cast<long double>(rows) * std::exp(-t * t / 2);
        }
        sum += weight.back() = static_cast<long double>(v.outside) * static_cast<long double>(n - inside);
        for (std::size_t k = 0; k < weight.size(); ++k)
          wrong_mass += std::fabs(mass[k] / total - weight[k] / sum) > 3e-15L;
      }
      CHECK(start == n);
      CHECK((wrong_rows == 0 && wrong_cells == 0));
      CHECK((near_outside == 0 && far_inside == 0));
      CHECK((wrong_total == 0 && wrong_mass == 0));
    }
  CHECK((tables > 100 && scans > 100));
}

TEST_CASE("labels and options that a table refuses") {
  std::vector<float> y(5000, 1.0f);
  CHECK_THROWS_WITH_AS(table_of(y, {0.0}),
                       "mixaug: the kernel's bandwidth is 0; expected a finite number > 0, in the labels' units",
                       ma::invalid_argument);
  CHECK_THROWS_AS(table_of(std::vector<float>{}, {1.0}), ma::invalid_argument);
  y[4321] = std::nanf("");
  CHECK_THROWS_WITH_AS(table_of(y, {1.0}, backwards{4}), "mixaug: label 4321 is nan; expected a finite number",
                       ma::invalid_argument);
  y[17] = HUGE_VALF;
  CHECK_THROWS_WITH_AS(table_of(y, {1.0}, backwards{4}), "mixaug: label 17 is inf; expected a finite number",
                       ma::invalid_argument);
}

}  // namespace line_test
