#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "support/memory.hpp"
#include "support/score_maps.hpp"

namespace edge_test {

using ma::index_t;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
constexpr float biggest = std::numeric_limits<float>::max(), denormal = std::numeric_limits<float>::denorm_min();

/// The map of one image, which must be numbers in [0, 1] and nothing else.
template <class D, class T>
std::vector<float> map_of(D const& d, std::vector<T> const& v, index_t c, index_t h, index_t w) {
  std::vector<float> out(static_cast<std::size_t>(h * w), nan_value);
  ma::saliency_map(ma::serial{}, d, ma::nchw(v.data(), {index_t{1}, c, h, w}),
                   ma::scores(out.data(), {index_t{1}, h, w}));
  int bad = 0;
  for (float s : out) bad += !(s >= 0 && s <= 1) || std::signbit(s) ? 1 : 0;
  CHECK(bad == 0);
  return out;
}
template <class Visit>
void each_detector(Visit const& visit, ma::value_range range = {}, ma::channel_stats stats = {}) {
  visit(ma::saliency::fine_grained{ma::channel_order::rgb, range, stats});
  visit(ma::saliency::spectral_residual{ma::channel_order::rgb, range, stats});
  visit(ma::saliency::spectral_residual{.range = range, .normalised = stats, .work_height = 8, .work_width = 16});
  visit(ma::saliency::frequency_tuned{ma::channel_order::bgr, range, stats});
  if (!range.given() && !stats.given()) visit(ma::saliency::gradient_magnitude{});
}
float most(std::vector<float> const& v) { return *std::max_element(v.begin(), v.end()); }
bool same(std::vector<float> const& a, std::vector<float> const& b) { return test::first_difference(a, b) == -1; }

/// Loud values in an otherwise soft image.
std::vector<float> soft_floats(index_t c, index_t h, index_t w) {
  std::vector<float> v;
  for (std::uint8_t u : test::soft_images(1, c, h, w, 3)) v.push_back(static_cast<float>(u) / 255.0f);
  return v;
}

}  // namespace

TEST_CASE("the smallest and narrowest images have maps of numbers in [0, 1]") {
  for (auto const& size : std::vector<std::pair<index_t, index_t>>{
           {1, 1}, {1, 2}, {2, 1}, {2, 2}, {1, 37}, {37, 1}, {3, 3}, {2, 300}, {260, 2}, {4, 5}})
    for (index_t c : {1, 3}) {
      index_t const h = size.first, w = size.second;
      CAPTURE(h);
      CAPTURE(w);
      auto bytes = test::soft_images(1, c, h, w, 11);
      each_detector([&](auto const& d) {
        CAPTURE(d.name);
        auto const map = map_of(d, bytes, c, h, w);
        bool const differences =
            std::string(d.name) == "gradient_magnitude" || (std::string(d.name) == "frequency_tuned" && h * w > 300);
        if (differences) CHECK(most(map) == 1.0f);
      });
    }
}

TEST_CASE(
    "a constant image has no salient pixel; the spectral residual, defined by what vanishes there, stays in [0, 1]") {
  for (auto const& size : std::vector<std::pair<index_t, index_t>>{{1, 1}, {2, 2}, {7, 1}, {16, 21}, {70, 40}})
    for (int level : {0, 1, 77, 128, 255}) {
      index_t const h = size.first, w = size.second;
      CAPTURE(level);
      auto const pixels = static_cast<std::size_t>(3 * h * w);
      std::vector<std::uint8_t> const bytes(pixels, static_cast<std::uint8_t>(level));
      CHECK(most(map_of(ma::saliency::fine_grained{}, bytes, 3, h, w)) == 0);
      CHECK(most(map_of(ma::saliency::frequency_tuned{}, bytes, 3, h, w)) == 0);
      map_of(ma::saliency::spectral_residual{}, bytes, 3, h, w);
      // The same as floats without a range: nothing says what is black.
      std::vector<float> const floats(pixels, static_cast<float>(level));
      each_detector([&](auto const& d) {
        CAPTURE(d.name);
        bool const gradient = std::string(d.name) == "gradient_magnitude";
        std::vector<std::uint8_t> const black(pixels, 0);
        if (!gradient) CHECK(same(map_of(d, floats, 3, h, w), map_of(d, black, 3, h, w)));
      });
    }
  CHECK(most(map_of(ma::saliency::gradient_magnitude{}, std::vector<float>(3 * 6 * 5, 0.0f), 3, 6, 5)) == 0);
  CHECK(map_of(ma::saliency::gradient_magnitude{}, std::vector<float>(3 * 2, -0.25f), 3, 1, 2) ==
        std::vector<float>{1, 1});
}

TEST_CASE("NaN is black and infinities are black or white, wherever they lie") {
  constexpr index_t h = 20, w = 27;
  auto clean = soft_floats(3, h, w);
  clean[0] = 0, clean[1] = 1;  // own extremes are those of the range, with and without the wild pixels
  auto wild = clean;
  std::size_t const nans[] = {2, 30, 555, 1619}, above[] = {3, 40, 900}, below[] = {77, 1500};
  for (std::size_t k : nans) wild[k] = nan_value, clean[k] = 0;
  for (std::size_t k : above) wild[k] = infinite, clean[k] = 1;
  for (std::size_t k : below) wild[k] = -infinite, clean[k] = 0;
  for (int ranged = 0; ranged < 2; ++ranged)
    each_detector(
        [&](auto const& d) {
          CAPTURE(d.name);
          if (std::string(d.name) == "gradient_magnitude") {  // not finite: no gradient
            auto zeroed = clean;
            for (std::size_t k : above) zeroed[k] = 0;
            CHECK(same(map_of(d, wild, 3, h, w), map_of(d, zeroed, 3, h, w)));
          } else {
            CHECK(same(map_of(d, wild, 3, h, w), map_of(d, clean, 3, h, w)));
          }
        },
        ranged == 1 ? ma::value_range{0, 1} : ma::value_range{});
}

TEST_CASE("images of NaN, of infinities, of huge and of tiny values have maps of numbers in [0, 1]") {
  constexpr index_t h = 9, w = 18;
  auto const pixels = static_cast<std::size_t>(3 * h * w);
  auto const soft = soft_floats(3, h, w);
  auto const scaled = [&](float by) {
    std::vector<float> v;
    for (float s : soft) v.push_back(s * by);
    return v;
  };
  std::vector<float> ends = soft;
  ends[5] = biggest, ends[200] = -biggest;
  std::vector<float> steps;
  for (std::size_t k = 0; k < pixels; ++k) steps.push_back(denormal * static_cast<float>(k % 7));
  std::vector<std::vector<float>> const images{std::vector<float>(pixels, nan_value),
                                               std::vector<float>(pixels, infinite),
                                               std::vector<float>(pixels, -infinite),
                                               std::vector<float>(pixels, biggest),
                                               std::vector<float>(pixels, -biggest),
                                               std::vector<float>(pixels, denormal),
                                               scaled(1e38f),
                                               scaled(-3e38f),
                                               scaled(1e-38f),
                                               scaled(1e-44f),
                                               ends,
                                               steps};
  ma::value_range const ranges[] = {{}, {0, 1}, {-biggest, biggest}, {0, denormal}, {-1e-38f, 1e-38f}, {1e38f, 3e38f}};
  for (auto const& v : images)
    for (auto const& range : ranges) each_detector([&](auto const& d) { map_of(d, v, 3, h, w); }, range);
  for (auto const& v : images) {
    each_detector([&](auto const& d) { map_of(d, v, 3, h, w); }, {}, {{biggest, -biggest, 0}, {denormal, biggest, 1}});
    each_detector([&](auto const& d) { map_of(d, v, 3, h, w); }, {-biggest, biggest},
                  {{0.5f, 0.5f, 0.5f}, {denormal, denormal, denormal}});
  }
  // Own extremes: a scale changes nothing that floats can still tell apart.
  each_detector([&](auto const& d) {
    CAPTURE(d.name);
    if (std::string(d.name) != "gradient_magnitude")
      CHECK(same(map_of(d, scaled(0x1p120f), 3, h, w), map_of(d, soft, 3, h, w)));
    if (std::string(d.name) != "gradient_magnitude")
      CHECK(same(map_of(d, scaled(0x1p-100f), 3, h, w), map_of(d, soft, 3, h, w)));
  });
  // A gradient's overflow is not its map's.
  CHECK(map_of(ma::saliency::gradient_magnitude{}, std::vector<float>{biggest, 0, biggest, 0, biggest, biggest}, 3, 1,
               2)[0] == 1.0f);
  CHECK(map_of(ma::saliency::gradient_magnitude{}, std::vector<float>{denormal, 0, 2 * denormal}, 1, 1, 3) ==
        std::vector<float>{0.5f, 0, 1});
}

TEST_CASE("without a backend, maps are those of the default one") {
  std::vector<std::uint8_t> pixels(2 * 12 * 9);
  for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = static_cast<std::uint8_t>(k * k % 251);
  std::vector<float> a(pixels.size()), b(pixels.size(), -1.0f);
  ma::saliency_map(ma::serial{}, ma::saliency::fine_grained{}, ma::nchw(pixels.data(), {2, 1, 12, 9}),
                   ma::scores(a.data(), {2, 12, 9}));
  ma::saliency_map(ma::saliency::fine_grained{}, ma::nchw(pixels.data(), {2, 1, 12, 9}),
                   ma::scores(b.data(), {2, 12, 9}));
  CHECK(a == b);
}

}  // namespace edge_test
