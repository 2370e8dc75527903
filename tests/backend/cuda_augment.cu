// Chains on a device: the bits of the host, graphs that are replayed, Thrust's policies, plans of the host.
#include <thrust/system/cuda/execution_policy.h>

#include <mixaug/backend/thrust.hpp>

#include "support/cuda_memory.cuh"  // before the cases, which take its memory
// after the device's memory
#include <mixaug/augment/device_plan.cuh>

#include "augment/device_cases.hpp"

namespace {

namespace au = ma::augment;

ma::index_t const n = 6, h = 24, w = 20;

std::vector<float> on_the_host(au::plan const& p, std::vector<std::uint8_t> const& x) {
  return test::applied<float>(p, x);
}

}  // namespace

TEST_AUGMENT_DEVICE(mixaug::cuda);

TEST_CASE("steps as the README writes them") {
  test::own_stream const stream;
  auto const images = test::photos(n, 3, h, w);
  au::chain const steps{au::flip{.horizontal = 0.5f}, au::normalise{.mean = {125, 123, 114}, .std = {63, 62, 67}}};
  auto x = test::place<ma::cuda>(ma::nhwc<std::uint8_t>(nullptr, {n, h, w, 3}), images);
  auto out = test::room<ma::cuda>(ma::nchw<float>(nullptr, {n, 3, h, w}));
  auto const x_dev = x.view();
  auto const out_dev = out.view();

  au::device_plan<> plan;
  for (std::uint64_t step = 0; step < 3; ++step) {
    ma::make_plan(ma::cuda{stream}, steps, x_dev, ma::key{.seed = 42, .step = step}, plan);
    ma::apply(ma::cuda{stream}, plan, x_dev, out_dev);
    stream.wait();
    CHECK(test::first_difference(out.read(), on_the_host(plan.host(), images)) == -1);
  }
}

TEST_CASE("a captured step of a chain is replayed with new draws") {
  auto const images = test::photos(n, 3, h, w);
  auto x = test::place<ma::cuda>(ma::nchw<std::uint8_t>(nullptr, {n, 3, h, w}), images);
  for (au::chain const& chain : augment_cases::chains()) {
    test::own_stream const stream;
    ma::cuda const be{stream};
    au::device_plan<> plan;
    ma::make_plan(be, chain, x.view(), ma::key{.seed = 1}, plan);
    auto out = test::room<ma::cuda>(ma::nchw<float>(nullptr, {n, 3, plan.out().height, plan.out().width}));
    ma::apply(be, plan, x.view(), out.view());  // loads the kernels
    stream.wait();

    cudaGraph_t graph = nullptr;
    cudaGraphExec_t run = nullptr;
    MIXAUG_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    ma::upload(be, plan);
    ma::apply(be, plan, x.view(), out.view());
    MIXAUG_CUDA(cudaStreamEndCapture(stream, &graph));
    MIXAUG_CUDA(cudaGraphInstantiateWithFlags(&run, graph, 0));
    for (std::uint64_t step = 0; step < 5; ++step) {
      ma::stage(chain, x.view(), ma::key{.seed = 1, .step = step}, plan);
      MIXAUG_CUDA(cudaGraphLaunch(run, stream));
      stream.wait();
      CHECK(test::first_difference(out.read(), on_the_host(plan.host(), images)) == -1);
    }
    cudaGraphExecDestroy(run);
    cudaGraphDestroy(graph);
  }
}

TEST_CASE("a plan that was made on the host, by a policy of Thrust") {
  auto const images = test::photos(n, 3, h, w);
  auto x = test::place<ma::cuda>(ma::nhwc<std::uint8_t>(nullptr, {n, h, w, 3}), images);
  test::own_stream const stream;
  auto const be = ma::thrust_on{thrust::cuda::par.on(stream)};
  for (au::chain const& chain : augment_cases::chains()) {
    auto const host = test::planned_chain(chain, n, 3, h, w);
    au::device_plan<> plan;
    ma::upload(ma::cuda{stream}, host, plan);
    auto out = test::room<ma::cuda>(ma::nchw<float>(nullptr, {n, 3, host.out().height, host.out().width}));
    ma::apply(be, plan, x.view(), out.view());
    CHECK(test::first_difference(out.read(), on_the_host(host, images)) == -1);
  }
}
