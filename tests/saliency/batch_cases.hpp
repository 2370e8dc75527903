#pragma once
#include "saliency/maps_cases.hpp"

TEST_CASE_TEMPLATE_DEFINE(
    "an image's map owes nothing to its batch, its neighbours, the threads or where it is written", Backend,
    maps_batch) {
  constexpr ma::index_t n = 5, h = 19, w = 23, row = 3 * h * w;
  auto const bytes = test::soft_images(n, 3, h, w, 9);
  auto const batch = ma::nchw<std::uint8_t>(nullptr, {n, 3, h, w});
  test::each_detector([&](char const* name, auto const& d) {
    CAPTURE(name);
    auto const expected = test::maps_of(ma::serial{}, d, batch, bytes);
    std::vector<float> alone, turned;
    for (ma::index_t i = 0; i < n; ++i) {
      std::vector<std::uint8_t> const one(bytes.begin() + i * row, bytes.begin() + (i + 1) * row);
      auto const map = test::maps_of(Backend{}, d, ma::nchw<std::uint8_t>(nullptr, {1, 3, h, w}), one);
      alone.insert(alone.end(), map.begin(), map.end());
      turned.insert(turned.begin(), map.begin(), map.end());
    }
    CHECK(test::first_difference(alone, expected) == -1);
    auto x = test::place<Backend>(batch, bytes);
    // Rows with room between them, columns first, backwards: nothing but the elements is written.
    for (auto const& layout : {ma::scores<float>(nullptr, {n, h, w}, {h * (w + 3), w + 3, ma::index_t{1}}),
                               ma::scores<float>(nullptr, {n, h, w}, {h * w + 1, ma::index_t{1}, h}),
                               ma::scores<float>(nullptr, {n, h, w}, {ma::index_t{1}, -2 * n * w, -2 * n})}) {
      auto out = test::room<Backend>(layout, 1);
      ma::saliency_map(Backend{}, d, x.view(), out.view());
      CHECK(out.intact());
      CHECK(test::first_difference(out.read(), expected) == -1);
    }
    auto reversed = batch;
    reversed.stride[0] = -reversed.stride[0];
    std::vector<std::uint8_t> last_first;
    for (ma::index_t i = n; i-- > 0;)
      last_first.insert(last_first.end(), bytes.begin() + i * row, bytes.begin() + (i + 1) * row);
    CHECK(test::first_difference(test::maps_of(Backend{}, d, reversed, last_first), turned) == -1);
    if constexpr (requires { Backend{}.threads; })
      for (int threads = 1; threads <= 5; ++threads) {
        CAPTURE(threads);
        CHECK(test::first_difference(test::maps_of(Backend{threads}, d, batch, bytes), expected) == -1);
      }
    // Memory of the caller's own, dirty and reused by other sizes.
    ma::workspace<ma::space::host> scratch;
    auto out = test::room<Backend>(ma::scores<float>(nullptr, {n, h, w}));
    ma::saliency_map(Backend{}, d, x.view(), out.view(), scratch);
    auto first = out.view();
    first.extent[0] = 1, first.extent[1] = 2;
    auto part = x.view();
    part.extent[0] = 1, part.extent[2] = 2;
    ma::saliency_map(Backend{}, d, part, first, scratch);
    ma::saliency_map(Backend{}, d, x.view(), out.view(), scratch);
    CHECK(test::first_difference(out.read(), expected) == -1);
  });
}

TEST_CASE_TEMPLATE_DEFINE("gradient_magnitude is the root of the mean square over the channels, over its maximum",
                          Backend, maps_gradient) {
  for (ma::index_t c : {1, 3, 7}) {
    CAPTURE(c);
    constexpr ma::index_t n = 3, h = 6, w = 11, all = h * w;
    auto values = test::any_values<float>(n * c * all, 4);
    std::fill(values.begin() + c * all, values.begin() + 2 * c * all, 0.0f);  // an image without a gradient
    values[1] = std::numeric_limits<float>::quiet_NaN(), values[5] = -std::numeric_limits<float>::infinity();
    std::vector<float> expected;
    for (ma::index_t i = 0; i < n; ++i) {
      std::vector<double> norm;
      for (ma::index_t k = 0; k < all; ++k) {
        double sum = 0;
        for (ma::index_t j = 0; j < c; ++j) {
          double const g = static_cast<double>(values[static_cast<std::size_t>((i * c + j) * all + k)]);
          if (std::isfinite(g)) sum += g * g;
        }
        norm.push_back(std::sqrt(sum / static_cast<double>(c)));
      }
      double const most = *std::max_element(norm.begin(), norm.end());
      for (double v : norm) expected.push_back(most > 0 ? static_cast<float>(v / most) : 0.0f);
    }
    ma::saliency::gradient_magnitude const d;
    auto const got = test::maps_of(Backend{}, d, ma::nchw<float>(nullptr, {n, c, h, w}), values);
    float worst = 0;
    for (std::size_t k = 0; k < got.size(); ++k) worst = std::max(worst, std::fabs(got[k] - expected[k]));
    CHECK(worst <= 1.5e-7f);
    CHECK(*std::max_element(got.begin(), got.end()) == 1.0f);
    CHECK(test::first_difference(test::maps_of(Backend{}, d, ma::nhwc<float>(nullptr, {n, h, w, c}), values, 1), got) ==
          -1);
    std::vector<double> const doubles(values.begin(), values.end());
    CHECK(test::first_difference(test::maps_of(Backend{}, d, ma::nchw<double>(nullptr, {n, c, h, w}), doubles), got) ==
          -1);
  }
}

TEST_CASE_TEMPLATE_DEFINE("given maps are kept bit for bit, whatever their scale, type and layout", Backend,
                          maps_given) {
  using limits = std::numeric_limits<float>;
  std::vector<float> v{0, -0.0f, 1, limits::denorm_min(), limits::min(), limits::max(), 1e-30f, 255, 0.1f, 3, 4, 5};
  ma::saliency::given const d;
  CHECK(test::first_difference(test::maps_of(Backend{}, d, ma::scores<float>(nullptr, {2, 2, 3}), v), v) == -1);
  CHECK(test::first_difference(
            test::maps_of(Backend{}, d, ma::nchw<float>(nullptr, {2, 1, 2, 3}, {-9, 1, -4, -1}), v, 3), v) == -1);
  std::vector<ma::float16> const halves{{0x3C00}, {0x0001}, {0x7BFF}, {0x8000}};
  std::vector<float> const as_floats{1, 0x1p-24f, 65504, -0.0f};
  CHECK(test::first_difference(test::maps_of(Backend{}, d, ma::scores<ma::float16>(nullptr, {1, 2, 2}), halves),
                               as_floats) == -1);
  CHECK(test::maps_of(Backend{}, d, ma::scores<std::uint8_t>(nullptr, {1, 1, 3}), {0, 7, 255}) ==
        std::vector<float>{0, 7, 255});
}

#define TEST_MAPS_OF_BATCHES(BACKEND)                \
  TEST_CASE_TEMPLATE_INVOKE(maps_batch, BACKEND);    \
  TEST_CASE_TEMPLATE_INVOKE(maps_gradient, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(maps_given, BACKEND)
