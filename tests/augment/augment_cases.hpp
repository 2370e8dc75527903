#pragma once
#include <doctest/doctest.h>

#include <mixaug/augment/augment.hpp>

#include "augment/augment_images.hpp"

namespace augment_cases {

namespace au = ma::augment;
using ma::index_t;

/// Chains that take every path: copies, gathers of each kind, several passes, every stage.
inline std::vector<au::chain> chains() {
  au::affine const turned{.degrees = {-40, 40}, .translate = {0.2f, 0.2f}, .scale = {0.7f, 1.4f}};
  au::affine cubic = turned, near = turned, mirrored = turned, shrunk = turned;
  cubic.interpolation = au::interpolation::bicubic;
  near.interpolation = au::interpolation::nearest;
  mirrored.border = au::border::reflect;
  shrunk.scale = {0.3f, 0.3f};
  au::color_jitter const jitter{.brightness = {0.6f, 1.5f}, .saturation = {0.5f, 2}, .hue = {-0.2f, 0.2f}};
  return {au::chain{au::crop{.size = {21, 30}, .padding = 3}, au::flip{.horizontal = 0.5f, .vertical = 0.5f}},
          au::chain{turned},
          au::chain{cubic, jitter},
          au::chain{near, au::vignette{.radius = {0, 0.5f}, .strength = {0.2f, 1}}},
          au::chain{mirrored, au::gamma{.gamma = {0.5f, 2}}, au::gaussian_noise{.sigma = {1, 20}}},
          au::chain{shrunk, au::salt_and_pepper{.amount = {0.1f, 0.2f}}},
          au::chain{jitter, turned, au::occlusion{.noise = true}, cubic, au::grayscale{.prob = 0.5f}},
          au::chain{au::resized_crop{.size = {27, 300}}, au::pca_color{}},
          au::chain{au::gaussian_blur{.sigma = {0.3f, 2}}, au::gaussian_noise{.sigma = {1, 2}}, turned,
                    au::motion_blur{.length = {1, 9}, .angle = {0, 360}, .direction = {-1, 1}}},
          au::chain{au::elastic{.alpha = {1, 2}, .sigma = {3, 6}}, turned, au::perspective{.distortion = 0.4f}, jitter},
          au::chain{au::lens{.k1 = {-0.2f, 0.4f}, .border = au::border::reflect}, au::gaussian_noise{.sigma = {1, 5}}},
          au::chain{turned, au::elastic{.alpha = {1, 3}, .sigma = {2, 7}}},
          au::chain{turned, au::color_jitter{.contrast = {0.5f, 1.5f}, .about = au::about::mean},
                    au::salt_and_pepper{.amount = {0.1f, 0.2f}, .exact_count = true}},
          au::chain{au::flip{.horizontal = 0.5f}, au::salt_and_pepper{.amount = {0, 0.3f}}},
          au::chain{au::gaussian_blur{.sigma = {0.3f, 5}}, au::salt_and_pepper{.amount = {0, 0.1f}}},
          au::chain{au::motion_blur{.length = {1, 12}, .angle = {0, 360}, .border = au::border::constant}}};
}

}  // namespace augment_cases

TEST_CASE_TEMPLATE_DEFINE("chains give the same bits on every backend, for every layout and element", Backend,
                          augment_bits) {
  using namespace augment_cases;
  index_t const n = 7, c = 3, h = 23, w = 30;
  auto const x = test::photos(n, c, h, w);
  for (au::chain const& chain : chains()) {
    auto const p = test::planned_chain(chain, n, c, h, w);
    index_t const oh = p.out().height, ow = p.out().width;
    auto const wanted = test::applied<std::uint8_t>(p, x);
    auto const wanted_floats = test::applied<float>(p, x);
    using bytes = ma::tensor_view<std::uint8_t, 4>;
    for (bytes const& in :
         {ma::nchw<std::uint8_t>(nullptr, {n, c, h, w}), ma::nhwc<std::uint8_t>(nullptr, {n, h, w, c}),
          ma::nhwc<std::uint8_t>(nullptr, {n, h, w, c}, {5000, 200, 5, 1}),
          ma::nchw<std::uint8_t>(nullptr, {n, c, h, w}, {6000, 1900, 80, 2})})
      for (bytes const& out :
           {ma::nchw<std::uint8_t>(nullptr, {n, c, oh, ow}), ma::nhwc<std::uint8_t>(nullptr, {n, oh, ow, c}),
            ma::nhwc<std::uint8_t>(nullptr, {n, oh, ow, c}, {60000, 1600, 5, 1})}) {
        auto from = test::place<Backend>(in, x, 1);
        auto to = test::room<Backend>(out, 1);
        ma::apply(Backend{}, p, from.view(), to.view());
        CHECK(test::first_difference(to.read(), wanted) == -1);
        CHECK(to.intact());
      }
    auto from = test::place<Backend>(ma::nhwc<std::uint8_t>(nullptr, {n, h, w, c}), x);
    auto to = test::room<Backend>(ma::nhwc<float>(nullptr, {n, oh, ow, c}));
    ma::apply(Backend{}, p, from.view(), to.view());
    CHECK(test::first_difference(to.read(), wanted_floats) == -1);
    // The same values as floats: the same images, but for what lies between bytes, which is an integer of 8 bits
    // behind the point, rounded twice, and grows by the contrast of the steps behind it.
    std::vector<float> const floats(x.begin(), x.end());
    au::chain bytes_range = chain;
    bytes_range.range = 255.0f;
    auto const q = ma::make_plan(bytes_range, ma::nchw<float>(nullptr, {n, c, h, w}), ma::key{.seed = 1, .step = 3});
    auto from_floats = test::place<Backend>(ma::nchw<float>(nullptr, {n, c, h, w}), floats);
    auto to_floats = test::room<Backend>(ma::nchw<float>(nullptr, {n, c, oh, ow}));
    ma::apply(Backend{}, q, from_floats.view(), to_floats.view());
    auto const as_floats = to_floats.read();
    bool between = false;
    for (au::step const& s : chain.steps)
      between = between || std::holds_alternative<au::affine>(s) || std::holds_alternative<au::resized_crop>(s) ||
                std::holds_alternative<au::perspective>(s) || std::holds_alternative<au::lens>(s) ||
                std::holds_alternative<au::elastic>(s);
    if (between) {
      double worst = 0;
      for (std::size_t k = 0; k < as_floats.size(); ++k)
        worst = std::max(worst, std::fabs(static_cast<double>(as_floats[k] - wanted_floats[k])));
      CHECK(worst < 0.02);
    } else {
      CHECK(test::first_difference(as_floats, wanted_floats) == -1);
    }
    CHECK(to_floats.intact());
  }
}

#define TEST_AUGMENT(BACKEND) TEST_CASE_TEMPLATE_INVOKE(augment_bits, BACKEND)
