#include <doctest/doctest.h>

#include "augment/augment_images.hpp"

namespace colour_test {

namespace au = ma::augment;
using ma::index_t;

TEST_CASE("each step of colour is its definition, and several are clipped once") {
  index_t const n = 4, h = 14, w = 19;
  auto const x = test::photos(n, 3, h, w);
  au::color_jitter const jitter{
      .brightness = {0.5f, 1.5f}, .contrast = {0.5f, 1.6f}, .saturation = {0, 2}, .hue = {-0.5f, 0.5f}};
  au::color_jitter const turned{.hue = {-0.5f, 0.5f}};
  struct named {
    char const* name;
    au::chain c;
  };
  for (named const& t :
       {named{"jitter", au::chain{jitter}},
        {"about the mean", au::chain{au::color_jitter{.brightness = {0.5f, 1.5f},
                           .contrast = {0.3f, 1.6f},
                           .saturation = {0, 2},
                           .hue = {-0.5f, 0.5f},
                           .about = au::about::mean}}},
        {"two means",
         au::chain{au::color_jitter{.contrast = {0.3f, 1.6f}, .about = au::about::mean}, au::gamma{.gamma = {0.5f, 2}},
                   au::color_jitter{.contrast = {0.3f, 1.6f}, .about = au::about::mean, .prob = 0.5f}, jitter}},
        {"brightness", au::chain{au::color_jitter{.brightness = {0.2f, 2.0f}}}},
        {"hue", au::chain{turned}},
        {"pca", au::chain{au::pca_color{.alphastd = 0.5f}}},
        {"cast", au::chain{au::color_cast{.amount = {-60, 60}}}},
        {"grey", au::chain{au::grayscale{.prob = 0.5f}}},
        {"gamma", au::chain{au::gamma{.gamma = {0.2f, 4.0f}}}},
        {"vignette", au::chain{au::vignette{.radius = {0, 0.6f}, .strength = {0, 1}}}},
        {"all", au::chain{jitter, au::pca_color{}, au::color_cast{.amount = {-20, 20}}, au::grayscale{.prob = 0.3f},
                          au::gamma{.gamma = {0.8f, 1.2f}}, au::vignette{.radius = {0.2f, 0.4f}, .strength = {0.5f, 1}},
                          turned}},
        {"some", au::chain{au::grayscale{.prob = 0.5f}, au::color_cast{.amount = {-90, 90}, .prob = 0.5f}, jitter,
                           au::affine{.degrees = {-20, 20}}}}}) {
    CAPTURE(t.name);
    for (bool each : {false, true}) {
      au::chain c = t.c;
      c.clip_each_step = each;
      auto const p = test::planned_chain(c, n, 3, h, w);
      CHECK(test::worst_gap(p, x, test::applied<float>(p, x)) < 0.02);
      CHECK(test::worst_gap(p, x, test::applied<std::uint8_t>(p, x)) < 0.52);
    }
  }
}

TEST_CASE("values are clipped before they are normalised, in the units of the pixels") {
  index_t const n = 3, h = 11, w = 13;
  auto const x = test::photos(n, 3, h, w);
  au::chain const c{au::color_jitter{.brightness = {1.5f, 3}},
                    au::normalise{.mean = {100, 110, 120}, .std = {50, 60, 70}}};
  auto const p = test::planned_chain(c, n, 3, h, w);
  auto const out = test::applied<float>(p, x);
  CHECK(test::worst_gap(p, x, out) < 2e-5);
  CHECK(*std::max_element(out.begin(), out.end()) == doctest::Approx((255.0 - 100) / 50));
  // images of floats in [0, 1], of a stated range, and of other elements
  std::vector<float> f(x.begin(), x.end()), to(f.size());
  for (float& v : f) v /= 255.0f;
  au::chain unit{au::color_jitter{.brightness = {0.5f, 1.5f}, .contrast = {0.5f, 1.5f}}};
  for (float range : {0.0f, 1.0f, 0.5f}) {
    unit.range = range;
    auto const q = ma::make_plan(unit, ma::nchw(f.data(), {n, 3, h, w}), ma::key{.seed = 4});
    ma::apply(ma::serial{}, q, ma::nchw(f.data(), {n, 3, h, w}), ma::nchw(to.data(), {n, 3, h, w}));
    CHECK(q.in().range == (range == 0.0f ? 1.0f : range));
    CHECK(test::worst_gap(q, f, to) < 1e-6);
    CHECK(*std::max_element(to.begin(), to.end()) == q.in().range);
  }
}

TEST_CASE("maps of pixels never clip floats, and any number of channels can be scaled and normalised") {
  std::vector<float> x = test::any_values<float>(2 * 5 * 8 * 9, 3);
  for (float& v : x) v *= 1000.0f;
  au::chain const c{au::affine{.degrees = {-30, 30}}, au::normalise{.mean = {1, 2, 3, 4, 5}, .std = 2.0f}};
  auto const p = ma::make_plan(c, ma::nchw(x.data(), {2, 5, 8, 9}), ma::key{.seed = 1});
  std::vector<float> out(x.size());
  ma::apply(ma::serial{}, p, ma::nchw(x.data(), {2, 5, 8, 9}), ma::nchw(out.data(), {2, 5, 8, 9}));
  CHECK(test::worst_gap(p, x, out) < 0.3);  // 2^-15 pixels, neighbours up to 8000 apart
  CHECK(*std::min_element(out.begin(), out.end()) < -500.0f);
}

TEST_CASE("grey stays grey under saturation and hue, and a full chain of hue comes back") {
  std::vector<float> x(3 * 16), out(3 * 16);
  for (int k = 0; k < 48; ++k) x[static_cast<std::size_t>(k)] = static_cast<float>(k % 16) / 16.0f;
  au::chain const c{au::color_jitter{.saturation = {0, 3}, .hue = {-0.5f, 0.5f}}};
  auto const p = ma::make_plan(c, ma::nchw(x.data(), {1, 3, 4, 4}), ma::key{.seed = 2});
  ma::apply(ma::serial{}, p, ma::nchw(x.data(), {1, 3, 4, 4}), ma::nchw(out.data(), {1, 3, 4, 4}));
  for (std::size_t k = 0; k < 48; ++k) CHECK(std::fabs(out[k] - x[k]) < 2e-7f);
}

TEST_CASE("the elements that come out: halves, floats, doubles, integers of 16 bits") {
  index_t const n = 2, h = 9, w = 10;
  auto const x = test::photos(n, 3, h, w);
  au::chain const c{au::affine{.degrees = {-20, 20}}, au::normalise{.mean = 128.0f, .std = 64.0f}};
  auto const p = test::planned_chain(c, n, 3, h, w);
  auto const wide = test::applied<double>(p, x);
  auto const plain = test::applied<float>(p, x);
  auto const half = test::applied<ma::float16>(p, x);
  auto const brain = test::applied<ma::bfloat16>(p, x);
  for (std::size_t k = 0; k < plain.size(); ++k) {
    CHECK(wide[k] == static_cast<double>(plain[k]));
    CHECK(half[k].bits == reference::encode_float16(static_cast<double>(plain[k])));
    CHECK(brain[k].bits == reference::encode_bfloat16(static_cast<double>(plain[k])));
  }
  // 16-bit pixels: 256 times the bytes
  std::vector<std::uint16_t> deep(x.size()), to(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) deep[k] = static_cast<std::uint16_t>(257 * x[k]);
  au::chain const jitter{au::affine{.degrees = {-20, 20}}, au::color_jitter{.contrast = {0.5f, 1.5f}}};
  auto const view = ma::as_pixels(ma::nchw(deep.data(), {n, 3, h, w}));
  auto const q = ma::make_plan(jitter, view, ma::key{.seed = 1});
  CHECK(q.in().range == 65535.0f);
  ma::apply(ma::serial{}, q, view, ma::as_pixels(ma::nchw(to.data(), {n, 3, h, w})));
  CHECK(test::worst_gap(q, deep, to) < 5.0);  // 2^-15 pixels of 65535
}

}  // namespace colour_test
