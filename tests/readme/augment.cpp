// The chain of include/mixaug/augment/README.md.
#include <doctest/doctest.h>

#include <cstdint>
#include <mixaug/augment/mixed.hpp>
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
  // clang-format on
  for (float v : floats) CHECK((v >= -2.0f && v <= 2.3f));
}
