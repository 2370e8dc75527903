#include "support/cuda_memory.cuh"

#include "label/score_cases.hpp"
#include "region/salient_cases.hpp"
#include "region/top_cells_cases.hpp"

TEST_SALIENT(mixaug::cuda);
TEST_TOP_CELLS(mixaug::cuda);
TEST_SCORE_LABELS(mixaug::cuda);

using ma::index_t;

namespace {

/// Maps of the device against those of the host: a block an image where its sums fit, a launch a step above.
template <class Detector>
void same_maps(Detector const& d, index_t h, index_t w, float bound) {
  auto const images = test::soft_images(3, 3, h, w, 5);
  auto const host_x = ma::nchw(images.data(), {3, 3, h, w});
  std::vector<float> host(static_cast<std::size_t>(3 * h * w));
  ma::saliency_map(ma::serial{}, d, host_x, ma::scores(host.data(), {3, h, w}));
  auto x = test::place<ma::cuda>(ma::nchw<std::uint8_t>(nullptr, {3, 3, h, w}), images);
  auto out = test::room<ma::cuda>(ma::scores<float>(nullptr, {3, h, w}));
  auto const in = x.view();
  test::own_stream const stream;
  ma::saliency_map(ma::cuda{stream}, d, in, out.view());
  stream.wait();
  auto const device = out.read();
  float largest = 0;
  for (std::size_t k = 0; k < host.size(); ++k) largest = std::max(largest, std::fabs(host[k] - device[k]));
  CHECK(largest <= bound);
  CHECK(out.intact());
}

}  // namespace

TEST_CASE("maps of CUDA are those of the host") {
  for (auto const& size : {std::pair<index_t, index_t>{32, 32}, {1, 1}, {17, 40}, {224, 224}, {300, 257}}) {
    index_t const h = size.first, w = size.second;
    CAPTURE(h);
    same_maps(ma::saliency::fine_grained{}, h, w, 0.0f);
    same_maps(ma::saliency::frequency_tuned{}, h, w, 1e-5f);
    same_maps(ma::saliency::spectral_residual{}, h, w, 1e-5f);
    same_maps(ma::saliency::gradient_magnitude{}, h, w, 0.0f);
  }
}

TEST_CASE("a captured step of saliencymix draws, places and mixes anew at every launch") {
  index_t const n = 16, h = 24, w = 20;
  auto const images = test::soft_images(n, 3, h, w, 9);
  auto x = test::place<ma::cuda>(ma::nchw<std::uint8_t>(nullptr, {n, 3, h, w}), images);
  auto const in = ma::inputs(x.view());
  ma::saliencymix const m{.scheme = ma::scheme::salient_to_salient};
  test::own_stream const stream;
  ma::cuda const be{stream};
  ma::plan_of<ma::saliencymix, ma::space::device> p;
  ma::make_plan(be, m, in, ma::key{.seed = 1}, p);  // makes room, loads the kernels
  stream.wait();
  cudaGraph_t graph;
  cudaGraphExec_t run;
  MIXAUG_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  ma::make_plan(be, m, in, ma::key{.seed = 1}, p);
  MIXAUG_CUDA(cudaStreamEndCapture(stream, &graph));
  MIXAUG_CUDA(cudaGraphInstantiate(&run, graph, 0));
  auto const host_x = ma::nchw(images.data(), {n, 3, h, w});
  for (std::uint64_t step = 0; step < 3; ++step) {
    ma::stage(m, in, ma::key{.seed = 1, .step = step}, p);
    MIXAUG_CUDA(cudaGraphLaunch(run, stream));
    ma::plan_of<ma::saliencymix> back;
    ma::download(be, p, back);
    CHECK(test::same_plan(back, ma::make_plan(ma::serial{}, m, host_x, ma::key{.seed = 1, .step = step})));
  }
  cudaGraphExecDestroy(run), cudaGraphDestroy(graph);
}
