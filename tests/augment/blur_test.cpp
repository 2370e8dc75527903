#include <doctest/doctest.h>

#include "augment/augment_images.hpp"

namespace blur_test {

namespace au = ma::augment;
using ma::index_t;

TEST_CASE("blurs are their definitions, for kernels smaller and larger than the image, and every border") {
  struct shape {
    index_t c, h, w;
  };
  for (shape const s : {shape{3, 17, 40}, {1, 5, 3}, {2, 1, 20}, {1, 3, 300}, {9, 6, 7}}) {
    auto const x = test::photos(2, s.c, s.h, s.w);
    for (au::border border : {au::border::constant, au::border::reflect, au::border::edge})
      for (au::chain const& c :
           {au::chain{au::gaussian_blur{.sigma = {0.2f, 4}, .border = border, .fill = 20.0f}},
            au::chain{au::gaussian_blur{.sigma = {1, 2}, .kernel_size = 5, .border = border, .fill = 20.0f}},
            au::chain{au::motion_blur{
                .length = {1.5f, 9}, .angle = {0, 360}, .direction = {-1, 1}, .border = border, .fill = 20.0f}}}) {
        CAPTURE(s.w);
        CAPTURE(static_cast<int>(border));
        auto const p = test::planned_chain(c, 2, s.c, s.h, s.w);
        CHECK(test::worst_gap(p, x, test::applied<float>(p, x)) < 1e-3);
        CHECK(test::worst_gap(p, x, test::applied<std::uint8_t>(p, x)) < 0.501);
      }
  }
}

TEST_CASE("chains with blurs: each is a pass, and floats stand between them") {
  auto const x = test::photos(3, 3, 20, 22);
  for (au::chain const& c :
       {au::chain{au::affine{.degrees = {-20, 20}}, au::gaussian_blur{.sigma = {1, 1}},
                  au::color_jitter{.brightness = {0.5f, 2}}},
        au::chain{au::color_jitter{.brightness = {1, 2}}, au::motion_blur{.length = {5, 5}, .angle = {0, 360}},
                  au::crop{.size = {18, 18}}, au::gaussian_blur{.sigma = {0, 1}, .prob = 0.5f},
                  au::gaussian_blur{.sigma = {0.5f, 1}}, au::gaussian_noise{.sigma = {1, 3}}}}) {
    auto const p = test::planned_chain(c, 3, 3, 20, 22);
    CHECK(test::worst_gap(p, x, test::applied<float>(p, x)) < 0.05);
    CHECK(test::worst_gap(p, x, test::applied<std::uint8_t>(p, x)) < 0.55);
  }
}

TEST_CASE("a blur of one value is that value, and what does not fire is a copy") {
  std::vector<float> x(3 * 30 * 20, 7.0f), out(x.size());
  au::chain const c{au::gaussian_blur{.sigma = {3, 3}}, au::motion_blur{.length = {7, 7}, .angle = {30, 30}}};
  auto const p = ma::make_plan(c, ma::nchw(x.data(), {1, 3, 30, 20}), ma::key{.seed = 1});
  ma::apply(ma::serial{}, p, ma::nchw(x.data(), {1, 3, 30, 20}), ma::nchw(out.data(), {1, 3, 30, 20}));
  for (float v : out) CHECK(std::fabs(v - 7.0f) < 1e-5f);
  auto const bytes = test::photos(2, 3, 9, 10);
  au::chain const off{au::gaussian_blur{.sigma = {3, 3}, .prob = 0}, au::motion_blur{.length = {0, 1}}};
  auto const q = test::planned_chain(off, 2, 3, 9, 10);
  CHECK(test::first_difference(test::applied<std::uint8_t>(q, bytes), bytes) == -1);
}

}  // namespace blur_test
