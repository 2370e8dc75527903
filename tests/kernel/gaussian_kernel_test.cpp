#include <doctest/doctest.h>

#include <mixaug/kernel/bandwidth.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>
#include <mixaug/kernel/kernel_matrix.hpp>

#include "reference/statistics.hpp"
#include "support/values.hpp"

namespace gaussian_kernel_test {

namespace ma = mixaug;
using ma::index_t;
using ma::pairing::gaussian_kernel;

namespace {

template <class T>
std::vector<T> labels_of(index_t n, index_t d) {
  test::stream s(static_cast<std::uint64_t>(17 * n + d));
  std::vector<T> y;
  for (index_t i = 0; i < n * d; ++i) y.push_back(static_cast<T>(i % 5 == 4 ? 0.5 : s.unit() * 3));
  return y;
}

/// The chance of each row for one query, from the explicit table, against many draws of it.
template <class T>
double p_of(gaussian_kernel const& table, std::vector<double> const& matrix, std::vector<T> const& y, index_t d,
            index_t row, bool by_value) {
  index_t const n = table.rows(), draws = reference::draws(4000);
  std::vector<double> expected, seen(static_cast<std::size_t>(n));
  for (index_t j = 0; j < n; ++j)
    expected.push_back(matrix[static_cast<std::size_t>(row * n + j)] * static_cast<double>(draws));
  std::vector<std::int64_t> query(static_cast<std::size_t>(draws), row), partner(query.size());
  std::vector<T> values;
  for (index_t i = 0; i < draws; ++i)
    for (index_t k = 0; k < d; ++k) values.push_back(y[static_cast<std::size_t>(row * d + k)]);
  ma::key const key{.seed = static_cast<std::uint64_t>(row + 100 * d), .step = static_cast<std::uint64_t>(by_value)};
  if (by_value && d == 1)
    table.draw_at(ma::labels(values.data(), {draws}), key, ma::indices(partner.data(), {draws}));
  else if (by_value)
    table.draw_at(ma::labels(values.data(), {draws, d}), key, ma::indices(partner.data(), {draws}));
  else
    table.draw(ma::indices(std::as_const(query).data(), {draws}), key, ma::indices(partner.data(), {draws}));
  for (std::int64_t p : partner) seen.at(static_cast<std::size_t>(p)) += 1;
  return reference::chi_square_p(seen, expected);
}

template <class T>
void every_law(index_t d) {
  index_t const n = 60;
  auto const y = labels_of<T>(n, d);
  CAPTURE(d);
  for (auto kind : {ma::kernel::gaussian, ma::kernel::tophat})
    for (double h : {0.05, 0.6, 5.0})
      for (bool self : {true, false}) {
        if (kind == ma::kernel::tophat && !self && h < 0.6) continue;  // some rows have nobody near
        ma::pairing::kernel_options const o{.bandwidth = h * static_cast<double>(d), .kernel = kind, .with_self = self};
        gaussian_kernel const table(ma::labels(y.data(), {n, d}), o);
        CHECK(table.columns() == d);
        std::vector<double> matrix(static_cast<std::size_t>(n * n));
        ma::kernel_matrix(ma::labels(y.data(), {n, d}), o, ma::features(matrix.data(), {n, n}));
        for (index_t row : {index_t{3}, index_t{44}}) {
          CHECK(p_of(table, matrix, y, d, row, false) > reference::level(500));
          if (self) CHECK(p_of(table, matrix, y, d, row, true) > reference::level(500));
        }
      }
}

}  // namespace

TEST_CASE("partners follow the explicit table, whatever the columns and the type") {
  for (index_t d : {1, 2, 3, 5}) every_law<float>(d), every_law<double>(d);
  every_law<float>(20);
}

TEST_CASE("several partners a query are drawn apart, and parts of a call are those of the whole") {
  auto const y = labels_of<double>(200, 1);
  gaussian_kernel const table(ma::labels(y.data(), {200}), {.bandwidth = 1.0});
  std::vector<std::int64_t> query(200), one(200), many(600), part(100);
  for (std::size_t i = 0; i < 200; ++i) query[i] = static_cast<std::int64_t>(i * 7 % 200);
  auto const q = ma::indices(std::as_const(query).data(), {200});
  table.draw(q, ma::key{.seed = 3}, ma::indices(one.data(), {200}));
  table.draw(q, ma::key{.seed = 3}, ma::labels(many.data(), {200, 3}));
  int same = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    CHECK(many[3 * i] == one[i]);
    same += many[3 * i] == many[3 * i + 1];
  }
  CHECK(same < 20);
  table.draw(ma::indices(std::as_const(query).data() + 100, {100}), ma::key{.seed = 3, .first = 100, .global = 200},
             ma::indices(part.data(), {100}));
  for (std::size_t i = 0; i < 100; ++i) CHECK(part[i] == one[100 + i]);
}

TEST_CASE("as the pairing of a method: rows of a data set, or of the batch") {
  auto const y = labels_of<float>(50, 1);
  gaussian_kernel const table(ma::labels(y.data(), {50}), {.bandwidth = 0.3, .with_self = false});
  std::vector<std::int64_t> const rows{4, 9, 9, 30, 49, 0};
  std::vector<std::int64_t> drawn(6), own(50), all(50);
  auto const in = ma::inputs(ma::features<float>(nullptr, {6, 3})).index(ma::indices(rows.data(), {6})).source_rows(50);
  auto const p = ma::make_plan(with(ma::c_mixup{}, table), in, ma::key{.seed = 8});
  table.draw(ma::indices(rows.data(), {6}), ma::key{.seed = 8}, ma::indices(drawn.data(), {6}));
  for (std::size_t i = 0; i < 6; ++i) CHECK((p.partner[i] == drawn[i] && drawn[i] != rows[i]));
  for (index_t first : {0, 2, 4})  // parts of the batch, with the places of their own rows or of all six
    for (bool own_places : {true, false}) {
      auto const places = own_places ? ma::indices(rows.data() + first, {2}) : ma::indices(rows.data(), {6});
      auto const part = ma::make_plan(with(ma::c_mixup{}, table),
                                      ma::inputs(ma::features<float>(nullptr, {2, 3})).index(places).source_rows(50),
                                      ma::key{.seed = 8, .first = first, .global = 6});
      for (index_t i = 0; i < 2; ++i) CHECK(part.partner[i] == p.partner[first + i]);
    }
  auto const batch = ma::make_plan(with(ma::mixup{}, table), ma::features<float>(nullptr, {50, 3}), ma::key{.seed = 9});
  for (std::size_t i = 0; i < 50; ++i) all[i] = static_cast<std::int64_t>(i);
  table.draw(ma::indices(std::as_const(all).data(), {50}), ma::key{.seed = 9}, ma::indices(own.data(), {50}));
  for (std::size_t i = 0; i < 50; ++i) CHECK(batch.partner[i] == own[i]);
  CHECK_THROWS_AS(ma::make_plan(with(ma::c_mixup{}, table),
                                ma::inputs(ma::features<float>(nullptr, {6, 3})).source_rows(50), ma::key{}),
                  ma::invalid_argument);
  CHECK_THROWS_AS(ma::make_plan(with(ma::c_mixup{}, table), ma::features<float>(nullptr, {6, 3}), ma::key{}),
                  ma::invalid_argument);
}

TEST_CASE("bad labels, bandwidths and queries are refused") {
  std::vector<float> y{1, 2, std::numeric_limits<float>::infinity()}, two{1, 2, 3, 4};
  std::vector<double> other{1.5};
  std::vector<std::int64_t> q{0, 3}, p(2);
  using options = ma::pairing::kernel_options;
  CHECK_THROWS_AS(gaussian_kernel(ma::labels(y.data(), {3}), options{.bandwidth = 1}), ma::invalid_argument);
  for (double h : {0.0, -1.0, std::nan(""), static_cast<double>(INFINITY)})
    CHECK_THROWS_AS(gaussian_kernel(ma::labels(y.data(), {2}), options{.bandwidth = h}), ma::invalid_argument);
  CHECK_THROWS_AS(gaussian_kernel(ma::labels(y.data(), {0}), options{.bandwidth = 1}), ma::invalid_argument);
  CHECK_THROWS_AS(gaussian_kernel(ma::labels<float>(nullptr, {3}), options{.bandwidth = 1}), ma::invalid_argument);
  gaussian_kernel const table(ma::labels(two.data(), {2, 2}), options{.bandwidth = 1});
  CHECK_THROWS_AS(table.draw(ma::indices(std::as_const(q).data(), {2}), ma::key{}, ma::indices(p.data(), {2})),
                  ma::invalid_argument);
  CHECK_THROWS_AS(table.draw(ma::indices(std::as_const(q).data(), {1}), ma::key{}, ma::indices(p.data(), {2})),
                  ma::invalid_argument);
  CHECK_THROWS_AS(table.draw_at(ma::labels(two.data(), {2}), ma::key{}, ma::indices(p.data(), {2})),
                  ma::invalid_argument);
  gaussian_kernel const line(ma::labels(two.data(), {4}), options{.bandwidth = 1});
  CHECK_THROWS_AS(line.draw_at(ma::labels(other.data(), {1}), ma::key{}, ma::indices(p.data(), {1})),
                  ma::invalid_argument);
  CHECK(ma::silverman_bandwidth(ma::labels(two.data(), {4})) > 0);
}

TEST_CASE("a tophat of the least h draws equal labels, of any size, and no row itself") {
  for (double const most : {1.0, 1e300, 1e308, 1.7976931348623157e308}) {
    std::vector<double> const y{most, -most, most, 0, 1.5};
    std::vector<std::int64_t> const query{0, 1, 2, 3, 4};
    for (bool self : {true, false}) {
      ma::pairing::gaussian_kernel const t(ma::labels(y.data(), {5}),
                                           {.bandwidth = 5e-324, .kernel = ma::kernel::tophat, .with_self = self});
      std::vector<std::int64_t> partner(5);
      for (std::uint64_t seed = 0; seed < 20; ++seed) {
        t.draw(ma::indices(query.data(), {5}), ma::key{.seed = seed}, ma::indices(partner.data(), {5}));
        for (std::size_t i : {1u, 3u, 4u}) CHECK(partner[i] == (self ? static_cast<std::int64_t>(i) : -1));
        if (!self) CHECK((partner[0] == 2 && partner[2] == 0));
        if (self) CHECK((partner[0] % 2 == 0 && partner[2] % 2 == 0 && partner[0] < 3 && partner[2] < 3));
      }
    }
  }
}

}  // namespace gaussian_kernel_test
