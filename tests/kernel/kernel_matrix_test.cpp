#include <doctest/doctest.h>

#include <Eigen/Core>
#include <mixaug/kernel/bandwidth.hpp>
#include <mixaug/kernel/kernel_matrix.hpp>

#include "reference/kernel_laws.hpp"
#include "reference/kernel_rows.hpp"

namespace kernel_matrix_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

ma::pairing::kernel_options options(double h, bool tophat = false, bool with_self = true) {
  return {h, tophat ? ma::kernel::tophat : ma::kernel::gaussian, with_self};
}

/// Largest difference from the formula's chances, and of a row's sum from 1 (0 where nothing can be drawn).
double off(int law, std::size_t n, std::size_t d, ma::pairing::kernel_options const& o) {
  auto const rows = reference::kernel_labels(law, n, d, 77 * n + d);
  std::vector<double> const y = reference::flat<double>(rows);
  std::vector<double> table(n * n, -1);
  ma::kernel_matrix(ma::labels(y.data(), {n, d}), o, ma::row_major(table.data(), ma::extents<2>{n, n}));
  double worst = 0;
  for (std::size_t i = 0; i < n; ++i) {
    auto const p = reference::kernel_row(rows[i], rows, o.bandwidth, o.kernel == ma::kernel::tophat,
                                         o.with_self ? -1 : static_cast<long>(i));
    double sum = 0, total = 0;
    for (std::size_t j = 0; j < n; ++j) {
      sum += table[i * n + j], total += p[j];
      worst = std::fmax(worst, std::fabs(p[j] - table[i * n + j]));
    }
    worst = std::fmax(worst, std::fabs(sum - (total > 0 ? 1 : 0)));
  }
  return worst;
}

}  // namespace

TEST_CASE("rows of the table are the formula's chances and sum to 1, whatever the bandwidth") {
  for (int law = 0; law < reference::laws; ++law)
    for (std::size_t n : {1u, 2u, 30u})
      for (std::size_t d : {1u, 2u, 7u})
        for (double h : {1e-300, 1e-6, 0.1, 1.0, 1e300})
          for (int s = 0; s < 4; ++s) {
            INFO(std::string(reference::law_names[law]), ", n ", n, ", d ", d, ", h ", h, ", setting ", s);
            CHECK(off(law, n, d, options(h, s / 2 == 1, s % 2 == 0)) < 1e-10);
          }
}

TEST_CASE("a row far from all others is no 0 / 0: its nearest rows share it") {
  std::vector<double> const y{0, 1e6, 1e6 + 1, 2e6};
  double p[16];
  ma::kernel_matrix(ma::labels(y.data(), {4}), options(1e-3, false, false), ma::row_major(p, ma::extents<2>{4, 4}));
  CHECK(p[1] == 1.0);
  CHECK(p[4 + 2] == 1.0);
  CHECK(p[12 + 2] == 1.0);
  std::vector<float> const same(3, 2.0f);
  ma::kernel_matrix(ma::labels(same.data(), {3}), options(1e-9, false, false), ma::row_major(p, ma::extents<2>{3, 3}));
  CHECK(p[0] == 0.0);
  CHECK(p[1] == doctest::Approx(0.5));
}

TEST_CASE("any strides: Eigen matrices of both orders, one label a row, queries of their own") {
  Eigen::MatrixXf y(5, 2);
  y << 0, 1, 2, 3, 0, 0.5f, 1, 1, 4, 0;
  Eigen::Matrix<float, -1, -1, Eigen::RowMajor> const turned = y;
  Eigen::MatrixXd p(5, 5), q(5, 5);
  ma::kernel_matrix(ma::labels(y.data(), {5, 2}, {1, 5}), options(1.5),
                    ma::strided(p.data(), ma::extents<2>{5, 5}, ma::extents<2>{1, 5}));
  ma::kernel_matrix(ma::labels(turned.data(), {5, 2}), options(1.5), ma::row_major(q.data(), ma::extents<2>{5, 5}));
  CHECK(p == q.transpose());
  for (int i = 0; i < 5; ++i) {
    double sum = 0;
    for (int j = 0; j < 5; ++j) sum += p(i, j);
    CHECK(std::fabs(sum - 1) < 1e-14);
  }
  CHECK(p(0, 1) / p(0, 0) == doctest::Approx(std::exp(-8 / 4.5)));
  Eigen::Matrix<float, 2, 5, Eigen::RowMajor> of_queries;
  ma::kernel_matrix(ma::labels(turned.data(), {5, 2}), options(1.5, false, false),
                    ma::row_major(of_queries.data(), ma::extents<2>{2, 5}), ma::labels(turned.data(), {2, 2}));
  CHECK((of_queries.cast<double>() - p.topRows(2)).norm() < 1e-6);
}

TEST_CASE("Silverman's rule: R's bw.nrd0, and the normal reference of several columns") {
  std::vector<double> y;
  for (int i = 1; i <= 10; ++i) y.push_back(i);
  CHECK(ma::silverman_bandwidth(ma::labels(y.data(), {10})) == doctest::Approx(1.719286).epsilon(1e-6));
  y = {0, 0, 0, 0, 0, 0, 0, 10};  // IQR 0: the deviation alone
  CHECK(ma::silverman_bandwidth(ma::labels(y.data(), {8})) ==
        doctest::Approx(0.9 * std::sqrt(12.5) * std::pow(8, -0.2)));
  double const spread = std::sqrt((5.0 / 3 + 20.0 / 3) / 2), two[] = {1, 2, 2, 4, 3, 6, 4, 8};
  CHECK(ma::silverman_bandwidth(ma::labels(two, {4, 2})) <= spread * std::pow(4, -1.0 / 6));
  CHECK(ma::silverman_bandwidth(ma::labels(two, {4, 2})) > 0.85 * spread * std::pow(4, -1.0 / 6));
  CHECK_THROWS_AS(ma::silverman_bandwidth(ma::labels(two, {1})), ma::invalid_argument);
  CHECK_THROWS_AS(ma::silverman_bandwidth(ma::labels(y.data(), {7})), ma::invalid_argument);
}

TEST_CASE("the entropy rule reaches its perplexity, in every unit") {
  for (int law : {0, 1, 2, 6})
    for (bool with_self : {true, false}) {
      auto const rows = reference::kernel_labels(law, 200, 2, 3);
      auto y = reference::flat<double>(rows);
      auto const rule = [&] { return ma::entropy_bandwidth(ma::labels(y.data(), {200, 2}), 12.0, with_self); };
      double const h = rule();
      double mean = 0;
      for (std::size_t i = 0; i < 200; ++i)
        mean += reference::perplexity(
                    reference::kernel_row(rows[i], rows, h, false, with_self ? -1 : static_cast<long>(i))) /
                200;
      CHECK(mean == doctest::Approx(12).epsilon(1e-5));
      for (double& v : y) v *= 1e-200;
      CHECK(rule() == doctest::Approx(h * 1e-200));
    }
  std::vector<double> const ties{0, 0, 0, 5};
  CHECK_THROWS_AS(ma::entropy_bandwidth(ma::labels(ties.data(), {4}), 2.0), ma::invalid_argument);  // 2.5 by ties alone
  CHECK_THROWS_AS(ma::entropy_bandwidth(ma::labels(ties.data(), {4}), 4.0), ma::invalid_argument);  // of 4 rows
  CHECK_THROWS_AS(ma::entropy_bandwidth(ma::labels(ties.data(), {3}), 2.0), ma::invalid_argument);  // one value
  std::vector<double> const four{0, 1, 2, 4};  // of which each row has three others
  CHECK(ma::entropy_bandwidth(ma::labels(four.data(), {4}), 2.9, false) > 0);
  CHECK(ma::entropy_bandwidth(ma::labels(four.data(), {4}), 3.5) > 0);
  CHECK_THROWS_WITH_AS(ma::entropy_bandwidth(ma::labels(four.data(), {4}), 3.5, false),
                       doctest::Contains("perplexity is 3.5; expected a number between 1 and 3"), ma::invalid_argument);
}

TEST_CASE("the table refuses what it cannot be made of") {
  std::vector<double> const y{0, 1, INFINITY};
  double p[9];
  auto const out = ma::row_major(p, ma::extents<2>{2, 2});
  CHECK_THROWS_WITH_AS(ma::kernel_matrix(ma::labels(y.data(), {3}), options(1), ma::row_major(p, ma::extents<2>{3, 3})),
                       "mixaug: labels[2, 0] is inf; expected finite numbers", ma::invalid_argument);
  CHECK_THROWS_WITH_AS(ma::kernel_matrix(ma::labels(y.data(), {1}), options(1), out),
                       "mixaug: kernel_matrix's output is (2, 2); expected (1, 1): (queries, labels)",
                       ma::invalid_argument);
  CHECK_THROWS_AS(ma::kernel_matrix(ma::labels(y.data(), {2}), options(-1), out), ma::invalid_argument);
  CHECK_THROWS_AS(ma::kernel_matrix(ma::labels(y.data(), {0}), options(1), ma::row_major(p, ma::extents<2>{0, 0})),
                  ma::invalid_argument);
  CHECK_THROWS_WITH_AS(ma::kernel_matrix(ma::labels(y.data(), {2, 1}), options(1),
                                         ma::row_major(p, ma::extents<2>{1, 2}), ma::labels(y.data(), {1, 2})),
                       "mixaug: queries is 2 numbers a row; expected 1, as the labels have", ma::invalid_argument);
}

TEST_CASE("Silverman's rule refuses constant labels, and no offset moves it") {
  std::vector<double> y(1000, 0.1), offset(1000);  // a sum of tenths is not a tenth of the sum
  CHECK_THROWS_WITH_AS(ma::silverman_bandwidth(ma::labels(y.data(), {1000})),
                       "mixaug: labels of silverman_bandwidth is one value in every row; expected at least two values",
                       ma::invalid_argument);
  for (std::size_t i = 0; i < 1000; ++i) {
    y[i] = static_cast<double>(i * i % 997) / 256;
    offset[i] = y[i] + 0x1p40;  // without error
  }
  double const h = ma::silverman_bandwidth(ma::labels(y.data(), {1000}));
  CHECK(ma::silverman_bandwidth(ma::labels(offset.data(), {1000})) == h);
  for (double& v : y) v *= 0x1p1000;
  CHECK(ma::silverman_bandwidth(ma::labels(y.data(), {1000})) == h * 0x1p1000);
  std::vector<double> const tiny{0, 4e-323, 8e-323, 0};
  CHECK(ma::silverman_bandwidth(ma::labels(tiny.data(), {4})) > 0);
  CHECK(ma::entropy_bandwidth(ma::labels(tiny.data(), {4}), 2.5) > 0);
}

}  // namespace kernel_matrix_test
