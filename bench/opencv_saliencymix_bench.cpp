// SPDX-License-Identifier: MIT
// SaliencyMix end to end on a batch of photographs' size, both on two threads: ours is a plan and its application;
// the other OpenCV's map of each sample's partner, its first peak, and rows copied as CutMix does.
#include <cstring>
#include <mixaug/backend/openmp.hpp>
#include <opencv2/imgproc.hpp>
#include <support/opencv.hpp>

namespace {
using namespace bench;

struct step {
  pictures b{256, 224};
  std::vector<std::uint8_t> out = b.planes;
  ma::saliencymix method{};
  ma::plan_of<ma::saliencymix> plan;
  std::uint64_t number = 0;
  ma::openmp threads{2};

  auto view() { return ma::nchw(out.data(), {b.n, ma::index_t{3}, b.side, b.side}); }
  void ours() {
    ma::make_plan(threads, method, b.images(), ma::key{.seed = 1, .step = ++number}, plan);
    ma::apply(threads, plan, b.images(), view());
  }
  void peer() {
    ma::index_t const area = b.side * b.side;
#pragma omp parallel for schedule(static) num_threads(2)
    for (ma::index_t i = 0; i < b.n; ++i) {
      ma::index_t const j = plan.partner[i];
      cv::Mat map;
      cv::Point at;
      cv::saliency::StaticSaliencyFineGrained::create()->computeSaliency(b.bgr[static_cast<std::size_t>(j)], map);
      cv::minMaxLoc(map, nullptr, nullptr, nullptr, &at);
      ma::box const box = plan.region.to[i];
      ma::index_t const h = box.y1 - box.y0, w = box.x1 - box.x0;
      ma::index_t const y0 = std::clamp<ma::index_t>(at.y - h / 2, 0, b.side - h),
                        x0 = std::clamp<ma::index_t>(at.x - w / 2, 0, b.side - w);
      std::memcpy(out.data() + 3 * i * area, b.planes.data() + 3 * i * area, static_cast<std::size_t>(3 * area));
      for (ma::index_t c = 0; c < 3; ++c)
        for (ma::index_t y = y0; y < y0 + h; ++y) {
          ma::index_t const place = c * area + y * b.side + x0;
          std::memcpy(out.data() + 3 * i * area + place, b.planes.data() + 3 * j * area + place,
                      static_cast<std::size_t>(w));
        }
    }
  }
};

suite const rows(55, [](table& t) {
  cv::setNumThreads(1);
  auto const s = std::make_shared<step>();
  s->ours();
  t.contests.push_back({"SaliencyMix 256x3x224x224 uint8, 2 threads, OpenCV's maps and CutMix", [=] { s->ours(); },
                        [=] { s->peer(); }, 20});
  s->ours();
  auto const first = s->out;
  s->peer();
  bool const same = first == s->out;
  t.rows.push_back({"SaliencyMix 256x3x224x224, pixels of both", same ? "equal" : "differ", "", "", "equal", same});
  auto const few = std::make_shared<pictures>(32, 224), many = std::make_shared<pictures>(256, 224);
  auto const plan = [](std::shared_ptr<pictures> const& p) {
    auto const into = std::make_shared<ma::plan_of<ma::saliencymix>>();
    return [=] { ma::make_plan(ma::serial{}, ma::saliencymix{}, p->images(), ma::key{.seed = 1}, *into); };
  };
  t.contests.push_back({"SaliencyMix's plan a sample, batches of 32 against 256", plan(few), plan(many), 0, 32, 256});
});

}  // namespace
