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
        // bytes by integer weights: 0.5 of rounding, and the errors that the next test bounds
        CHECK(test::worst_gap(p, x, test::applied<std::uint8_t>(p, x)) < 0.51);
      }
  }
}

TEST_CASE("integer weights sum to 1, and stand for those in float to 0.02 levels, whatever the image") {
  using au::detail::byte_kernel;
  std::vector<float> numbers(1 + 65 * 65);
  auto const worst = [&](byte_kernel const& k) {
    double const unit = std::ldexp(1.0, -k.shift);
    double sum = 0, error = 0;
    int const side = 2 * k.reach + 1;
    std::vector<double> whole(numbers.size());
    int const all = k.normal ? k.reach + 1 : side * side;
    for (int t = 0; t < k.count; ++t) {
      CHECK(k.weight[t] >= 0);
      int const at = k.normal ? t : (k.y[t] + k.reach) * side + k.x[t] + k.reach;
      whole[static_cast<std::size_t>(at)] += k.weight[t] * unit * (k.normal && t == 0 ? 2 : 1);
      if (!k.normal && k.mirrored) whole[static_cast<std::size_t>(all - 1 - at)] += k.weight[t] * unit;
    }
    for (int t = 0; t < all; ++t) {
      auto const at = static_cast<std::size_t>(t);
      double const times = k.normal && t > 0 ? 2 : 1;
      sum += times * whole[at];
      error += times * std::fabs(whole[at] - static_cast<double>(numbers[1 + at]));
    }
    CHECK(sum == 1);
    // pixels differ from the middle of the range by 127.5 at most; a normal kernel is taken twice, and rounded between
    return k.normal ? 2 * 127.5 * error + 0x1p-8 : 127.5 * error;
  };
  double normal = 0, line = 0;
  for (float sigma = 0.0f; sigma <= 3.33f; sigma += 0.01f) {
    au::detail::make_kernel(au::gaussian_blur{.sigma = {sigma, sigma}}, &sigma, numbers.data());
    normal = std::max(normal, worst(byte_kernel(numbers.data(), true)));
  }
  for (float length = 0.0f; length <= 63.0f; length += length < 3 ? 0.05f : 1.7f)
    for (float angle = 0.0f; angle <= 90.0f; angle += 7.5f) {
      for (float direction : {0.0f, angle / 90 - 0.5f}) {
        float const drawn[3] = {length, angle, direction};
        au::detail::make_kernel(au::motion_blur{.length = {length, length}}, drawn, numbers.data());
        byte_kernel const k(numbers.data(), false);
        CHECK((direction != 0.0f || k.mirrored));
        line = std::max(line, worst(k));
      }
    }
  CHECK(normal < 0.02);
  CHECK(line < 0.02);
}

TEST_CASE("blurs of bytes are the same in every layout, and of one value that value") {
  std::int64_t const n = 2, c = 3, h = 9, w = 70;
  for (au::border border : {au::border::constant, au::border::reflect, au::border::edge})
    for (float value : {0.0f, 255.0f, 77.0f})
      for (au::chain const& chain :
           {au::chain{au::gaussian_blur{.sigma = {0.1f, 4}, .border = border, .fill = value}},
            au::chain{au::motion_blur{.length = {1, 30}, .angle = {0, 360}, .border = border, .fill = value}}}) {
        auto const p = test::planned_chain(chain, n, c, h, w);
        std::vector<std::uint8_t> const flat(static_cast<std::size_t>(n * c * h * w), static_cast<std::uint8_t>(value));
        CHECK(test::first_difference(test::applied<std::uint8_t>(p, flat), flat) == -1);
        auto const x = test::photos(n, c, h, w);
        auto const wanted = test::applied<std::uint8_t>(p, x);
        std::vector<std::uint8_t> interleaved(x.size()), out(x.size()), planes(x.size());
        auto const place = [&](std::size_t k) {
          std::size_t const pixel = k % (h * w), image = k / (c * h * w), channel = k / (h * w) % c;
          return (image * (h * w) + pixel) * c + channel;
        };
        for (std::size_t k = 0; k < x.size(); ++k) interleaved[place(k)] = x[k];
        auto const in = ma::nhwc(interleaved.data(), {n, h, w, c});
        ma::apply(ma::serial{}, p, in, ma::nhwc(out.data(), {n, h, w, c}));
        ma::apply(ma::serial{}, p, in, ma::nchw(planes.data(), {n, c, h, w}));
        CHECK(test::first_difference(planes, wanted) == -1);
        for (std::size_t k = 0; k < x.size(); ++k) planes[k] = out[place(k)];
        CHECK(test::first_difference(planes, wanted) == -1);
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
