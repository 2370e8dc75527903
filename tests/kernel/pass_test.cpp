#include <doctest/doctest.h>

#include <algorithm>
#if defined(_OPENMP)
#  include <mixaug/backend/openmp.hpp>
#endif
#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/detail/pass/pass.hpp>

#include "reference/kernel_laws.hpp"
#include "reference/kernel_rows.hpp"
#include "reference/statistics.hpp"

namespace pass_test {

namespace ma = mixaug;
using ma::index_t;
using rows_of = std::vector<std::vector<float>>;

namespace {

ma::pairing::kernel_options options(double h, bool tophat = false, bool with_self = true) {
  return {h, tophat ? ma::kernel::tophat : ma::kernel::gaussian, with_self};
}
auto view_of(std::vector<float> const& y, std::size_t d) { return ma::features(y.data(), {y.size() / d, d}); }

/// Partners (queries, slots) of rows `self` of the pass (-1: the query is no row).
template <class A, class Backend>
std::vector<index_t> partners(ma::detail::brute_force<A> const& pass, Backend const& be,
                              std::vector<float> const& queries, std::size_t d, std::vector<index_t> const& self,
                              std::size_t slots, index_t first = 0) {
  std::size_t const m = queries.size() / d;
  std::vector<index_t> out(m * slots, -7);
  ma::workspace<ma::space::host> scratch;
  ma::detail::pass_request<float> const r{view_of(queries, d),
                                          self.empty() ? nullptr : self.data(),
                                          {.seed = 11, .step = 5},
                                          first,
                                          ma::row_major(out.data(), ma::extents<2>{m, slots})};
  pass.draw(be, r, scratch);
  return out;
}

/// Two p-values a table: the middle row, and a query that is no row; each checked at once where only some rows may be
/// drawn.
template <class A>
void collect(std::vector<double>& p, int law, std::size_t n, std::size_t d, ma::pairing::kernel_options const& o,
             std::size_t draws) {
  rows_of const rows = reference::kernel_labels(law, n, d, 3 * n + d);
  std::vector<float> const y = reference::flat<float>(rows);
  ma::detail::brute_force<A> const pass(view_of(y, d), o, ma::serial{});
  for (bool own : {true, false}) {
    std::vector<float> query = rows[n / 2];
    for (auto& v : query) v += own ? 0.0f : static_cast<float>(0.9 * std::min(o.bandwidth, 50.0));
    long const self = own && !o.with_self ? static_cast<long>(n / 2) : -1;
    auto const chances = reference::kernel_row(query, rows, o.bandwidth, o.kernel == ma::kernel::tophat, self);
    std::vector<double> seen(n), expected(n);
    double none = 0, wrong = 0, sum = 0;
    for (index_t j : partners(pass, ma::serial{}, query, d, {own ? static_cast<index_t>(n / 2) : -1}, draws,
                              static_cast<index_t>(p.size()))) {
      if (j < 0)
        none += 1;
      else
        seen[static_cast<std::size_t>(j)] += 1;
    }
    for (std::size_t j = 0; j < n; ++j) {
      expected[j] = chances[j] * static_cast<double>(draws), sum += chances[j];
      if (chances[j] == 0) wrong += seen[j];
    }
    double const found = reference::chi_square_p(seen, expected);
    INFO(std::string(reference::law_names[law]), ", n ", n, ", d ", d, ", h ", o.bandwidth, ", self ", o.with_self,
         ", own ", own);
    CHECK(wrong == 0);
    CHECK(none == (sum > 0 ? 0 : static_cast<double>(draws)));
    if (found < 1 && sum > 0) p.push_back(found);
  }
}
void judge(std::vector<double>& p) {
  std::sort(p.begin(), p.end());
  CHECK(p.size() > 50);
  CHECK(p.front() > 0.01 / static_cast<double>(p.size()));
  CHECK(reference::ks_p(p) > 0.001);
}

#if defined(_OPENMP)
ma::openmp lanes(int n) { return {n}; }
#else
reference::backwards lanes(int n) { return {n}; }
#endif

}  // namespace

TEST_CASE("a pass draws every row with its own chance: laws, bandwidths, sizes, columns, kernels, self") {
  std::vector<double> p;
  for (int law = 0; law < reference::laws; ++law)
    for (std::size_t n : {1u, 2u, 300u, 700u})
      for (std::size_t d : {1u, 3u, 10u})
        for (int s = 0; s < 4; ++s) {
          double const h = 0.3 * std::sqrt(static_cast<double>(d)) * (s == 2 ? 0.05 : 1);
          (s % 2 == 0) ? collect<float>(p, law, n, d, options(h, s == 3, s != 2), 6000)
                       : collect<double>(p, law, n, d, options(h, s == 3, s != 1), 6000);
        }
  judge(p);
}

TEST_CASE("bandwidths that hold nothing or everything, and many columns") {
  std::vector<double> p;
  for (int law = 0; law < reference::laws; ++law)
    for (double h : {1e-300, 1e-20, 1e6, 1e300}) collect<double>(p, law, 300, 2, options(h, false, h > 1), 6000);
  for (int law : {0, 1, 3})
    for (std::size_t d : {130u, 512u})
      for (double h : {2.0, 5.0}) collect<float>(p, law, 260, d, options(h, false, false), 6000);
  std::sort(p.begin(), p.end());
  CHECK(p.front() > 0.01 / static_cast<double>(p.size()));
}

TEST_CASE("queries far from every row keep their chances: nothing underflows") {
  rows_of const rows = reference::kernel_labels(1, 600, 2, 5);
  ma::detail::brute_force<double> const pass(view_of(reference::flat<float>(rows), 2), options(1.0), ma::serial{});
  std::vector<float> const query{3000.0f, -40.0f};
  auto expected = reference::kernel_row(query, rows, 1.0, false, -1);
  std::vector<double> seen(600);
  for (index_t j : partners(pass, ma::serial{}, query, 2, {}, 4000)) seen[static_cast<std::size_t>(j)] += 1;
  for (auto& v : expected) v *= 4000;
  CHECK(reference::chi_square_p(seen, expected) > 1e-4);
  ma::detail::brute_force<float> const single(view_of(reference::flat<float>(rows), 2), options(1.0), ma::serial{});
  for (index_t j : partners(single, ma::serial{}, {3e38f, -3e38f}, 2, {}, 10)) CHECK(j >= 0);
}

TEST_CASE("partners do not depend on threads, on the block of queries, or on strides") {
  std::vector<float> const y = reference::flat<float>(reference::kernel_labels(1, 530, 5, 9));
  std::vector<index_t> self(530);
  for (std::size_t i = 0; i < 530; ++i) self[i] = static_cast<index_t>(i);
  ma::detail::brute_force<float> const pass(view_of(y, 5), options(0.7, false, false), ma::serial{});
  auto const all = partners(pass, ma::serial{}, y, 5, self, 3);
  for (std::size_t k = 0; k < all.size(); ++k) REQUIRE((all[k] >= 0 && all[k] != static_cast<index_t>(k / 3)));
  for (int threads = 1; threads <= 4; ++threads) {
    ma::detail::brute_force<float> const built(view_of(y, 5), options(0.7, false, false), lanes(threads));
    CHECK(partners(built, lanes(threads), y, 5, self, 3) == all);
  }
  for (std::size_t i = 0; i < 530; i += 37)
    CHECK(partners(pass, ma::serial{}, {y.begin() + static_cast<long>(5 * i), y.begin() + static_cast<long>(5 * i + 5)},
                   5, {static_cast<index_t>(i)}, 3, static_cast<index_t>(i)) ==
          std::vector<index_t>(all.begin() + static_cast<long>(3 * i), all.begin() + static_cast<long>(3 * i + 3)));
  std::vector<float> columns(y.size());
  for (std::size_t k = 0; k < y.size(); ++k) columns[k % 5 * 530 + k / 5] = y[k];
  ma::detail::brute_force<float> const turned(ma::features(columns.data(), {530, 5}, {1, 530}),
                                              options(0.7, false, false), ma::serial{});
  CHECK(partners(turned, ma::serial{}, y, 5, self, 3) == all);
}

TEST_CASE("a pass refuses what it cannot draw from") {
  std::vector<float> y{0, 1, 2, 3}, bad{0, NAN, 2, 3};
  using pass = ma::detail::brute_force<float>;
  CHECK_THROWS_WITH_AS(pass(view_of(bad, 2), options(1), ma::serial{}),
                       "mixaug: labels[0, 1] is nan; expected finite numbers", ma::invalid_argument);
  CHECK_THROWS_AS(pass(view_of(y, 2), options(0), ma::serial{}), ma::invalid_argument);
  CHECK_THROWS_AS(pass(view_of(y, 2), options(INFINITY), ma::serial{}), ma::invalid_argument);
  CHECK_THROWS_AS(pass(ma::features(y.data(), {0, 2}), options(1), ma::serial{}), ma::invalid_argument);
  pass const table(view_of(y, 2), options(1), ma::serial{});
  CHECK_THROWS_WITH_AS(partners(table, ma::serial{}, y, 4, {}, 1),
                       "mixaug: queries is 4 numbers a row; expected 2, as the labels have", ma::invalid_argument);
  CHECK_THROWS_AS(partners(table, ma::serial{}, bad, 2, {}, 1), ma::invalid_argument);
}

}  // namespace pass_test
