// SPDX-License-Identifier: MIT
// Kernel tables of labels of several columns on CUDA: builds, which wait, and draws. The floor of a pass is 2 d
// operations a pair at 128 a clock of each multiprocessor.
#include <mixaug/kernel/cuda_sort.cuh>
#include <mixaug/kernel/detail/grid/build.hpp>
#include <mixaug/kernel/detail/grid/draws.hpp>
#include <mixaug/kernel/detail/pass/pass.hpp>
#include <support/device_batch.cuh>
#include <support/print.hpp>
#include <vector>

namespace {
using namespace bench;
using ma::index_t;
template <class T>
using device_array = ma::detail::table_array<T, ma::space::device>;

struct sample {
  ma::detail::table_builder<ma::cuda> kit;
  device_array<float> y;
  device_array<index_t> rows, partners;
  index_t n, d, m;
  sample(ma::cuda const& be, index_t count, index_t columns, index_t queries)
      : kit(be, count),
        y(kit.make<float>(count * columns)),
        rows(kit.make<index_t>(queries)),
        partners(kit.make<index_t>(queries)),
        n(count),
        d(columns),
        m(queries) {
    std::vector<float> u(static_cast<std::size_t>(n * d));
    std::vector<index_t> at(static_cast<std::size_t>(m));
    for (std::size_t k = 0; k < u.size(); ++k)
      u[k] = static_cast<float>(ma::random({.seed = 9}, k, ma::purpose::ratio).uniform());
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = static_cast<index_t>(i) * 7919 % n;
    kit.write(u.data(), n * d, y.data()), kit.write(at.data(), m, rows.data());
  }
  auto view() const { return ma::on_device(ma::features<float const>(y.data(), {n, d})); }
  auto asked() const { return ma::indices<index_t const>(rows.data(), {m}); }
  auto out() const { return ma::row_major(partners.data(), ma::extents<2>{m, index_t{1}}); }
};
void line(table& t, std::string const& name, double seconds, double floor) {
  std::string const least = floor > 0 ? time_text(floor) : "-", share = floor > 0 ? text("%.2f", floor / seconds) : "-";
  t.rows.push_back({name, time_text(seconds), least, share, "-", true});
}

template <int D>
void grid(table& t, double h) {
  ma::cuda const be;
  sample const s(be, 1000000, D, 1000000);
  using grid = ma::detail::grid_table<float, D, ma::space::device>;
  ma::pairing::kernel_options const o{h};
  std::string const name = std::to_string(D) + "-D uniform" + text(", h %g", h) + ", N 1e6: ";
  line(t, name + "build", by_events([&] { grid const g(s.view(), o, be); }, 1), 0);
  grid const g(s.view(), o, be);
  ma::detail::kernel_grid_draws<float, D> const job{g.view(), g.values(), true, s.asked(), {}, {.seed = 5}, s.out()};
  line(t, name + "a draw", by_events([&] { s.kit.items(s.m, job); }, 1) / static_cast<double>(s.m), 0);
}

void pass(table& t, index_t n, index_t d, index_t m) {
  ma::cuda const be;
  sample const s(be, n, d, m);
  ma::detail::brute_force<float, ma::space::device> const p(
      s.view(), ma::pairing::kernel_options{0.15 * static_cast<double>(d)}, be);
  ma::workspace<ma::space::device> scratch;
  auto const job = [&] {
    p.draw(be, ma::detail::pass_request<float>{{}, nullptr, {.seed = 5}, 0, s.out(), 0, s.asked()}, scratch);
  };
  job();
  int processors = 0, clock = 0;
  cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0),
      cudaDeviceGetAttribute(&clock, cudaDevAttrClockRate, 0);
  double const floor = 2.0 * static_cast<double>(n * d * m) / (128.0 * processors * 1e3 * clock);
  line(
      t,
      std::to_string(d) + text(" columns, N %g", static_cast<double>(n)) + text(", %g queries", static_cast<double>(m)),
      by_events(job, 1), floor);
}

suite const spaces(22, [](table& t) {
  for (double h : {0.1, 0.01, 0.001}) grid<2>(t, h);
  for (double h : {0.1, 0.02}) grid<3>(t, h);
  for (index_t d : {4, 10, 64, 512}) pass(t, 100000, d, 4096);
  pass(t, 1000000, 10, 256);
});

}  // namespace
