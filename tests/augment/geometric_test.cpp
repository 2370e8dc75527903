#include <doctest/doctest.h>

#include "augment/augment_images.hpp"

namespace geometric_test {

namespace au = ma::augment;
using ma::index_t;

TEST_CASE("affine maps are those of the definition, for every interpolation and border") {
  auto const x = test::photos(4, 3, 23, 31);
  for (au::interpolation how : {au::interpolation::bilinear, au::interpolation::bicubic})
    for (au::border border : {au::border::constant, au::border::reflect, au::border::edge})
      for (float fill : {0.0f, 77.0f, 12.25f}) {
        if (fill != 0.0f && border != au::border::constant) continue;
        au::chain const c{au::affine{.degrees = {-180, 180},
                                     .translate = {0.3f, 0.2f},
                                     .scale = {0.8f, 1.6f},
                                     .shear = {-20, 20, -10, 10},
                                     .interpolation = how,
                                     .border = border,
                                     .fill = fill}};
        auto const p = test::planned_chain(c, 4, 3, 23, 31);
        CAPTURE(static_cast<int>(how));
        CAPTURE(static_cast<int>(border));
        chain_reference::reading const r{how, border, fill, 1, 1};
        // 2^-16 pixels of rounding along each axis, where neighbours differ by up to 255
        CHECK(test::worst_gap(p, x, test::applied<float>(p, x), r) <
              (how == au::interpolation::bilinear ? 0.02 : 0.05));
        CHECK(test::worst_gap(p, x, test::applied<std::uint8_t>(p, x), r) <
              (how == au::interpolation::bilinear ? 0.52 : 0.55));
      }
}

TEST_CASE(
    "bytes between four bytes are exact to 2^-8 + 2^-9, and integers at whole positions; a byte is its float, "
    "rounded") {
  using namespace mixaug::augment::detail;
  test::stream s(2);
  double worst = 0;
  int wrong = 0;
  for (int k = 0; k < 400000; ++k) {
    auto const byte = [&] { return s.below(4) == 0 ? (s.below(2) == 0 ? 0 : 255) : static_cast<int>(s.below(256)); };
    auto const part = [&] { return s.below(5) == 0 ? 0 : static_cast<int>(s.below(32768)); };
    int const a = byte(), b = byte(), c = byte(), d = byte(), fx = part(), fy = part();
    double const u = fx / 32768.0, v = fy / 32768.0;
    double const exact = (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v;
    std::int32_t const sum = between_bytes(a, b, c, d, fx, fy);
    worst = std::max(worst, std::fabs(static_cast<double>(float_of_sum(sum)) - exact));
    wrong += byte_of_sum(sum) == element_of<std::uint8_t>(float_of_sum(sum)) ? 0 : 1;
    if (fx == 0 && fy == 0) wrong += float_of_sum(sum) == static_cast<float>(a) ? 0 : 1;
  }
  CHECK(worst <= 0x1p-8 + 0x1p-9);
  CHECK(wrong == 0);
}

TEST_CASE("bytes are the rounded floats, in every layout, for any number of channels and any border") {
  for (au::border border : {au::border::constant, au::border::reflect, au::border::edge})
    for (index_t channels : {1, 2, 3, 4, 5}) {
      CAPTURE(channels);
      index_t const n = 3, h = 19, w = 37;
      auto const all = test::photos(n, 5, h, w);
      std::vector<std::uint8_t> x;
      for (index_t i = 0; i < n; ++i) {
        auto const from = all.begin() + i * 5 * h * w;
        x.insert(x.end(), from, from + channels * h * w);
      }
      au::affine const turned{.degrees = {-60, 60}, .scale = {0.7f, 1.5f}, .border = border, .fill = 9.0f};
      auto const whole = test::applied<float>(test::planned_chain(au::chain{turned}, n, 5, h, w), all);
      auto const p = test::planned_chain(au::chain{turned}, n, channels, h, w);
      auto const floats = test::applied<float>(p, x);
      auto const bytes = test::applied<std::uint8_t>(p, x);
      std::vector<std::uint8_t> y(x.size()), last(x.size());
      auto const in = ma::nhwc(y.data(), {n, h, w, channels});
      auto const out = ma::nhwc(last.data(), {n, h, w, channels});
      for (index_t i = 0; i < n; ++i)
        for (index_t c = 0; c < channels; ++c)
          for (index_t k = 0; k < h * w; ++k)
            in(i, c, k / w, k % w) = x[static_cast<std::size_t>((i * channels + c) * h * w + k)];
      ma::apply(ma::serial{}, p, in, out);
      // steps that change nothing
      au::chain const with_clip{turned, au::color_jitter{.brightness = {1.0f, 1.0f}}, au::occlusion{.prob = 0}};
      auto const clipped = test::applied<std::uint8_t>(test::planned_chain(with_clip, n, channels, h, w), x);
      int wrong = 0;
      for (index_t i = 0; i < n; ++i)
        for (index_t c = 0; c < channels; ++c)
          for (index_t k = 0; k < h * w; ++k) {
            auto const at = static_cast<std::size_t>((i * channels + c) * h * w + k);
            wrong += test::same_bits(floats[at], whole[static_cast<std::size_t>((i * 5 + c) * h * w + k)]) ? 0 : 1;
            auto const wanted = static_cast<std::uint8_t>(floats[at] + 0.5f);
            wrong += bytes[at] == wanted && out(i, c, k / w, k % w) == wanted && clipped[at] == wanted ? 0 : 1;
          }
      CHECK(wrong == 0);
    }
}

TEST_CASE("nearest reads the pixel that holds the point") {
  auto const x = test::photos(6, 2, 17, 20);
  au::chain const c{
      au::affine{.degrees = {-90, 90}, .scale = {0.6f, 1.5f}, .interpolation = au::interpolation::nearest}};
  auto const p = test::planned_chain(c, 6, 2, 17, 20);
  CHECK(test::worst_gap(p, x, test::applied<std::uint8_t>(p, x), {au::interpolation::nearest}) == 0.0);
}

TEST_CASE("a scale above 1 enlarges, degrees above 0 turn counter-clockwise, and translate moves right and down") {
  // one bright pixel, right of the centre of 9 x 9
  std::vector<std::uint8_t> x(81), y(81);
  x[4 * 9 + 6] = 255;
  auto const bright = [&](au::affine const& a) {
    auto const p = ma::make_plan(au::chain{a}, ma::nchw(x.data(), {1, 1, 9, 9}), ma::key{.seed = 1});
    ma::apply(ma::serial{}, p, ma::nchw(x.data(), {1, 1, 9, 9}), ma::nchw(y.data(), {1, 1, 9, 9}));
    return std::max_element(y.begin(), y.end()) - y.begin();
  };
  CHECK(bright(au::affine{.degrees = {90, 90}}) == 2 * 9 + 4);
  CHECK(bright(au::affine{.degrees = {-90, -90}}) == 6 * 9 + 4);
  CHECK(bright(au::affine{.scale = {2, 2}, .antialias = 0}) == 4 * 9 + 8);
  CHECK(bright(au::affine{.shear = {0, 0, 45, 45}}) == 6 * 9 + 6);
  x.assign(81, 0);
  x[6 * 9 + 4] = 255;
  CHECK(bright(au::affine{.shear = {45, 45, 0, 0}}) == 6 * 9 + 6);
}

TEST_CASE("consecutive steps are one map") {
  auto const x = test::photos(5, 3, 30, 26);
  au::chain const c{au::flip{.horizontal = 0.5f, .vertical = 0.5f},
                    au::affine{.degrees = {-30, 30}, .scale = {0.9f, 1.2f}, .size = {28, 33}},
                    au::crop{.size = {24, 24}, .padding = 3}, au::affine{.shear = {-20, 20}, .size = {19, 40}},
                    au::flip{.horizontal = 0.5f}};
  auto const p = test::planned_chain(c, 5, 3, 30, 26);
  CHECK(p.out().height == 19);
  CHECK(p.out().width == 40);
  CHECK(test::worst_gap(p, x, test::applied<float>(p, x)) < 0.02);
}

TEST_CASE("steps that read differently are maps of their own") {
  auto const x = test::photos(3, 3, 20, 20);
  // the resized part repeats the edge, the turned image is filled: two passes, without rounding between them
  au::chain const c{au::resized_crop{.size = {18, 22}}, au::affine{.degrees = {-30, 30}, .fill = 50.0f}};
  auto const p = test::planned_chain(c, 3, 3, 20, 20);
  for (index_t i = 0; i < 3; ++i) {
    au::chain const first{au::resized_crop{.size = {18, 22}}};
    auto const q = test::planned_chain(first, 3, 3, 20, 20);
    CHECK(q.drawn(i, 0)[2] == p.drawn(i, 0)[2]);
    auto half = chain_reference::augmented(q, i, test::picture_of(x, i, 3, 20, 20), {.border = au::border::edge});
    chain_reference::picture wanted(3, 18, 22);
    for (index_t c_ = 0; c_ < 3; ++c_)
      for (index_t y = 0; y < 18; ++y)
        for (index_t z = 0; z < 22; ++z) {
          auto const at = chain_reference::source_of(au::affine{}, p.drawn(i, 1), {18, 22}, {18, 22},
                                                     {static_cast<double>(y) + 0.5, static_cast<double>(z) + 0.5});
          wanted.at(c_, y, z) =
              chain_reference::value_at(half, c_, at, au::interpolation::bilinear, au::border::constant, 50.0f);
        }
    auto const got = test::picture_of(test::applied<float>(p, x), i, 3, 18, 22);
    double worst = 0;
    for (std::size_t k = 0; k < wanted.value.size(); ++k)
      worst = std::max(worst, std::fabs(wanted.value[k] - got.value[k]));
    CHECK(worst < 0.04);
  }
}

TEST_CASE("flips, crops, shifts by whole pixels and quarter turns are copies, bit by bit") {
  index_t const n = 6, h = 12, w = 12;
  // any bits, as NaN and infinities: not a number of them is computed with
  auto const values = test::any_values<float>(n * 2 * h * w, 9);
  std::vector<float> x = values;
  test::stream s(5);
  for (std::size_t k = 0; k < x.size(); k += 7) {
    std::uint32_t const bits = static_cast<std::uint32_t>(s.bits()) | 0x7F800000u;
    std::memcpy(&x[k], &bits, 4);
  }
  au::chain const c{au::flip{.horizontal = 0.5f, .vertical = 0.5f}, au::affine{.degrees = {90, 90}},
                    au::crop{.size = {12, 12}, .padding = 4, .fill = 3.0f},
                    au::affine{.degrees = {-180, -180}, .fill = 3.0f}};
  auto const p = ma::make_plan(c, ma::nchw(x.data(), {n, 2, h, w}), ma::key{.seed = 8});
  for (bool nhwc : {false, true}) {
    std::vector<float> out(x.size());
    auto const in_view = nhwc ? ma::nhwc(x.data(), {n, h, w, 2}) : ma::nchw(x.data(), {n, 2, h, w});
    auto const out_view = nhwc ? ma::nhwc(out.data(), {n, h, w, 2}) : ma::nchw(out.data(), {n, 2, h, w});
    ma::apply(ma::serial{}, p, in_view, out_view);
    int wrong = 0, outside = 0;
    for (index_t i = 0; i < n; ++i)
      for (index_t y = 0; y < h; ++y)
        for (index_t z = 0; z < w; ++z) {
          double a = static_cast<double>(z) + 0.5, b = static_cast<double>(y) + 0.5;
          a = 12 - a, b = 12 - b;  // -180 degrees
          b += static_cast<double>(p.drawn(i, 2)[0]), a += static_cast<double>(p.drawn(i, 2)[1]);
          double const turned_x = 6 - (b - 6),
                       turned_y = 6 + (a - 6);  // 90 degrees: what is at the right comes to the top
          a = turned_x, b = turned_y;
          if (p.drawn(i, 0)[0] != 0.0f) a = 12 - a;
          if (p.drawn(i, 0)[1] != 0.0f) b = 12 - b;
          for (index_t k = 0; k < 2; ++k) {
            float wanted = 3.0f;
            bool const in = a >= 0 && b >= 0 && a < 12 && b < 12;
            if (in) wanted = in_view(i, k, static_cast<index_t>(b), static_cast<index_t>(a));
            outside += in ? 0 : 1;
            wrong += test::same_bits(wanted, out_view(i, k, y, z)) ? 0 : 1;
          }
        }
    CHECK(wrong == 0);
    CHECK(outside > 0);
  }
}

TEST_CASE("chains that change nothing are copies") {
  auto const x = test::photos(3, 3, 9, 14);
  au::chain const c{au::affine{},   au::flip{},           au::color_jitter{},    au::gamma{},
                    au::vignette{}, au::gaussian_noise{}, au::salt_and_pepper{}, au::crop{.size = {9, 14}}};
  auto const p = test::planned_chain(c, 3, 3, 9, 14);
  CHECK(test::first_difference(test::applied<std::uint8_t>(p, x), x) == -1);
  for (float prob : {0.0f}) {
    au::chain const off{au::affine{.degrees = {10, 20}, .prob = prob},
                        au::color_jitter{.brightness = {2, 3}, .prob = prob},
                        au::gaussian_noise{.sigma = {9, 9}, .prob = prob}};
    CHECK(test::first_difference(test::applied<std::uint8_t>(test::planned_chain(off, 3, 3, 9, 14), x), x) == -1);
  }
}

TEST_CASE("a part that shrinks is averaged over the area of each pixel") {
  auto const x = test::photos(2, 3, 40, 48);
  for (float antialias : {0.0f, 0.5f, 1.0f}) {
    CAPTURE(antialias);
    au::chain const c{au::affine{.degrees = {10, 10}, .scale = {0.4f, 0.4f}, .size = {16, 20}, .antialias = antialias}};
    auto const p = test::planned_chain(c, 2, 3, 40, 48);
    int const samples = antialias == 0.0f ? 1 : 3;  // 1 / 0.4 = 2.5 pixels
    CHECK(test::worst_gap(p, x, test::applied<float>(p, x),
                          {au::interpolation::bilinear, au::border::constant, 0.0f, samples, samples}) < 0.02);
  }
  au::chain const c{au::resized_crop{.size = {9, 30}, .scale = {1, 1}, .ratio = {1.2f, 1.2f}, .antialias = 1.0f}};
  auto const p = test::planned_chain(c, 2, 3, 40, 48);  // the whole image: 40 rows to 9, 48 columns to 30
  CHECK(test::worst_gap(p, x, test::applied<float>(p, x), {au::interpolation::bilinear, au::border::edge, 0.0f, 2, 5}) <
        0.02);
}

TEST_CASE("elements, layouts and tiles of any size") {
  // wider than a tile, more channels than a tile, one row, one column
  struct shape {
    index_t c, h, w;
  };
  for (shape const s : {shape{3, 5, 600}, {11, 8, 9}, {1, 1, 40}, {4, 40, 1}, {1, 30, 30}}) {
    CAPTURE(s.c);
    CAPTURE(s.w);
    auto const x = test::photos(2, s.c, s.h, s.w);
    au::chain const c{au::affine{.degrees = {-20, 20}, .scale = {0.9f, 1.3f}},
                      au::color_jitter{.brightness = {0.8f, 1.2f}}, au::gaussian_noise{.sigma = {3, 3}}};
    auto const p = test::planned_chain(c, 2, s.c, s.h, s.w);
    CHECK(test::worst_gap(p, x, test::applied<float>(p, x)) < 0.03);
    CHECK(test::worst_gap(p, x, test::applied<std::uint8_t>(p, x)) < 0.53);
  }
}

}  // namespace geometric_test
