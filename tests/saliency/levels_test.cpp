#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <mixaug/mixaug.hpp>
#include <vector>

#include "reference/half.hpp"

namespace levels_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
constexpr float biggest = std::numeric_limits<float>::max(), denormal = std::numeric_limits<float>::denorm_min();

template <class T>
T stored(double v) {
  if constexpr (std::is_same_v<T, ma::float16>)
    return {reference::encode_float16(v)};
  else if constexpr (std::is_same_v<T, ma::bfloat16>)
    return {reference::encode_bfloat16(v)};
  else
    return static_cast<T>(v);
}

/// The levels of one image, channel after channel.
template <class T>
std::vector<int> levels(std::vector<T> const& v, index_t channels, ma::detail::pixel_rule const& rule) {
  index_t const w = static_cast<index_t>(v.size()) / channels;
  ma::image_batch const images(ma::nchw(v.data(), {index_t{1}, channels, index_t{1}, w}));
  std::vector<std::byte> scratch(ma::detail::level_rows::bytes(w));
  ma::detail::level_rows const rows(images, 0, rule, scratch.data());
  std::vector<int> out;
  for (index_t c = 0; c < channels; ++c) {
    index_t step = 1;
    std::uint8_t const* const row = rows.row(c, 0, step);
    for (index_t x = 0; x < w; ++x) out.push_back(row[x * step]);
  }
  return out;
}

/// Three channels of every level, stored as f(level, channel): how many do not come back.
template <class T, class F>
int lost(ma::detail::pixel_rule const& rule, F const& f) {
  std::vector<T> v;
  for (int c = 0; c < 3; ++c)
    for (int u = 0; u < 256; ++u) v.push_back(stored<T>(f(u, c)));
  auto const back = levels(v, 3, rule);
  int wrong = 0;
  for (std::size_t k = 0; k < back.size(); ++k) wrong += back[k] != static_cast<int>(k % 256) ? 1 : 0;
  return wrong;
}

constexpr ma::channel_stats imagenet{{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};
constexpr ma::channel_stats cifar{{125.307f, 122.961f, 113.8575f}, {51.5865f, 50.847f, 51.255f}};

}  // namespace

TEST_CASE_TEMPLATE("every level 0..255 comes back from real pixels, as loaders scale them", T, float, double,
                   ma::float16, ma::bfloat16) {
  auto const unit = [](int u, int) { return u / 255.0; };
  CHECK(lost<T>({.range = {0, 1}}, unit) == 0);
  CHECK(lost<T>({}, unit) == 0);  // black and white are there: the image's own extremes
  CHECK(lost<T>({.range = {0, 255}}, [](int u, int) { return u; }) == 0);
  CHECK(lost<T>({.stats = imagenet},
                [](int u, int c) { return (u / 255.0 - double{imagenet.mean[c]}) / double{imagenet.std[c]}; }) == 0);
  CHECK(lost<T>({.range = {0, 255}, .stats = cifar},
                [](int u, int c) { return (u - double{cifar.mean[c]}) / double{cifar.std[c]}; }) == 0);
}

TEST_CASE("every level 0..255 comes back from float arithmetic, symmetric ranges and integers") {
  // As a loader in float does it, not rounded once from double.
  CHECK(lost<float>({.range = {0, 1}}, [](int u, int) { return double{static_cast<float>(u) * (1.0f / 255.0f)}; }) ==
        0);
  CHECK(lost<float>({.stats = imagenet}, [](int u, int c) {
          return double{(static_cast<float>(u) / 255.0f - imagenet.mean[c]) / imagenet.std[c]};
        }) == 0);
  CHECK(lost<float>({.range = {-1, 1}}, [](int u, int) { return double{static_cast<float>(u) / 127.5f - 1.0f}; }) == 0);
  CHECK(lost<ma::float16>({.range = {-1, 1}}, [](int u, int) { return u / 127.5 - 1; }) == 0);
  CHECK(lost<float>({.range = {1e-38f, 3e-38f}}, [](int u, int) { return 1e-38 + 2e-38 * u / 255; }) == 0);
  CHECK(lost<float>({.range = {-3e38f, 3e38f}}, [](int u, int) { return -3e38 + 6e38 * u / 255; }) == 0);
  CHECK(lost<std::uint8_t>({}, [](int u, int) { return u; }) == 0);
  CHECK(lost<std::uint8_t>({.range = {0, 1}, .stats = imagenet}, [](int u, int) { return u; }) ==
        0);  // bytes are levels
  CHECK(lost<std::int8_t>({.range = {-128, 127}}, [](int u, int) { return u - 128; }) == 0);
  CHECK(lost<std::int8_t>({}, [](int u, int) { return u - 128; }) == 0);
  CHECK(lost<std::uint16_t>({.range = {0, 65535}}, [](int u, int) { return 257 * u; }) == 0);
  CHECK(lost<std::uint32_t>({}, [](int u, int) { return 16843009.0 * u; }) == 0);
  CHECK(lost<std::uint64_t>({}, [](int u, int) { return 1e15 * u; }) == 0);
  CHECK(lost<std::int64_t>({.range = {-1e15f, 1e15f}}, [](int u, int) { return -1e15 + 2e15 * u / 255; }) == 0);
}

TEST_CASE("halves go up, what lies outside is cut off, NaN is black") {
  std::vector<float> v;
  std::vector<int> expected;
  for (int u = 0; u < 255; ++u) {
    float const half = static_cast<float>(u) + 0.5f;
    v.insert(v.end(), {half, std::nextafter(half, 0.0f), std::nextafter(half, 300.0f)});
    expected.insert(expected.end(), {u + 1, u, u + 1});
  }
  v.insert(v.end(), {255.5f, 256.0f, biggest, infinite, -0.25f, -0.5f, -1.0f, -biggest, -infinite, nan_value,
                     -nan_value, -0.0f, denormal});
  expected.insert(expected.end(), {255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(levels(v, 1, {.range = {0, 255}}) == expected);
  std::vector<float> const wild{nan_value, infinite, -infinite, biggest, -biggest};
  CHECK(levels(wild, 1, {.range = {0, 1}}) == std::vector<int>{0, 255, 0, 255, 0});
  CHECK(levels(wild, 1, {.stats = imagenet}) == std::vector<int>{0, 255, 0, 255, 0});
}

TEST_CASE("an image's own extremes are those of its finite values, over all its channels") {
  using list = std::vector<float>;
  CHECK(levels(list{nan_value, 2, infinite, 4, -infinite, 3}, 1, {}) == std::vector<int>{0, 0, 255, 255, 0, 128});
  CHECK(levels(list{nan_value, infinite, -infinite}, 1, {})[0] == 0);
  CHECK(levels(list{7, 7, 7}, 3, {}) == std::vector<int>{0, 0, 0});
  CHECK(levels(list{-biggest, biggest, 0}, 1, {}) == std::vector<int>{0, 255, 128});
  CHECK(levels(list{0, denormal, 2 * denormal}, 1, {}) == std::vector<int>{0, 128, 255});
  list wide(40, 3.0f);
  wide[1] = infinite, wide[9] = -infinite, wide[20] = nan_value, wide[30] = 4, wide[31] = 2, wide[39] = infinite;
  CHECK((levels(wide, 1, {})[0] == 128 && levels(wide, 1, {})[30] == 255 && levels(wide, 1, {})[31] == 0));
  CHECK(levels(list{0, 100, 204, 0, 100, 0, 0, 0, 400}, 3, {}) == std::vector<int>{0, 64, 130, 0, 64, 0, 0, 0, 255});
  for (index_t n : {1, 15, 16, 17, 33, 100})  // the extremes in every lane
    for (index_t at = 0; at < n; ++at) {
      list v(static_cast<std::size_t>(n), 5.0f);
      v[static_cast<std::size_t>(at)] = 9;
      REQUIRE(levels(v, 1, {})[static_cast<std::size_t>(at)] == (n > 1 ? 255 : 0));
      v[static_cast<std::size_t>(at)] = 1;
      REQUIRE(levels(v, 1, {})[static_cast<std::size_t>(n - 1 - at)] == (n - 1 == 2 * at ? 0 : 255));
    }
}

TEST_CASE(
    "gray is 0.299 r + 0.587 g + 0.114 b, to the nearest level; gray stays gray; bgr reads the planes the other way") {
  CHECK(ma::detail::gray_level(255, 0, 0) == 76);  // the known values of OpenCV's conversion
  CHECK(ma::detail::gray_level(0, 255, 0) == 150);
  CHECK(ma::detail::gray_level(0, 0, 255) == 29);
  for (int r = 0; r < 256; r += 5)
    for (int g = 0; g < 256; g += 3)
      for (int b = 0; b < 256; b += 17) {
        auto const byte = [](int v) { return static_cast<std::uint8_t>(v); };
        double const exact = 0.299 * r + 0.587 * g + 0.114 * b;
        REQUIRE(std::fabs(ma::detail::gray_level(byte(r), byte(g), byte(b)) - exact) < 0.5 + 0.005);
        REQUIRE(ma::detail::gray_level(byte(r), byte(r), byte(r)) == r);
      }
  std::uint8_t const pixels[] = {255, 0, 0, 0, 255, 0, 0, 0, 255};  // interleaved: red, green, blue
  for (int form = 0; form < 3; ++form) {                            // planes, interleaved, interleaved backwards
    std::uint8_t const* const first = form == 2 ? pixels + 2 : pixels;
    auto const x = form == 0   ? ma::nchw(first, {1, 3, 1, 3})
                   : form == 1 ? ma::nhwc(first, {1, 1, 3, 3})
                               : ma::nhwc(first, {1, 1, 3, 3}, {9, 9, 3, -1});
    ma::image_batch const images(x);
    std::byte scratch[256];
    std::uint8_t gray[3];
    for (auto const order : {ma::channel_order::rgb, ma::channel_order::bgr}) {
      ma::detail::gray_image(ma::detail::level_rows(images, 0, {order}, scratch), images,
                             order == ma::channel_order::rgb, gray);
      bool const turned = (order == ma::channel_order::bgr) != (form == 2);
      CHECK((gray[0] == (turned ? 29 : 76) && gray[1] == 150 && gray[2] == (turned ? 76 : 29)));
    }
  }
}

}  // namespace levels_test
