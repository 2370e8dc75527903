// Kernel tables built and drawn from on the device, against those of one thread on the host.
#include <mixaug/kernel/cuda_sort.cuh>

#include "support/cuda_memory.cuh"

#include "kernel/table_cases.hpp"

TEST_KERNEL_TABLES(mixaug::cuda);

namespace {
using ma::index_t;
using ma::pairing::device_gaussian_kernel;

std::vector<std::int64_t> some_rows(index_t m, index_t n) {
  std::vector<std::int64_t> rows;
  for (index_t i = 0; i < m; ++i) rows.push_back(i * 7919 % n);
  return rows;
}

}  // namespace

TEST_CASE("a Thrust policy of CUDA builds the same table, on its stream") {
  test::own_stream const stream;
  auto const be = ma::thrust_on{thrust::cuda::par.on(stream)};
  for (index_t n : {1, 31, 40000}) {
    auto const y = test::law_of<float>(2, n);
    for (double h : {1e-4, 0.1})
      CHECK(test::same_table(test::line_of(be, y, {.bandwidth = h}), test::line_of(ma::serial{}, y, {.bandwidth = h})));
  }
}

TEST_CASE("tables of one to three columns on a stream of their own; strided labels; rows that are not there") {
  test::own_stream const stream;
  ma::cuda const be{stream};
  index_t const n = 5000;
  for (index_t d : {1, 2, 3}) {
    auto const wide = test::law_of<double>(1, 4 * n);
    test::buffer<double, ma::space::device> labels(wide);
    ma::pairing::kernel_options const o{.bandwidth = 0.2, .with_self = d != 2};
    auto const host = ma::labels(wide.data(), {n, d}, {4, 1});
    ma::pairing::gaussian_kernel const want(host, o);
    device_gaussian_kernel const table(be, ma::on_device(ma::labels(labels.data(), {n, d}, {4, 1})), o),
        sent = ma::upload(be, want);
    CHECK((table.rows() == n && table.columns() == d && table.bytes() == want.bytes() && sent.bytes() == want.bytes()));
    auto rows = some_rows(3000, n);
    std::vector<std::int64_t> expected(rows.size());
    want.draw(ma::indices(std::as_const(rows).data(), {rows.size()}), ma::key{.seed = 2},
              ma::indices(expected.data(), {rows.size()}));
    rows[5] = -1, rows[6] = n, rows[7] = std::int64_t{1} << 50;
    expected[5] = expected[6] = expected[7] = -1;
    test::buffer<std::int64_t, ma::space::device> queries(rows), first(rows), second(rows);
    auto const asked = ma::on_device(ma::indices(queries.data(), {rows.size()}));
    table.draw(be, asked, ma::key{.seed = 2}, ma::on_device(ma::indices(first.data(), {rows.size()})));
    sent.draw(be, asked, ma::key{.seed = 2}, ma::on_device(ma::indices(second.data(), {rows.size()})));
    stream.wait();
    CHECK(first.read() == expected);
    CHECK(second.read() == expected);
  }
}

TEST_CASE("a draw can be captured in a graph: its key stays, the rows are read anew") {
  test::own_stream const stream;
  ma::cuda const be{stream};
  auto const y = test::law_of<float>(0, 10000);
  test::buffer<float, ma::space::device> labels(y);
  auto rows = some_rows(1000, 10000);
  test::buffer<std::int64_t, ma::space::device> queries(rows), out(rows);
  auto const asked = ma::on_device(ma::indices(queries.data(), {rows.size()})),
             drawn = ma::on_device(ma::indices(out.data(), {rows.size()}));
  device_gaussian_kernel const table(be, ma::on_device(ma::labels(labels.data(), {y.size()})), {.bandwidth = 0.01});
  table.draw(be, asked, ma::key{.seed = 4}, drawn);  // loads the kernel
  stream.wait();
  cudaGraph_t graph;
  cudaGraphExec_t run;
  MIXAUG_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  table.draw(be, asked, ma::key{.seed = 4}, drawn);
  MIXAUG_CUDA(cudaStreamEndCapture(stream, &graph));
  MIXAUG_CUDA(cudaGraphInstantiate(&run, graph, 0));
  for (auto& row : rows) row = 9999 - row;
  MIXAUG_CUDA(cudaMemcpy(queries.data(), rows.data(), 8 * rows.size(), cudaMemcpyHostToDevice));
  MIXAUG_CUDA(cudaGraphLaunch(run, stream));
  stream.wait();
  std::vector<std::int64_t> want(rows.size());
  ma::pairing::gaussian_kernel(ma::labels(y.data(), {y.size()}), {.bandwidth = 0.01})
      .draw(ma::indices(std::as_const(rows).data(), {rows.size()}), ma::key{.seed = 4},
            ma::indices(want.data(), {rows.size()}));
  CHECK(out.read() == want);
  cudaGraphExecDestroy(run), cudaGraphDestroy(graph);
}
