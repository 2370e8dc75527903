// SPDX-License-Identifier: MIT
// Kernel partners of labels and features, one draw a query, on one thread; features beside Eigen's product alone.
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // gcc 12's AVX-512 header, inlined into Eigen
#endif
#include <cmath>
#include <memory>
#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/detail/grid/build.hpp>
#include <mixaug/kernel/detail/pass/pass.hpp>
#include <support/print.hpp>
#if __has_include(<Eigen/Core>)
#  include <Eigen/Core>
#endif

namespace {
using namespace bench;
namespace ma = mixaug;
using ma::index_t;
struct sample {
  index_t n, d;
  std::vector<float> y;
  sample(index_t rows, index_t columns, bool normal) : n(rows), d(columns), y(static_cast<std::size_t>(n * d)) {
    for (std::size_t k = 0; k < y.size(); ++k) {
      ma::random const r({.seed = 9}, k, ma::purpose::ratio);
      double const u = r.uniform(0), radius = std::sqrt(-2 * std::log(1 - u));
      y[k] = static_cast<float>(normal ? radius * std::cos(6.283185307 * r.uniform(1)) : u);
    }
  }
  ma::tensor_view<float const, 2> view(index_t rows) const { return ma::features(y.data(), {rows, d}); }
};

template <int D>
void grid(table& t, bool normal, double h, double goal) {
  index_t const n = 200000, draws = 20000;
  auto const s = std::make_shared<sample>(n, D, normal);
  auto const make = [=] {
    return std::make_shared<ma::detail::grid_table<float, D>>(s->view(n), ma::pairing::kernel_options{h}, ma::serial{});
  };
  auto const g = make();
  std::string const name =
      std::to_string(D) + "-D " + (normal ? "normal" : "uniform") + text(", h %g", h) + ", N 2e5: ";
  auto const ours = [=] {
    for (index_t i = 0; i < draws; ++i) {
      float const* const y = s->y.data() + i * 7919 % n * D;
      double const z[3] = {y[0], y[1], y[D - 1]};
      keep(g->view().draw(z, -1, {{.seed = 5}, static_cast<std::uint64_t>(i), ma::purpose::pairing}, 0));
    }
  };
  std::string const size = text("%.0f B a row", static_cast<double>(g->bytes()) / static_cast<double>(n));
  t.contests.push_back({name + "a draw", ours, {}, 0, static_cast<double>(draws), 1, goal});
  t.contests.push_back({name + "build, " + size, [=] { keep(make()->bytes()); }, {}, 0, 1, 1, 0.5});
}

void pass(table& t, index_t n, index_t d, index_t queries, double h, double goal) {
  auto const s = std::make_shared<sample>(n, d, true);
  auto const p =
      std::make_shared<ma::detail::brute_force<float>>(s->view(n), ma::pairing::kernel_options{h}, ma::serial{});
  auto const out = std::make_shared<std::vector<index_t>>(static_cast<std::size_t>(queries));
  auto const scratch = std::make_shared<ma::workspace<ma::space::host>>();
  auto const ours = [=] {
    auto const to = ma::row_major(out->data(), ma::extents<2>{queries, index_t{1}});
    p->draw(ma::serial{}, ma::detail::pass_request<float>{s->view(queries), nullptr, {.seed = 5}, 0, to}, *scratch);
  };
  std::string const name = std::to_string(d) + " columns, N " + text("%g", static_cast<double>(n));
  if (goal > 0) return t.contests.push_back({name + ": a draw", ours, {}, 0, static_cast<double>(queries), 1, goal});
#if __has_include(<Eigen/Core>)
  using matrix = Eigen::Matrix<float, -1, -1, Eigen::RowMajor>;
  auto const c = std::make_shared<Eigen::MatrixXf>(n, queries);
  t.contests.push_back({name + ": a draw, Eigen's product", ours,
                        [=] {
                          Eigen::Map<matrix const> const x(s->y.data(), n, d), q(s->y.data(), queries, d);
                          c->noalias() = x * q.transpose();
                        },
                        1 / 1.3, static_cast<double>(queries), static_cast<double>(queries)});
#endif
}

suite const rows(72, [](table& t) {
  for (double h : {0.1, 0.01, 0.003, 0.001}) grid<2>(t, false, h, 2e-6);
  for (double h : {0.1, 0.01}) grid<2>(t, true, h, 2e-6);
  for (double h : {0.1, 0.02}) grid<3>(t, false, h, 10e-6);
  pass(t, 200000, 10, 64, 0.5, 150e-6);
  pass(t, 20000, 512, 256, 8.0, 0);
});
}  // namespace
