#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/memory.hpp"
#include "support/score_maps.hpp"

namespace test {

constexpr ma::channel_stats imagenet{{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};

/// The maps of images in any layout, in logical order.
template <class Backend, class D, class T, int R>
std::vector<float> maps_of(Backend const& be, D const& d, ma::tensor_view<T, R> const& layout,
                           std::vector<T> const& values, index_t shift = 0) {
  auto x = place<Backend>(layout, values, shift);
  auto out = room<Backend>(ma::scores<float>(nullptr, {layout.extent[0], layout.extent[R - 2], layout.extent[R - 1]}));
  ma::saliency_map(be, d, x.view(), out.view());
  CHECK(out.intact());
  CHECK(x.read().size() == values.size());
  return out.read();
}

/// visit(name, detector with these pixel options) for every detector that is defined on 8-bit levels.
template <class Visit>
void each_detector(Visit const& visit, ma::channel_order order = ma::channel_order::rgb, ma::value_range range = {},
                   ma::channel_stats stats = {}) {
  visit("fine_grained", ma::saliency::fine_grained{order, range, stats});
  visit("spectral_residual",
        ma::saliency::spectral_residual{
            .order = order, .range = range, .normalised = stats, .work_height = 16, .work_width = 32});
  visit("frequency_tuned", ma::saliency::frequency_tuned{order, range, stats});
}

/// Images whose pixels have the levels of 8-bit ones: they must have their maps, bit for bit.
template <class Backend, class T>
struct same_levels {
  std::vector<std::uint8_t> const& bytes;
  index_t n, c, h, w;

  /// value(level, channel): how the loader stores a level.
  template <class Value>
  void operator()(Value const& value, ma::value_range range, ma::channel_stats stats = {}) const {
    std::vector<T> values;
    for (std::size_t k = 0; k < bytes.size(); ++k) {
      auto const v = value(static_cast<double>(bytes[k]), static_cast<int>(static_cast<index_t>(k) / (h * w) % c));
      if constexpr (std::is_same_v<T, ma::float16>)
        values.push_back({reference::encode_float16(v)});
      else if constexpr (std::is_same_v<T, ma::bfloat16>)
        values.push_back({reference::encode_bfloat16(v)});
      else
        values.push_back(static_cast<T>(v));
    }
    each_detector(
        [&](char const* name, auto const& detector) {
          CAPTURE(name);
          auto plain = detector;
          plain.range = {}, plain.normalised = {};
          auto const expected = maps_of(ma::serial{}, plain, ma::nchw<std::uint8_t>(nullptr, {n, c, h, w}), bytes);
          REQUIRE(*std::max_element(expected.begin(), expected.end()) > 0.5f);
          auto const same = [&](auto const& layout, index_t shift = 0) {
            return first_difference(maps_of(Backend{}, detector, layout, values, shift), expected) == -1;
          };
          CHECK(same(ma::nchw<T>(nullptr, {n, c, h, w})));
          CHECK(same(ma::nhwc<T>(nullptr, {n, h, w, c}), 1));
          CHECK(same(ma::nchw<T>(nullptr, {n, c, h, w}, {c * h * (w + 5) + 7, h * (w + 5) + 2, w + 5, index_t{1}}),
                     3));  // padded
          CHECK(same(ma::nhwc<T>(nullptr, {n, h, w, c},
                                 {h * w * 4 + 9, w * 4, index_t{4}, index_t{1}})));  // RGBA without its A
          CHECK(same(ma::nchw<T>(nullptr, {n, c, h, w}, {-c * h * w, h * w, -w, index_t{-1}}), 2));  // all backwards
          CHECK(same(
              ma::nchw<T>(nullptr, {n, c, h, w}, {index_t{2}, 2 * n, 2 * n * c * w, 2 * n * c})));  // samples innermost
          if (c == 1) CHECK(same(ma::scores<T>(nullptr, {n, h, w})));
          if (c == 1) CHECK(same(ma::scores<T>(nullptr, {n, h, w}, {h * w * 3, w * 3, index_t{3}})));
        },
        ma::channel_order::rgb, range, stats);
  }
};

/// The bytes with black and white in each image, as its own extremes.
inline std::vector<std::uint8_t> full_range(std::vector<std::uint8_t> v, index_t row) {
  for (std::size_t k = 0; k < v.size(); k += static_cast<std::size_t>(row))
    v[k] = 0, v[k + static_cast<std::size_t>(row) - 1] = 255;
  return v;
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("maps depend on the levels of pixels alone: not on types, layouts or what loaders do",
                          Backend, maps_types) {
  for (ma::index_t c : {3, 1}) {
    CAPTURE(c);
    auto const bytes = test::full_range(test::soft_images(2, c, 21, 34, 5), c * 21 * 34);
    auto const plain = [](double u, int) { return u; };
    auto const unit = [](double u, int) { return u / 255; };
    auto const loaded = [](double u, int k) {
      return (u / 255 - double{test::imagenet.mean[k]}) / double{test::imagenet.std[k]};
    };
    test::same_levels<Backend, std::uint8_t>{bytes, 2, c, 21, 34}(plain, {});
    test::same_levels<Backend, std::int8_t>{bytes, 2, c, 21, 34}([](double u, int) { return u - 128; }, {-128, 127});
    test::same_levels<Backend, std::uint16_t>{bytes, 2, c, 21, 34}([](double u, int) { return 257 * u; }, {0, 65535});
    test::same_levels<Backend, std::int32_t>{bytes, 2, c, 21, 34}(plain, {});
    test::same_levels<Backend, float> const floats{bytes, 2, c, 21, 34};
    floats(unit, {0, 1}), floats(unit, {}), floats(loaded, {}, test::imagenet);
    test::same_levels<Backend, double>{bytes, 2, c, 21, 34}(loaded, {}, test::imagenet);
    test::same_levels<Backend, ma::float16>{bytes, 2, c, 21, 34}(loaded, {}, test::imagenet);
    test::same_levels<Backend, ma::bfloat16>{bytes, 2, c, 21, 34}(unit, {0, 1});
  }
}

TEST_CASE_TEMPLATE_DEFINE("bgr is rgb with its planes swapped", Backend, maps_order) {
  auto const bytes = test::soft_images(1, 3, 17, 26, 7);
  auto turned = bytes;
  std::copy(bytes.begin(), bytes.begin() + 17 * 26, turned.end() - 17 * 26),
      std::copy(bytes.end() - 17 * 26, bytes.end(), turned.begin());
  auto const x = ma::nchw<std::uint8_t>(nullptr, {1, 3, 17, 26});
  test::each_detector([&](char const* name, auto const& rgb) {
    CAPTURE(name);
    auto bgr = rgb;
    bgr.order = ma::channel_order::bgr;
    Backend const be;
    CHECK(test::first_difference(test::maps_of(be, rgb, x, bytes), test::maps_of(be, bgr, x, turned)) == -1);
    CHECK(test::first_difference(test::maps_of(be, rgb, x, bytes), test::maps_of(be, bgr, x, bytes)) != -1);
    auto const gray = ma::nchw<std::uint8_t>(nullptr, {3, 1, 17, 26});
    CHECK(test::first_difference(test::maps_of(be, rgb, gray, bytes), test::maps_of(be, bgr, gray, bytes)) == -1);
  });
}

#define TEST_MAPS(BACKEND)                        \
  TEST_CASE_TEMPLATE_INVOKE(maps_types, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(maps_order, BACKEND)
