// The chain of include/mixaug/augment/README.md.
#include <doctest/doctest.h>

#include <cstdint>
#include <mixaug/augment/channel_statistics.hpp>
#include <mixaug/augment/ragged.hpp>
#include <mixaug/mixaug.hpp>
#include <vector>

namespace ma = mixaug;

TEST_CASE("the chain of the README of augment/") {
  ma::index_t const n = 4, h = 32, w = 32;
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(n * h * w * 3), 100);
  std::vector<float> floats(static_cast<std::size_t>(n * 3 * 28 * 28), -1000.0f);
  // clang-format off
namespace au = ma::augment;

au::chain const steps{au::crop{.size = {28, 28}, .padding = 4}, au::flip{.horizontal = 0.5f},
                      au::affine{.degrees = {-15, 15}, .scale = {0.9f, 1.1f}},
                      au::color_jitter{.brightness = {0.8f, 1.2f}, .saturation = {0.5f, 1.5f}},
                      au::gaussian_noise{.sigma = {0, 8}, .prob = 0.5f},
                      au::normalise{.mean = {125, 123, 114}, .std = {63, 62, 67}}};
auto const in = ma::nhwc(bytes.data(), {n, h, w, 3});
auto const out = ma::nchw(floats.data(), {n, 3, 28, 28});
au::plan plan;
for (std::uint64_t step = 0; step < 3; ++step) {
  ma::make_plan(steps, in, ma::key{.seed = 42, .step = step}, plan);
  ma::apply(plan, in, out);
}
auto const mix = ma::make_plan(ma::cutmix{}, plan.output(), ma::key{.seed = 42});
ma::apply(mix, plan, in, out);
struct image {
  ma::index_t height, width;
  std::vector<std::uint8_t> pixels;
};
std::vector<image> decoded{{40, 30, std::vector<std::uint8_t>(3600, 90)}, {28, 50, std::vector<std::uint8_t>(4200, 80)},
                           {30, 30, std::vector<std::uint8_t>(2700, 70)}, {99, 22, std::vector<std::uint8_t>(6534, 60)}};
std::vector<ma::tensor_view<std::uint8_t, 4>> views;
for (auto& one : decoded) views.push_back(ma::nhwc(one.pixels.data(), {1, one.height, one.width, 3}));
auto const ragged = ma::make_plan(steps, ma::images(views), ma::key{.seed = 42});
ma::apply(ragged, ma::images(views), out);
  // clang-format on
  for (float v : floats) CHECK((v >= -2.0f && v <= 2.3f));
}

TEST_CASE("the statistics of the README of augment/") {
  ma::index_t const h = 8, w = 8;
  namespace au = ma::augment;
  struct batch_of_images {
    ma::index_t n;
    std::vector<std::uint8_t> pixels;
  };
  std::vector<batch_of_images> batches;
  for (ma::index_t n : {2, 3}) {
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(n * h * w * 3));
    for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = static_cast<std::uint8_t>(k * k % 251);
    batches.push_back({n, pixels});
  }
  // clang-format off
au::channel_statistics all(3);
for (auto const& batch : batches) all.add(ma::nhwc(batch.pixels.data(), {batch.n, h, w, 3}));
au::chain const steps{all.pca(), all.normalising()};
  // clang-format on
  CHECK(all.pixels() == 5 * h * w);
  CHECK(steps.steps.size() == 2);
}
