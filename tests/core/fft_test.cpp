#include <doctest/doctest.h>

#include <mixaug/core/detail/math/fast_float.hpp>
#include <mixaug/core/detail/math/fft.hpp>
#include <random>
#include <vector>

#include "reference/spectral_residual.hpp"
#include "support/unoptimised.hpp"

namespace fft_test {

namespace ma = mixaug;
using ma::detail::complex_rows;

namespace {
std::size_t at(ma::index_t i) { return static_cast<std::size_t>(i); }

/// n rows of `lanes` complex numbers in the layout of the kernel; unused lanes are 0.
template <class F>
struct matrix {
  ma::index_t n, lanes, pitch;
  std::vector<F> re, im;
  matrix(ma::index_t rows, ma::index_t count)
      : n(rows), lanes(count), pitch(ma::detail::fft_pitch(count)), re(at(rows * pitch)), im(at(rows * pitch)) {}
  complex_rows<F> rows() { return {re.data(), im.data(), pitch}; }
  std::complex<double> operator()(ma::index_t k, ma::index_t j) const {
    return {static_cast<double>(re[at(k * pitch + j)]), static_cast<double>(im[at(k * pitch + j)])};
  }
};

template <class F>
matrix<F> noise(ma::index_t n, ma::index_t lanes) {
  matrix<F> m(n, lanes);
  std::mt19937 r(static_cast<unsigned>(n * 100 + lanes));
  std::uniform_real_distribution<F> u(-1, 1);
  for (ma::index_t k = 0; k < n; ++k)
    for (ma::index_t j = 0; j < lanes; ++j) m.re[at(k * m.pitch + j)] = u(r), m.im[at(k * m.pitch + j)] = u(r);
  return m;
}
template <class F>
reference::spectrum dft(matrix<F> const& m, int sign) {
  reference::spectrum f;
  for (ma::index_t k = 0; k < m.n; ++k)
    for (ma::index_t j = 0; j < m.lanes; ++j) f.push_back(m(k, j));
  reference::dft(f, m.lanes, 1, m.n, m.lanes, sign);
  return f;
}

/// The largest error of the transform against its definition, over the root of n. `all`: length of the table.
template <class F>
double error(ma::index_t n, ma::index_t lanes, ma::index_t all, bool inverse, bool transposed) {
  matrix<F> in = noise<F>(n, lanes), out = transposed ? matrix<F>(lanes, n) : matrix<F>(n, lanes);
  reference::spectrum const want = dft(in, inverse ? 1 : -1);
  std::vector<double> roots(at(2 * all));
  std::vector<F> work(at(6 * n * ma::detail::lane_block));
  ma::detail::fill_roots(roots.data(), all);
  auto const from = inverse ? in.rows().swapped() : in.rows(), to = inverse ? out.rows().swapped() : out.rows();
  if (transposed)
    ma::detail::fft_lanes_transposed(n, lanes, from, to, roots.data(), all, work.data());
  else
    ma::detail::fft_lanes(n, lanes, from, to, roots.data(), all, work.data());
  double worst = 0;
  for (ma::index_t k = 0; k < n; ++k)
    for (ma::index_t j = 0; j < lanes; ++j)
      worst = std::max(worst, std::abs((transposed ? out(j, k) : out(k, j)) - want[at(k * lanes + j)]));
  return worst / std::sqrt(static_cast<double>(n));
}
}  // namespace

TEST_CASE_TEMPLATE("the transform is its defining sum", F, float, double) {
  double const tolerance = sizeof(F) == 4 ? 1e-6 : 1e-14;
  for (ma::index_t n = 2; n <= (test::unoptimised ? 128 : 256); n *= 2)
    for (ma::index_t lanes : {1, 4, 8, 16, 32, 33, 64})
      for (bool inverse : {false, true})
        for (bool transposed : {false, true}) {
          CAPTURE(n);
          CAPTURE(lanes);
          CAPTURE(inverse);
          CAPTURE(transposed);
          CHECK(error<F>(n, lanes, n, inverse, transposed) < tolerance);
          CHECK(error<F>(n, lanes, 4 * n, inverse, transposed) < tolerance);  // a table for longer ones
        }
  CHECK(error<F>(1024, 3, 1024, false, true) < tolerance);
}

TEST_CASE("one lane at a time gives the same numbers") {
  ma::index_t const n = 128, lanes = 16;
  matrix<float> in = noise<float>(n, lanes), together(n, lanes), alone(n, lanes);
  std::vector<double> roots(at(2 * n));
  std::vector<float> work(at(4 * n * lanes));
  ma::detail::fill_roots(roots.data(), n);
  ma::detail::fft_lanes(n, lanes, in.rows(), together.rows(), roots.data(), n, work.data());
  for (ma::index_t j = 0; j < lanes; ++j)
    ma::detail::fft<1>(n, in.rows().at(0, j), alone.rows().at(0, j), roots.data(), n, work.data());
  double worst = 0;  // contraction to fma is the compiler's choice, so equal up to rounding
  for (ma::index_t k = 0; k < n; ++k)
    for (ma::index_t j = 0; j < lanes; ++j) worst = std::max(worst, std::abs(together(k, j) - alone(k, j)));
  CHECK(worst < 1e-5);
}

TEST_CASE("roots of one have no error to speak of, and exact quarters") {
  ma::index_t const n = 1024;
  std::vector<double> roots(at(2 * n));
  ma::detail::fill_roots(roots.data(), n);
  double worst = 0;
  for (ma::index_t k = 0; k < n; ++k) {
    std::complex<double> const got(roots[at(k)], roots[at(k + n)]);
    worst = std::max(worst, std::abs(got - std::polar(1.0, -6.283185307179586 * static_cast<double>(k) / 1024)));
  }
  CHECK(worst < 1e-15);
  for (ma::index_t k = 0; k < 4; ++k) {
    CHECK(roots[at(k * 256)] == (k == 0 ? 1.0 : k == 2 ? -1.0 : 0.0));
    CHECK(roots[at(k * 256 + n)] == (k == 1 ? -1.0 : k == 3 ? 1.0 : 0.0));
  }
}

TEST_CASE("roots of long transforms are as good") {
  ma::index_t const n = 1 << 16;
  std::vector<double> roots(at(2 * n));
  ma::detail::fill_roots(roots.data(), n);
  double worst = 0;
  for (ma::index_t k = 0; k < n; k += 7) {
    std::complex<double> const got(roots[at(k)], roots[at(k + n)]);
    worst = std::max(worst, std::abs(got - std::polar(1.0, -6.283185307179586 * static_cast<double>(k) / 65536)));
  }
  CHECK(worst < 2e-15);
  ma::detail::root_table const table;
  for (int j = 0; j < 22; ++j) {
    double const angle = std::ldexp(6.283185307179586, -3 - j);
    CHECK(std::fabs(table.cosine[j] - std::cos(angle)) < 2e-16);
    CHECK(std::fabs(table.sine[j] / std::sin(angle) - 1) < 3e-16);
  }
}

TEST_CASE("tiles turn there and back") {
  for (ma::index_t n : {4, 8, 32, 1024}) {
    std::vector<float> a(at(n * 16)), spare(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i);
    ma::detail::transpose_block(n, a.data(), spare.data());
    ma::index_t wrong = 0;
    for (ma::index_t k = 0; k < n; ++k)
      for (ma::index_t j = 0; j < 16; ++j) wrong += a[at(j * n + k)] != static_cast<float>(k * 16 + j);
    ma::detail::transpose_back(n, a.data(), spare.data());
    for (std::size_t i = 0; i < a.size(); ++i) wrong += a[i] != static_cast<float>(i);
    CHECK(wrong == 0);
  }
}

TEST_CASE("float functions that vectorise") {
  double log_error = 0, exp_error = 0, root_error = 0;
  for (float x = 1e-4f; x < 3e8f; x *= 1.0007f) {
    double const v = static_cast<double>(x), l = std::log(v);
    log_error =
        std::max(log_error, std::fabs(static_cast<double>(ma::detail::fast_log(x)) - l) / std::max(1.0, std::fabs(l)));
    root_error = std::max(root_error, std::fabs(static_cast<double>(ma::detail::fast_rsqrt(x)) * std::sqrt(v) - 1));
    for (float e : {static_cast<float>(l), static_cast<float>(-l)})
      exp_error = std::max(
          exp_error, std::fabs(static_cast<double>(ma::detail::fast_exp(e)) / std::exp(static_cast<double>(e)) - 1));
  }
  CHECK(log_error < 2.5e-7);
  CHECK(exp_error < 3e-7);
  CHECK(root_error < 9e-7);
  CHECK(ma::detail::fast_log(1.0f) == 0.0f);
  CHECK(ma::detail::fast_exp(0.0f) == 1.0f);
  CHECK(0.0f * ma::detail::fast_rsqrt(0.0f) == 0.0f);
}

}  // namespace fft_test
