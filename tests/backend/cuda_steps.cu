// What a training step needs of the cuda backend: captured in a graph, no allocation, no waiting.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include <mixaug/cuda.cuh>

#include "support/cuda_memory.cuh"
#include "support/values.hpp"

namespace {

ma::index_t const n = 16, c = 3, h = 12, w = 40, size = n * c * h * w;

/// One batch on the device, a method's plan, and where the steps write.
template <class M>
struct batch {
  M method;
  std::vector<std::uint8_t> values = test::any_values<std::uint8_t>(size, 6);
  test::buffer<std::uint8_t, ma::space::device> in{values}, out{std::vector<std::uint8_t>(size)};
  test::buffer<float, ma::space::device> grad{std::vector<float>(size, 1.0f)}, grad_in{std::vector<float>(size)};
  test::buffer<int, ma::space::device> ids{std::vector<int>(n, 1)};
  test::buffer<float, ma::space::device> targets{std::vector<float>(n * 10)};
  ma::plan_of<M, ma::space::device> plan{};

  auto x() { return ma::on_device(ma::nchw(in.data(), {n, c, h, w})); }
  auto y() { return ma::on_device(ma::nchw(out.data(), {n, c, h, w})); }

  void planned(ma::cuda const& be, std::uint64_t step) {
    ma::make_plan(be, method, x(), ma::key{.seed = 2, .step = step}, plan);
  }
  void applied(ma::cuda const& be) {
    ma::apply(be, plan, x(), y());
    ma::apply_inplace(be, plan, y());
    ma::apply_adjoint(be, plan, ma::on_device(ma::nchw(grad.data(), {n, c, h, w})),
                      ma::on_device(ma::nchw(grad_in.data(), {n, c, h, w})));
    ma::soft_labels(be, plan, ma::on_device(ma::class_ids(ids.data(), {n})),
                    ma::on_device(ma::labels(targets.data(), {n, 10})));
  }
  /// What apply gives on the host.
  std::vector<std::uint8_t> expected(std::uint64_t step) {
    std::vector<std::uint8_t> result(size);
    auto const here = ma::nchw(values.data(), {n, c, h, w});
    auto const p = ma::make_plan(method, here, ma::key{.seed = 2, .step = step});
    ma::apply(ma::serial{}, p, here, ma::nchw(result.data(), {n, c, h, w}));
    return result;
  }
};

template <class M>
void replay(M const& method) {
  test::own_stream const stream;
  ma::cuda const be{stream};
  batch<M> b{method};
  b.planned(be, 0);  // room for the plan, outside the capture
  ma::apply(be, b.plan, b.x(), b.y());
  stream.wait();

  cudaGraph_t graph = nullptr;
  cudaGraphExec_t run = nullptr;
  MIXAUG_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
  ma::upload(be, b.plan);
  ma::apply(be, b.plan, b.x(), b.y());
  MIXAUG_CUDA(cudaStreamEndCapture(stream, &graph));
  MIXAUG_CUDA(cudaGraphInstantiateWithFlags(&run, graph, 0));

  int const steps = 20;
  test::buffer<std::uint8_t, ma::space::device> all(std::vector<std::uint8_t>(size * steps));
  for (int step = 0; step < steps;
       ++step) {  // stage() itself waits until the graph's upload has left the staging block
    ma::stage(b.method, b.x(), ma::key{.seed = 2, .step = static_cast<std::uint64_t>(step)}, b.plan);
    MIXAUG_CUDA(cudaGraphLaunch(run, stream));
    MIXAUG_CUDA(cudaMemcpyAsync(all.data() + step * size, b.out.data(), size, cudaMemcpyDeviceToDevice, stream));
  }
  auto const got = all.read();
  for (int step = 0; step < steps; ++step) {
    CAPTURE(step);
    std::vector<std::uint8_t> const one(got.begin() + step * size, got.begin() + (step + 1) * size);
    CHECK(test::first_difference(one, b.expected(static_cast<std::uint64_t>(step))) == -1);
  }
  cudaGraphExecDestroy(run);
  cudaGraphDestroy(graph);
}

/// Holds a stream until it is told to go on, or for ten seconds.
struct gate {
  std::atomic<bool> open{false}, passed{false};
  static void CUDART_CB hold(void* self) {
    auto& g = *static_cast<gate*>(self);
    for (int k = 0; k < 10000 && !g.open; ++k) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    g.passed = true;
  }
};

}  // namespace

TEST_CASE("a captured step is replayed with new draws") {
  replay(ma::mixup{});
  replay(ma::cutmix{.boxes = 2});
  replay(ma::one_of(ma::mixup{}, ma::cutmix{}, ma::cutout{.length = 7}));
}

TEST_CASE("steps as the README writes them") {
  test::own_stream const stream;
  batch<ma::cutmix> b{ma::cutmix{}};
  auto& in = b.in;
  auto& out = b.out;

  auto x_dev = ma::on_device(ma::nchw(in.data(), {n, c, h, w}));  // device pointers are wrapped once
  auto out_dev = ma::on_device(ma::nchw(out.data(), {n, c, h, w}));
  ma::plan_of<ma::cutmix, ma::space::device> device_plan;
  for (std::uint64_t step = 0; step < 3; ++step) {
    ma::make_plan(ma::cuda{stream}, ma::cutmix{}, x_dev, ma::key{.seed = 2, .step = step}, device_plan);
    ma::apply(ma::cuda{stream}, device_plan, x_dev, out_dev);
    stream.wait();
    CHECK(test::first_difference(out.read(), b.expected(step)) == -1);
  }
}

TEST_CASE("a step allocates no device memory") {
  test::own_stream const stream;
  ma::cuda const be{stream};
  batch<ma::cutmix> b{ma::cutmix{}};
  b.planned(be, 0), b.applied(be), stream.wait();
  std::size_t before = 0, after = 0, total = 0;
  MIXAUG_CUDA(cudaMemGetInfo(&before, &total));
  for (std::uint64_t step = 1; step < 20; ++step) b.planned(be, step), b.applied(be);
  MIXAUG_CUDA(cudaMemGetInfo(&after, &total));
  CHECK(before == after);
}

TEST_CASE("a step does not wait for the device") {
  test::own_stream const stream;
  ma::cuda const be{stream};
  batch<ma::cutmix> b{ma::cutmix{}};
  b.planned(be, 0), b.applied(be), stream.wait();  // kernels are loaded when first launched
  gate g;
  MIXAUG_CUDA(cudaLaunchHostFunc(stream, &gate::hold, &g));
  b.planned(be, 1), b.applied(be);
  CHECK_FALSE(g.passed);
  g.open = true;
  stream.wait();
  ma::apply(be, b.plan, b.x(), b.y());
  CHECK(test::first_difference(b.out.read(), b.expected(1)) == -1);
}
