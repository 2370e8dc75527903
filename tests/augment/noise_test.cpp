#include <doctest/doctest.h>

#include "augment/augment_images.hpp"
#include "reference/statistics.hpp"

namespace noise_test {

namespace au = ma::augment;
using ma::index_t;

TEST_CASE("noise, spots and boxes are their definitions, by counters of pixels") {
  struct shape {
    index_t c, h, w;
  };
  for (shape const s : {shape{3, 12, 20}, {1, 3, 300}, {10, 7, 5}, {2, 300, 1}, {3, 40, 32}}) {
    CAPTURE(s.w);
    auto const x = test::photos(2, s.c, s.h, s.w);
    for (au::chain const& c :
         {au::chain{au::gaussian_noise{.sigma = {5, 30}}},
          au::chain{au::salt_and_pepper{.amount = {0.05f, 0.5f}, .salt = 0.3f}}, au::chain{au::occlusion{.fill = 9.0f}},
          au::chain{au::salt_and_pepper{.amount = {0.05f, 1}, .salt = 0.3f, .exact_count = true}},
          au::chain{au::color_jitter{.contrast = {0.5f, 2}, .about = au::about::mean}},
          au::chain{au::gaussian_blur{.sigma = {1, 2}},
                    au::color_jitter{.brightness = {0.5f, 1}, .contrast = {0.5f, 2}, .about = au::about::mean}},
          au::chain{au::occlusion{.scale = {0.3f, 0.6f}, .noise = true}},
          au::chain{au::gaussian_noise{.sigma = {5, 5}}, au::salt_and_pepper{.amount = {0.1f, 0.1f}},
                    au::occlusion{.noise = true}, au::gaussian_noise{.sigma = {2, 2}}}}) {
      auto const p = test::planned_chain(c, 2, s.c, s.h, s.w);
      double const lines = 30 * 5.5e-4;  // the largest sigma, and how far z is from the quantile
      CHECK(test::worst_gap(p, x, test::applied<float>(p, x)) < 1e-3 + lines);
      CHECK(test::worst_gap(p, x, test::applied<std::uint8_t>(p, x)) < 0.501 + lines);
    }
  }
}

TEST_CASE(
    "noise is normal, with the variance that was drawn, and independent between pixels, channels, rows and steps") {
  index_t const n = 4, c = 3, h = reference::draws(160), w = 160;
  std::vector<float> x(static_cast<std::size_t>(n * c * h * w), 0.5f), out(x.size());
  au::chain chain{au::gaussian_noise{.sigma = {0.1f, 0.1f}}};
  chain.range = 1000.0f;  // no clip on this side
  auto const view = ma::nchw(x.data(), {n, c, h, w});
  for (float& v : x) v = 500.0f;
  auto const noise = [&](au::chain const& own, std::uint64_t seed) {
    auto const p = ma::make_plan(own, view, ma::key{.seed = seed});
    ma::apply(ma::serial{}, p, view, ma::nchw(out.data(), {n, c, h, w}));
    std::vector<double> z;
    for (float v : out) z.push_back((static_cast<double>(v) - 500.0) / 0.1);
    return z;
  };
  // sigma of 0.1 on 500 is rounded to 2^-15 / 0.1: take 10 for the law
  chain.steps = {au::gaussian_noise{.sigma = {10, 10}}};
  auto z = noise(chain, 1);
  for (double& v : z) v /= 100;
  double mean = 0, square = 0, fourth = 0;
  for (double v : z) mean += v, square += v * v, fourth += v * v * v * v;
  double const count = static_cast<double>(z.size());
  CHECK(std::fabs(mean / count) < 5 / std::sqrt(count));
  CHECK(std::fabs(square / count - 1) < 5 * std::sqrt(2 / count));
  CHECK(std::fabs(fourth / count - 3) < 5 * std::sqrt(96 / count));
  std::vector<double> u;
  for (std::size_t k = 0; k < z.size(); k += 5) u.push_back(std::erfc(-z[k] / std::sqrt(2.0)) / 2);
  std::sort(u.begin(), u.end());
  CHECK(reference::ks_p(u) > reference::level(3));
  // correlations with what is near: neighbours in x and y, the next block, channel and image
  auto const other_z = [&] {
    au::chain two = chain;
    two.steps = {au::gaussian_noise{}, au::gaussian_noise{.sigma = {10, 10}}};
    auto q = noise(two, 1);
    for (double& v : q) v /= 100;
    return q;
  }();
  for (index_t step : {index_t{1}, index_t{2}, index_t{8}, w, h * w, c * h * w, index_t{0}}) {
    double sum = 0;
    std::size_t const most = z.size() - static_cast<std::size_t>(step);
    for (std::size_t k = 0; k < most; ++k)
      sum += z[k] * (step == 0 ? other_z[k] : z[k + static_cast<std::size_t>(step)]);
    CAPTURE(step);
    CHECK(std::fabs(sum) < 5 * std::sqrt(static_cast<double>(most)));
  }
}

TEST_CASE("spots: as many as the chance says, salt and pepper in their shares, the same in all channels") {
  index_t const n = 8, h = reference::draws(256), w = 128;
  std::vector<std::uint8_t> x(static_cast<std::size_t>(n * 2 * h * w), 100);
  au::chain const c{au::salt_and_pepper{.amount = {0.2f, 0.2f}, .salt = 0.25f}};
  auto const p = test::planned_chain(c, n, 2, h, w);
  auto const out = test::applied<std::uint8_t>(p, x);
  std::vector<double> counts(3);
  index_t unequal = 0;
  for (index_t i = 0; i < n; ++i)
    for (index_t k = 0; k < h * w; ++k) {
      std::uint8_t const a = out[static_cast<std::size_t>((2 * i) * h * w + k)];
      unequal += a == out[static_cast<std::size_t>((2 * i + 1) * h * w + k)] ? 0 : 1;
      counts[a == 255 ? 0 : a == 0 ? 1 : 2] += 1;
    }
  double const all = static_cast<double>(n * h * w);
  CHECK(unequal == 0);
  CHECK(reference::chi_square_p(counts, {0.05 * all, 0.15 * all, 0.8 * all}) > reference::level(1));
}

TEST_CASE("an exact count: so many pixels in every image, and all sets of them alike") {
  index_t const n = reference::draws(4000), h = 2, w = 4;
  std::vector<std::uint8_t> x(static_cast<std::size_t>(n * h * w), 100);
  au::chain const c{au::salt_and_pepper{.amount = {0.25f, 0.25f}, .salt = 0.5f, .exact_count = true}};
  auto const out = test::applied<std::uint8_t>(test::planned_chain(c, n, 1, h, w), x);
  std::vector<double> pairs(28);
  double salt = 0;
  for (index_t i = 0; i < n; ++i) {
    std::vector<int> at;
    for (int k = 0; k < 8; ++k) {
      std::uint8_t const v = out[static_cast<std::size_t>(i * 8 + k)];
      if (v != 100) at.push_back(k);
      salt += v == 255 ? 1 : 0;
    }
    REQUIRE(at.size() == 2);
    pairs[static_cast<std::size_t>(at[1] * (at[1] - 1) / 2 + at[0])] += 1;
  }
  CHECK(reference::uniform_p(pairs) > reference::level(2));
  double const all = static_cast<double>(2 * n);
  CHECK(reference::chi_square_p({salt, all - salt}, {all / 2, all / 2}) > reference::level(2));
}

TEST_CASE("occlusion: the area's and the ratio's laws, and any place inside") {
  index_t const n = reference::draws(8000);
  au::chain const c{au::occlusion{.scale = {0.1f, 0.2f}, .ratio = {0.5f, 2.0f}}};
  auto const p = test::planned_chain(c, n, 1, 400, 300);
  std::vector<double> area, ratio, y;
  for (index_t i = 0; i < n; ++i) {
    float const* const b = p.drawn(i, 0);
    double const height = static_cast<double>(b[1] - b[0]), width = static_cast<double>(b[3] - b[2]);
    CHECK((b[0] >= 0 && b[1] <= 400 && b[2] >= 0 && b[3] <= 300 && height > 0 && width > 0));
    area.push_back((height * width / 120000 - 0.1) / 0.1);
    ratio.push_back((std::log(height / width) + std::log(2.0)) / (2 * std::log(2.0)));
    y.push_back((static_cast<double>(b[0]) + 0.5) / (400 - height + 1));
  }
  for (auto* list : {&area, &ratio, &y}) {
    std::sort(list->begin(), list->end());
    CHECK(reference::ks_p(*list) > reference::level(3));
  }
}

}  // namespace noise_test
