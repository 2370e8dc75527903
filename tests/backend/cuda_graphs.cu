// One step of every method, captured in a graph with its draws, upload, maps and pixels, and replayed with new draws.
#include <doctest/doctest.h>

#include <mixaug/cuda.cuh>

#include "support/cuda_memory.cuh"
#include "support/score_maps.hpp"
#include "support/values.hpp"

namespace {

ma::index_t const n = 12, c = 3, h = 24, w = 20;

/// What methods read in addition to the batch, on the host.
struct labels {
  std::vector<std::int64_t> classes, groups;
  std::vector<float> targets, weights;
  labels() {
    for (std::int64_t i = 0; i < n; ++i) {
      classes.push_back(i < 9 ? i % 3 : 3);
      groups.push_back(i % 2);
      targets.push_back(static_cast<float>(i % 5));
      weights.push_back(static_cast<float>(i) / 4);
    }
  }
  template <class In>
  In into(In in) const {
    in.class_ids(ma::class_ids(classes.data(), {n})).groups(ma::class_ids(groups.data(), {n}));
    in.targets(ma::labels(targets.data(), {n})).weights(ma::weights(weights.data(), {n}));
    return in;
  }
  template <class In>
  In with_source(In in) const {
    in = into(in);
    in.source_rows(n).source_targets(ma::labels(targets.data(), {n})).source_weights(ma::weights(weights.data(), {n}));
    return in;
  }
};

/// A graph of one step, launched 20 times: the output is the host's of every step.
template <class M, class Decorate>
void replay(char const* name, M const& method, Decorate const& decorate, bool second = false) {
  CAPTURE(name);
  auto const images = test::soft_images(n, c, h, w, 9);
  auto x = test::place<ma::cuda>(ma::nchw<std::uint8_t>(nullptr, {n, c, h, w}), images);
  auto const host_x = ma::nchw(images.data(), {n, c, h, w});
  auto const in = decorate(ma::inputs(x.view()));
  auto const host_in = decorate(ma::inputs(host_x));
  test::own_stream const stream;
  ma::cuda const be{stream};
  ma::plan_of<M, ma::space::device> plan;
  ma::make_plan(be, method, in, ma::key{.seed = 1}, plan);
  ma::index_t const rows = plan.rows();
  auto out = test::room<ma::cuda>(ma::nchw<std::uint8_t>(nullptr, {rows, c, h, w}));
  auto const step_on_device = [&] {
    if (second)
      ma::apply(be, plan, x.view(), x.view(), out.view());
    else
      ma::apply(be, plan, x.view(), out.view());
  };
  step_on_device();  // makes room, and loads the kernels
  stream.wait();

  cudaGraph_t graph = nullptr;
  cudaGraphExec_t run = nullptr;
  MIXAUG_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  ma::make_plan(be, method, in, ma::key{.seed = 1}, plan);
  step_on_device();
  MIXAUG_CUDA(cudaStreamEndCapture(stream, &graph));
  MIXAUG_CUDA(cudaGraphInstantiateWithFlags(&run, graph, 0));

  for (std::uint64_t step = 0; step < 20; ++step) {
    CAPTURE(step);
    ma::key const key{.seed = 1, .step = step};
    ma::stage(method, in, key, plan);
    MIXAUG_CUDA(cudaGraphLaunch(run, stream));
    stream.wait();
    auto const expected_plan = ma::make_plan(ma::serial{}, method, host_in, key);
    std::vector<std::uint8_t> expected(static_cast<std::size_t>(rows * c * h * w));
    auto const host_out = ma::nchw(expected.data(), {rows, c, h, w});
    if (second)
      ma::apply(ma::serial{}, expected_plan, host_x, host_x, host_out);
    else
      ma::apply(ma::serial{}, expected_plan, host_x, host_out);
    CHECK(test::first_difference(out.read(), expected) == -1);
  }
  cudaGraphExecDestroy(run);
  cudaGraphDestroy(graph);
}

}  // namespace

TEST_CASE("a captured step of every method is replayed with new draws") {
  labels const l;
  auto const own = [&](auto in) { return l.into(in); };
  auto const two = [&](auto in) { return l.with_source(in); };
  std::vector<float> field(static_cast<std::size_t>(n * 6 * 5));
  for (std::size_t k = 0; k < field.size(); ++k) field[k] = static_cast<float>(k % 9) / 8;
  auto const masked = [&](auto in) {
    in.field(ma::scores(field.data(), {n, 6, 5}));
    return in;
  };
  replay("mixup", ma::mixup{}, own);
  replay("cutmix", ma::cutmix{.boxes = 2}, own);
  replay("cutout", ma::cutout{.n_holes = 2, .length = 7}, own);
  replay("gridmix", ma::gridmix{}, own);
  replay("resizemix", ma::resizemix{}, own);
  replay("resizemix, linear", ma::resizemix{.interpolation = ma::interpolation::linear}, own);
  replay("fmix", ma::fmix{}, own);
  replay("smoothmix", ma::smoothmix{}, own);
  replay("a given mask", ma::with(ma::mixup{}, ma::region::given_mask{}), masked);
  replay("saliencymix", ma::saliencymix{}, own);
  replay("saliencymix that moves", ma::saliencymix{.scheme = ma::scheme::salient_to_salient}, own);
  replay("background_mix", ma::background_mix{}, own);
  replay(
      "puzzlemix",
      ma::puzzlemix{.t_eps = 0.01f, .blocks = {1, 2, 4}, .range = {0, 255}, .detector = ma::saliency::fine_grained{}},
      own);
  replay("c_mixup", ma::c_mixup{}, own);
  replay("metamix", ma::metamix{}, two, true);
  replay("recursivemix", ma::recursivemix{}, two, true);
  replay("umix", ma::umix{}, own);
  replay("lisa", ma::lisa{}, own);
  replay("regmixup", ma::regmixup{}, own);
  replay("one_of", ma::one_of(ma::mixup{}, ma::cutmix{}, ma::cutout{.length = 7}, ma::resizemix{}), own);
}
