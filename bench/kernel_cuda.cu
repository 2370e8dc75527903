// SPDX-License-Identifier: MIT
// The exact pairs of C-Mixup on CUDA: a table and its draws. The floor of a table is its labels in and its bytes out,
// at the bandwidth of cudaMemcpy in this run; of a draw the row and the partner (16 bytes) and four random sectors of
// 32 (label, cell, slot, element).
#include <mixaug/kernel/cuda_sort.cuh>
#include <mixaug/kernel/device_gaussian_kernel.hpp>
#include <support/device_batch.cuh>
#include <support/print.hpp>
#include <vector>

namespace {
using namespace bench;
using device_table = ma::pairing::device_gaussian_kernel;

double bandwidth() {
  device_batch<float> const b;
  return 2.0 * total * sizeof(float) /
         by_events([&] { cudaMemcpyAsync(b.out, b.x, total * sizeof(float), cudaMemcpyDeviceToDevice); }, 5);
}

template <class T>
struct device_numbers {
  T* data = nullptr;
  ma::index_t n;
  explicit device_numbers(std::vector<T> const& values) : n(static_cast<ma::index_t>(values.size())) {
    MIXAUG_CUDA(cudaMalloc(&data, sizeof(T) * values.size()));
    MIXAUG_CUDA(cudaMemcpy(data, values.data(), sizeof(T) * values.size(), cudaMemcpyHostToDevice));
  }
  device_numbers(device_numbers const&) = delete;
  ~device_numbers() { cudaFree(data); }
};

struct random_labels {
  std::vector<float> y;
  std::vector<std::int64_t> rows;
  explicit random_labels(std::size_t n) : y(n), rows(n) {
    std::uint64_t r = 1;
    for (std::size_t i = 0; i < n; ++i) {
      r = r * 6364136223846793005u + 1442695040888963407u;
      y[i] = (static_cast<float>(r >> 40) + 0.5f) * 0x1p-24f;
      rows[i] = static_cast<std::int64_t>((r >> 12) % n);
    }
  }
};

void line(table& t, std::string const& name, double seconds, double floor) {
  t.rows.push_back({name, time_text(seconds), time_text(floor), text("%.2f", floor / seconds), "-", true});
}

suite const rows_of_tables(21, [](table& t) {
  double const speed = bandwidth();
  ma::cuda const be{};
  for (std::size_t n : {1000000, 100000000}) {
    random_labels const host(n);
    device_numbers<float> const y(host.y);
    device_numbers<std::int64_t> const queries(host.rows), out(host.rows);
    auto const labels = ma::on_device(ma::labels<float const>(y.data, {y.n}));
    double const count = static_cast<double>(n);
    for (double h : {1e-3, 0.1, 20.0 / count, 200.0 / count}) {
      std::string const what = text("kernel, %.0e labels", count) + text(", h = %g: ", h);
      device_table const table(be, labels, {.bandwidth = h});
      double const build = by_events([&] { device_table(be, labels, {.bandwidth = h}); }, 1);
      line(t, what + "table", build, (4.0 * count + static_cast<double>(table.bytes())) / speed);
      auto const asked = ma::on_device(ma::indices<std::int64_t const>(queries.data, {queries.n}));
      auto const drawn = ma::on_device(ma::indices(out.data, {out.n}));
      double const draw = by_events([&] { table.draw(be, asked, ma::key{.seed = 1}, drawn); }, 1);
      line(t, what + "a draw of each row", draw, (16 + 4 * 32) * count / speed);
    }
  }
});

}  // namespace
