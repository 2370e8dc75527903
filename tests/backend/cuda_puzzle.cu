// PuzzleMix planned on a GPU, against the host's plans.
#include <doctest/doctest.h>

#include "support/cuda_memory.cuh"  // before what looks its buffers up

#include "support/compare_plans.hpp"
#include "support/score_maps.hpp"

namespace {

using ma::index_t;

/// Bytes with soft blobs and given scores, on both sides.
struct batch {
  index_t n, h, w;
  std::vector<std::uint8_t> pixels;
  std::vector<float> scores;
  test::buffer<std::uint8_t, ma::space::device> pixels_there;
  test::buffer<float, ma::space::device> scores_there;
  batch(index_t rows, index_t height, index_t width, std::uint64_t seed)
      : n(rows),
        h(height),
        w(width),
        pixels(test::soft_images(rows, 3, height, width, seed)),
        scores(test::score_maps(rows, height, width, seed)),
        pixels_there(pixels),
        scores_there(scores) {
    for (std::size_t k = 0; k < scores.size(); ++k) scores[k] += static_cast<float>(pixels[3 * k]) / 512.0f;
    MIXAUG_CUDA(cudaMemcpy(scores_there.data(), scores.data(), scores.size() * sizeof(float), cudaMemcpyHostToDevice));
  }
  auto here() const {
    return ma::inputs(ma::nchw(pixels.data(), {n, 3, h, w})).scores(ma::scores(scores.data(), {n, h, w}));
  }
  auto there() {
    return ma::inputs(ma::on_device(ma::nchw(pixels_there.data(), {n, 3, h, w})))
        .scores(ma::on_device(ma::scores(scores_there.data(), {n, h, w})));
  }
  auto here_of(batch& source) const {
    return here()
        .source_rows(source.n)
        .source_images(ma::nchw(source.pixels.data(), {source.n, 3, h, w}))
        .source_scores(ma::scores(source.scores.data(), {source.n, h, w}));
  }
  auto there_of(batch& source) {
    return there()
        .source_rows(source.n)
        .source_images(ma::on_device(ma::nchw(source.pixels_there.data(), {source.n, 3, h, w})))
        .source_scores(ma::on_device(ma::scores(source.scores_there.data(), {source.n, h, w})));
  }
};

template <class Method, class Here, class There>
void same_masks(Method const& m, Here const& here, There const& there, ma::key const& k) {
  test::own_stream const stream;
  auto const got = test::planned(ma::cuda{stream}, m, there, k);
  CHECK(test::same_rows(got, ma::make_plan(ma::serial{}, m, here, k)));
}

}  // namespace

TEST_CASE("masks and transports of CUDA are those of the host") {
  batch b(40, 32, 32, 3), large(5, 224, 224, 4), source(20, 32, 32, 5);
  for (int labels : {2, 3, 4, 8})
    for (int form = 0; form < 8; ++form) {
      ma::puzzlemix m{.n_labels = labels, .t_eps = 0.005f, .range = {0, 255}};
      m.energy = form % 2 == 0 ? ma::puzzle_energy::published : ma::puzzle_energy::bilinear;
      m.solver = form / 2 % 2 == 0 ? ma::puzzle_solver::exact : ma::puzzle_solver::swap;
      m.assignment = form / 4 == 0 ? ma::puzzle_assignment::exact : ma::puzzle_assignment::published;
      CAPTURE(labels);
      CAPTURE(form);
      same_masks(m, b.here(), b.there(), {.seed = static_cast<std::uint64_t>(form)});
    }
  ma::puzzlemix m{.t_eps = 0.005f, .range = {0, 255}};
  same_masks(m, large.here(), large.there(), {.seed = 1});
  same_masks(m, b.here_of(source), b.there_of(source), {.seed = 2});
  m.t_size = 2;
  m.blocks = {4, 8};
  same_masks(m, b.here(), b.there(), {.seed = 3});
  m.mode = ma::mode::batch;
  m.t_eps = 0.0f;
  same_masks(m, b.here(), b.there(), {.seed = 4});
  same_masks(ma::one_of(m, ma::cutmix{}), b.here(), b.there(), {.seed = 5});
  m.detector = ma::saliency::fine_grained{};
  same_masks(m, ma::inputs(ma::nchw(b.pixels.data(), {b.n, 3, b.h, b.w})),
             ma::inputs(ma::on_device(ma::nchw(b.pixels_there.data(), {b.n, 3, b.h, b.w}))), {.seed = 6});
}
