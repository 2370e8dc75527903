// SPDX-License-Identifier: MIT
// Saliency maps, SaliencyMix and PuzzleMix on CUDA. The floor is what must move: the images in and the maps out, at the
// bandwidth of cudaMemcpy in this run.
#include <array>
#include <support/device_batch.cuh>
#include <support/print.hpp>
#include <vector>

namespace {
using namespace bench;

double bandwidth() {
  device_batch<float> const b;
  return 2.0 * total * sizeof(float) /
         by_events([&] { cudaMemcpyAsync(b.out, b.x, total * sizeof(float), cudaMemcpyDeviceToDevice); }, 5);
}

struct images {
  ma::index_t n, h, w;
  std::uint8_t* x = nullptr;
  float* map = nullptr;
  images(ma::index_t count, ma::index_t height, ma::index_t width) : n(count), h(height), w(width) {
    MIXAUG_CUDA(cudaMalloc(&x, static_cast<std::size_t>(3 * n * h * w)));
    MIXAUG_CUDA(cudaMalloc(&map, static_cast<std::size_t>(4 * n * h * w)));
    std::vector<std::uint8_t> noise(static_cast<std::size_t>(3 * n * h * w));
    for (std::size_t k = 0; k < noise.size(); ++k) noise[k] = static_cast<std::uint8_t>(k * 2654435761u >> 13);
    MIXAUG_CUDA(cudaMemcpy(x, noise.data(), noise.size(), cudaMemcpyHostToDevice));
  }
  images(images const&) = delete;
  ~images() { cudaFree(x), cudaFree(map); }
  auto view() const { return ma::on_device(ma::nchw(x, {n, ma::index_t{3}, h, w})); }
  auto scores() const { return ma::on_device(ma::scores(map, {n, h, w})); }
  double bytes() const { return 7.0 * static_cast<double>(n * h * w); }
  std::string text() const { return std::to_string(n) + "x3x" + std::to_string(h) + "x" + std::to_string(w); }
};

void line(table& t, std::string const& name, double seconds, double floor) {
  t.rows.push_back({name, time_text(seconds), time_text(floor), text("%.2f", floor / seconds), "-", true});
}
template <class Detector>
void map_of(table& t, char const* name, Detector const& d, images const& b, double speed) {
  ma::workspace<ma::space::device> scratch;
  auto const job = [&] { ma::saliency_map(ma::cuda{}, d, b.view(), b.scores(), scratch); };
  job();
  line(t, std::string(name) + " " + b.text(), by_events(job, 5), b.bytes() / speed);
}

suite const maps(20, [](table& t) {
  double const speed = bandwidth();
  for (auto const& [n, h, w] : {std::array<ma::index_t, 3>{256, 224, 224}, {1024, 32, 32}, {32, 512, 512}}) {
    images const b(n, h, w);
    map_of(t, "fine_grained", ma::saliency::fine_grained{}, b, speed);
    map_of(t, "spectral_residual", ma::saliency::spectral_residual{}, b, speed);
    map_of(t, "frequency_tuned", ma::saliency::frequency_tuned{}, b, speed);
    map_of(t, "gradient_magnitude", ma::saliency::gradient_magnitude{}, b, speed);
  }
  images const b(256, 224, 224), out(256, 224, 224);
  for (auto const of : {ma::search::pixel, ma::search::box_sum}) {
    ma::saliencymix const m{.search = of};
    ma::plan_of<ma::saliencymix, ma::space::device> plan;
    std::uint64_t step = 0;
    auto const job = [&] {
      ma::make_plan(ma::cuda{}, m, b.view(), ma::key{.seed = 1, .step = ++step}, plan);
      ma::apply(ma::cuda{}, plan, b.view(), out.view());
    };
    job();
    line(t, std::string("SaliencyMix, a step, ") + (of == ma::search::pixel ? "pixel" : "window") + " anchors",
         by_events(job, 5), 3 * b.bytes() / 7 * 3 / speed);
  }
  // The floor is that of the step's pixels: in, and out.
  for (auto const& [n, side] : {std::array<ma::index_t, 2>{256, 32}, {256, 224}})
    for (bool exact : {true, false}) {
      images const x(n, side, side), mixed(n, side, side);
      ma::saliency_map(ma::cuda{}, ma::saliency::gradient_magnitude{}, x.view(), x.scores());
      ma::puzzlemix m{.range = {0, 255}};
      if (!exact) m.solver = ma::puzzle_solver::swap;
      ma::plan_of<ma::puzzlemix, ma::space::device> plan;
      std::uint64_t step = 0;
      auto const job = [&] {
        ma::make_plan(ma::cuda{}, m, ma::inputs(x.view()).scores(x.scores()), ma::key{.seed = 1, .step = ++step}, plan);
        ma::apply(ma::cuda{}, plan, x.view(), mixed.view());
      };
      job();
      line(t, "PuzzleMix, a step, " + x.text() + (exact ? ", exact" : ", swaps"), by_events(job, 5),
           6.0 * static_cast<double>(n * side * side) / speed);
    }
});

}  // namespace
