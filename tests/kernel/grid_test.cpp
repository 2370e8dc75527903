#include <doctest/doctest.h>

#include <algorithm>
#if defined(_OPENMP)
#  include <mixaug/backend/openmp.hpp>
#endif
#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/detail/grid/build.hpp>

#include "reference/kernel_laws.hpp"
#include "reference/kernel_rows.hpp"
#include "reference/statistics.hpp"

namespace grid_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

struct setting {
  double h;
  bool tophat, with_self;
  index_t scan;
  ma::pairing::kernel_options options() const {
    return {h, tophat ? ma::kernel::tophat : ma::kernel::gaussian, with_self};
  }
};
template <int D>
struct labelled {
  std::vector<std::vector<float>> rows;
  std::vector<float> y;
  labelled(int law, std::size_t n, std::uint64_t seed)
      : rows(reference::kernel_labels(law, n, D, seed)), y(reference::flat<float>(rows)) {}
  ma::tensor_view<float const, 2> view() const { return ma::labels(y.data(), {y.size() / D, std::size_t{D}}); }
};

/// Chi-square of `draws` partners of one query; 1 where only one row can be drawn. Draws of rows that have no chance,
/// and -1 where there is a chance (or a row where there is none), give 0.
template <int D>
double p_value(ma::detail::kernel_grid_view<float, D> const& grid, labelled<D> const& l, setting const& s,
               std::vector<float> const& query, long row, int draws, std::uint64_t seed) {
  long const self = s.with_self ? -1 : row;
  std::vector<double> const chances = reference::kernel_row(query, l.rows, s.h, s.tophat, self);
  double z[D], wrong = 0, sum = 0;
  for (int k = 0; k < D; ++k) z[k] = static_cast<double>(query[static_cast<std::size_t>(k)]);
  std::vector<double> seen(chances.size() + 1), expected(chances.size());
  for (int i = 0; i < draws; ++i) {
    ma::key const key{.seed = seed};
    ma::random const from(key, static_cast<std::uint64_t>(i / 2), ma::purpose::pairing);
    seen[static_cast<std::size_t>(grid.draw(z, self, from, static_cast<std::uint32_t>(i % 2)) + 1)] += 1;
  }
  double const none = seen[0];
  seen.erase(seen.begin());
  for (std::size_t j = 0; j < seen.size(); ++j) {
    expected[j] = chances[j] * draws, sum += chances[j];
    if (chances[j] == 0) wrong += seen[j];
  }
  if (wrong > 0 || (none > 0) != (sum == 0)) return 0;
  return sum > 0 ? reference::chi_square_p(seen, expected) : 1;
}

template <int D>
void collect(std::vector<double>& p, int law, std::size_t n, setting const& s, int draws) {
  labelled<D> const l(law, n, n + D);
  ma::detail::grid_table<float, D> const grid(l.view(), s.options(), ma::serial{}, s.scan);
  for (std::size_t q : {std::size_t{0}, n / 2, n}) {
    std::vector<float> query = l.rows[q < n ? q : n - 1];
    if (q == n)
      for (auto& v : query) v += static_cast<float>(1.7 * s.h);  // no row
    double const found =
        p_value<D>(grid.view(), l, s, query, q < n ? static_cast<long>(q) : -1, draws, 1000 * p.size() + q + 500);
    INFO(std::string(reference::law_names[law]), ", n ", n, ", h ", s.h, ", tophat ", s.tophat, ", with self ",
         s.with_self, ", scan ", s.scan, ", query ", q);
    CHECK(found > 1e-5);
    if (found < 1) p.push_back(found);
  }
}

template <int D>
void many(std::vector<std::size_t> const& sizes, int draws) {
  std::vector<double> p;
  for (int law = 0; law < reference::laws; ++law)
    for (std::size_t n : sizes)
      for (double h : {1e-30, 0.02, 0.15, 0.8, 30.0})
        for (int s = 0; s < 4; ++s) collect<D>(p, law, n, {h, s == 3, s != 1, s == 2 ? 500 : 4}, draws);
  std::sort(p.begin(), p.end());
  INFO("tests ", p.size(), ", least p ", p.front(), ", uniformity p ", reference::ks_p(p));
  CHECK(p.size() > 100);
  CHECK(p.front() > 0.01 / static_cast<double>(p.size()));
  CHECK(reference::ks_p(p) > 0.001);
}

#if defined(_OPENMP)
ma::openmp lanes(int n) { return {n}; }
#else
reference::backwards lanes(int n) { return {n}; }
#endif

}  // namespace

TEST_CASE("two columns: every row has its own chance") { many<2>({1, 2, 150}, reference::draws(1000)); }
TEST_CASE("three columns: every row has its own chance") { many<3>({2, 200}, reference::draws(1000)); }

TEST_CASE("tables and partners do not depend on the number of threads, nor on strides") {
  labelled<2> const l(6, 3000, 4);
  std::vector<float> columns(6000);
  for (std::size_t k = 0; k < 6000; ++k) columns[k % 2 * 3000 + k / 2] = l.y[k];
  ma::pairing::kernel_options const o{0.3, ma::kernel::gaussian, false};
  ma::detail::grid_table<float, 2> const one(l.view(), o, ma::serial{}, 50),
      turned(ma::labels<float const>(columns.data(), {3000, 2}, {1, 3000}), o, ma::serial{}, 50);
  for (int threads = 0; threads <= 4; ++threads) {
    ma::detail::grid_table<float, 2> const other(l.view(), o, lanes(threads), 50);
    auto const &a = one.view(), &b = threads == 0 ? turned.view() : other.view();
    REQUIRE(one.bytes() == other.bytes());
    std::uint64_t slots = 0;
    bool same = a.level[1].count == b.level[1].count;
    for (std::uint32_t c = 0; same && c < a.level[1].count; ++c) {
      slots = std::max(slots, a.cells[c].table + a.cells[c].entries);
      same = a.cells[c].entries == b.cells[c].entries && a.cells[c].low[0] == b.cells[c].low[0] &&
             a.cells[c].reach == b.cells[c].reach;
    }
    CHECK(slots > 1000);
    for (std::uint64_t e = 0; same && e < slots; ++e)
      same = a.entries[e].threshold == b.entries[e].threshold && a.entries[e].cell == b.entries[e].cell &&
             a.entries[e].alias == b.entries[e].alias;
    for (std::size_t i = 0; same && i < 3000; ++i) {
      double const z[2] = {static_cast<double>(l.y[2 * i]), static_cast<double>(l.y[2 * i + 1])};
      ma::random const from(ma::key{.seed = 3}, i, ma::purpose::pairing);
      index_t const row = static_cast<index_t>(i), j = a.draw(z, row, from, 2);
      same = j == b.draw(z, row, from, 2) && j != row && j >= 0;
    }
    CHECK(same);
  }
}

TEST_CASE("a grid refuses what it cannot be made of") {
  std::vector<float> const y{0, 1, 2, INFINITY, 4, 5};
  using grid = ma::detail::grid_table<float, 2>;
  auto const make = [&](index_t n, index_t d, double h) {
    grid const g(ma::labels(y.data(), {n, d}), {.bandwidth = h}, ma::serial{});
  };
  CHECK_THROWS_WITH_AS(make(2, 2, 1), "mixaug: labels[1, 1] is inf; expected finite numbers", ma::invalid_argument);
  CHECK_THROWS_WITH_AS(make(1, 3, 1), "mixaug: labels is 3 numbers a row; expected 2", ma::invalid_argument);
  for (double h : {0.0, -1.0, static_cast<double>(NAN), static_cast<double>(INFINITY)})
    CHECK_THROWS_AS(make(1, 2, h), ma::invalid_argument);
  CHECK_THROWS_AS(make(0, 2, 1), ma::invalid_argument);
}

}  // namespace grid_test
