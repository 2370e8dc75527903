#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <mixaug/saliency/detail/lab_distance.hpp>
#include <random>
#include <vector>

#include "reference/frequency_tuned.hpp"
#include "support/unoptimised.hpp"

namespace lab_distance_test {

namespace ma = mixaug;
using levels = std::vector<std::uint8_t>;

namespace {
std::vector<float> map_of(std::vector<levels> const& planes, int h, int w) {
  auto const channels = static_cast<ma::index_t>(planes.size());
  auto const size = static_cast<std::size_t>(h * w), bytes = ma::detail::lab_distance_bytes(h, w, channels);
  std::vector<std::byte> scratch(bytes + 64, std::byte{0xA5});
  std::vector<float> out(size + 16, -7.0f);  // what is behind the map must stay
  std::uint8_t const* rgb[3] = {nullptr, nullptr, nullptr};
  for (std::size_t c = 0; c < planes.size(); ++c) rgb[c] = planes[c].data();
  ma::detail::lab_distance(rgb, channels, h, w, out.data(), scratch.data());
  for (std::size_t k = size; k < out.size(); ++k) REQUIRE(out[k] == -7.0f);
  for (std::size_t k = bytes; k < scratch.size(); ++k) REQUIRE(scratch[k] == std::byte{0xA5});
  out.resize(size);
  return out;
}

/// Within 1e-5 of the maximum, or 2e-4 units of Lab (rounding of float) where the contrast is small.
void agree(std::vector<levels> const& planes, int h, int w) {
  CAPTURE(h);
  CAPTURE(w);
  CAPTURE(planes.size());
  auto const got = map_of(planes, h, w);
  auto const want = reference::mean_distances(planes, h, w);
  double const most = *std::max_element(want.begin(), want.end());
  if (most < 1e-4) {  // the blur has made the image constant
    for (float v : got) REQUIRE(v == 0.0f);
    return;
  }
  double worst = 0;
  for (std::size_t k = 0; k < got.size(); ++k)
    worst = std::max(worst, std::abs(static_cast<double>(got[k]) - want[k] / most));
  CHECK(worst < 1e-5 + 2e-4 / most);
  CHECK(*std::max_element(got.begin(), got.end()) == 1.0f);
  CHECK(*std::min_element(got.begin(), got.end()) >= 0.0f);
}

template <class Level>
std::vector<levels> image(int channels, int h, int w, Level level) {
  std::vector<levels> planes;
  for (int c = 0; c < channels; ++c) {
    planes.emplace_back();
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < w; ++x) planes.back().push_back(static_cast<std::uint8_t>(level(c, y, x)));
  }
  return planes;
}
}  // namespace

TEST_CASE("Lab of the primaries, of black, white and gray is that of the CIE definition") {
  struct known {
    std::uint8_t r, g, b;
    double l, a, bb;
  };
  known const colours[] = {{255, 0, 0, 53.2408, 80.0925, 67.2032},
                           {0, 255, 0, 87.7347, -86.1827, 83.1793},
                           {0, 0, 255, 32.2970, 79.1875, -107.8602},
                           {255, 255, 0, 97.1393, -21.5537, 94.4780},
                           {0, 255, 255, 91.1132, -48.0875, -14.1312},
                           {255, 0, 255, 60.3242, 98.2343, -60.8249},
                           {255, 255, 255, 100, 0, 0},
                           {0, 0, 0, 0, 0, 0},
                           {119, 119, 119, 50.0344, 0, 0}};
  for (known const& k : colours) {
    auto const c = ma::detail::lab_of(k.r, k.g, k.b);
    CAPTURE(k.l);
    CHECK(static_cast<double>(c.l) == doctest::Approx(k.l).epsilon(1e-5));
    CHECK(std::abs(static_cast<double>(c.a) - k.a) < 5e-4);
    CHECK(std::abs(static_cast<double>(c.b) - k.bb) < 5e-4);
  }
}

TEST_CASE("Lab of every 17th level of each channel, light of every level, and the two roots") {
  for (int v = 0; v < 256; ++v) {
    CHECK(ma::detail::srgb_light(v) == doctest::Approx(reference::linear_light(v)).epsilon(1e-14));
    CHECK(ma::detail::srgb_lights.of[v] == static_cast<float>(ma::detail::srgb_light(v)));
  }
  double worst = 0;
  for (int r = 0; r < 256; r += 17)
    for (int g = 0; g < 256; g += 17)
      for (int b = 0; b < 256; b += 17) {
        auto const got = ma::detail::lab_of(static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g),
                                            static_cast<std::uint8_t>(b));
        auto const want = reference::cie_lab(r, g, b);
        double const dl = static_cast<double>(got.l) - want.l, da = static_cast<double>(got.a) - want.a,
                     db = static_cast<double>(got.b) - want.b;
        worst = std::max({worst, std::abs(dl), std::abs(da), std::abs(db)});
      }
  CHECK(worst < 2e-4);
  double third = 0, half = 0;
  for (float x = 1e-30f; x < 1e30f; x *= 1.00037f) {
    double const d = static_cast<double>(x);
    third = std::max(third, std::abs(static_cast<double>(ma::detail::cube_root(x)) / std::cbrt(d) - 1));
    half = std::max(half, std::abs(static_cast<double>(ma::detail::square_root(x)) / std::sqrt(d) - 1));
  }
  CHECK(third < 4e-7);
  CHECK(half < 3e-7);
  CHECK(ma::detail::square_root(0.0f) == 0.0f);
}

TEST_CASE("random and smooth images of all small sides and one or three channels agree with the definition") {
  std::mt19937 random(7);
  for (int channels : {1, 3})
    for (int h = 1; h <= 40; h += h < 6 ? 1 : 5)
      for (int w = 1; w <= 40; w += test::unoptimised ? 6 : 1) {
        agree(image(channels, h, w, [&](int, int, int) { return random() >> 24; }), h, w);
        auto const waves = [](int c, int y, int x) {
          return 120 + 60 * std::sin(0.2 * y + c) + 50 * std::cos(0.15 * x * (c + 1));
        };
        agree(image(channels, h, w, waves), h, w);
      }
  for (int channels : {1, 3})
    agree(image(channels, 12, 34, [](int, int y, int x) { return (x + y) % 2 * 255; }), 12, 34);
  for (int side : {223, 224})
    agree(image(3, side, 97, [&](int c, int y, int x) { return (y * (c + 1) + x) / 3 % 256; }), side, 97);
}

TEST_CASE("a constant image has a map of zeros; one pixel that differs is the peak") {
  std::mt19937 random(3);
  for (int channels : {1, 3})
    for (int k = 0; k < 40; ++k)  // of 2 x 2 pixels, each blurred one is the mean of all four
      for (float v : map_of(image(channels, 2, 2, [&](int, int, int) { return random() >> 24; }), 2, 2))
        REQUIRE(v == 0.0f);
  for (int channels : {1, 3})
    for (int level : {0, 1, 77, 255})
      for (int side : {1, 2, 3, 17, 224}) {
        auto planes = image(channels, side, side + 1, [&](int c, int, int) { return level ^ (c * 19); });
        for (float v : map_of(planes, side, side + 1)) REQUIRE(v == 0.0f);
        if (side < 17) continue;
        auto const at = static_cast<std::size_t>((side / 2) * (side + 1) + 5);
        planes[0][at] = static_cast<std::uint8_t>(planes[0][at] ^ 1);
        auto const map = map_of(planes, side, side + 1);
        CHECK(static_cast<std::size_t>(std::max_element(map.begin(), map.end()) - map.begin()) == at);
        CHECK(map[at] == 1.0f);
      }
}

}  // namespace lab_distance_test
