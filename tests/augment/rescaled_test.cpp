#include <mixaug/augment/follow.hpp>
#include <mixaug/augment/plan_text.hpp>
#include <mixaug/augment/rescaled.hpp>
#include <sstream>

#include "augment/augment_images.hpp"
#include "support/refusal.hpp"

namespace rescaled_test {

namespace au = ma::augment;
using ma::index_t;

std::vector<float> numbers(std::size_t n, std::uint64_t seed = 7) {
  test::stream s(seed);
  std::vector<float> all(n);
  for (float& v : all) v = static_cast<float>(2 * s.unit() - 1);
  return all;
}
/// Takes floats (n, c, h, w) through a plan.
std::vector<float> taken(au::plan const& p, std::vector<float> const& x) {
  auto const &a = p.in(), &b = p.out();
  std::vector<float> out(static_cast<std::size_t>(p.rows() * b.channels * b.height * b.width), -99.0f);
  ma::apply(p, ma::nchw(x.data(), {p.rows(), a.channels, a.height, a.width}),
            ma::nchw(out.data(), {p.rows(), b.channels, b.height, b.width}));
  return out;
}

TEST_CASE("features of the images' own resolution are taken as images are, by the geometric steps alone") {
  index_t const n = 6, c = 5, h = 24, w = 30;
  au::affine const turned{.degrees = {-40, 40}, .scale = {0.4f, 1.4f}, .shear = {-10, 10}, .prob = 0.8f};
  au::crop const cut{.size = {20, 21}, .padding = 3};
  au::flip const mirrored{.horizontal = 0.5f, .vertical = 0.5f};
  au::lens const round{.k1 = {-0.2f, 0.4f}};
  au::resized_crop const part{.size = {20, 25}};
  for (auto const& [whole, geometric] :
       std::vector<std::pair<au::chain, au::chain>>{{au::chain{cut, mirrored}, au::chain{cut, mirrored}},
                                                    {au::chain{turned, cut}, au::chain{turned, cut}},
                                                    {au::chain{part}, au::chain{part}},
                                                    {au::chain{round, mirrored}, au::chain{round, mirrored}}}) {
    auto const x = numbers(static_cast<std::size_t>(n * c * h * w));
    auto const p = test::planned_chain(whole, n, c, h, w);
    auto const q = ma::rescaled(p, {c, h, w});
    CHECK(q.out().height == p.out().height);
    auto const wanted = taken(p, x), got = taken(q, x);
    double worst = 0;  // positions through three items of a map are rounded otherwise than through one
    for (std::size_t k = 0; k < wanted.size(); ++k)
      worst = std::max(worst, std::fabs(static_cast<double>(wanted[k] - got[k])));
    CHECK(worst < 1e-4);
  }
}

TEST_CASE("steps of colour, noise and blur leave features as they are") {
  index_t const n = 3, h = 32, w = 32;
  auto const x = numbers(static_cast<std::size_t>(n * 20 * 8 * 8));
  auto const p = test::planned_chain(
      au::chain{au::gaussian_blur{.sigma = {1, 2}}, au::gaussian_noise{.sigma = {5, 9}}, au::gamma{.gamma = {2, 3}}}, n,
      3, h, w);
  auto const q = ma::rescaled(p, {20, 8, 8});
  CHECK(taken(q, x) == x);

  // between steps of geometry, too: two flips are none
  auto const twice = test::planned_chain(
      au::chain{au::flip{.horizontal = 1}, au::color_jitter{.brightness = {2, 2}}, au::flip{.horizontal = 1}}, n, 3, h,
      w);
  CHECK(taken(ma::rescaled(twice, {20, 8, 8}), x) == x);
}

TEST_CASE("flips and crops by whole pixels of the features are copies of them") {
  index_t const n = 8, h = 32, w = 48;
  auto const x = numbers(static_cast<std::size_t>(n * 2 * 8 * 12));
  auto const p = test::planned_chain(
      au::chain{au::crop{.size = {24, 32}, .prob = 0}, au::flip{.horizontal = 0.5f, .vertical = 0.5f}}, n, 3, h, w);
  auto const q = ma::rescaled(p, {2, 8, 12});  // strides of 4: the middle lies at (4, 8), features at (1, 2)
  CHECK(q.out().height == 6);
  CHECK(q.out().width == 8);
  auto const out = taken(q, x);
  for (index_t i = 0; i < n; ++i)
    for (index_t c = 0; c < 2; ++c)
      for (index_t y = 0; y < 6; ++y)
        for (index_t k = 0; k < 8; ++k) {
          float const* const flips = p.drawn(i, 1);
          index_t const from_y = 1 + (flips[1] != 0 ? 5 - y : y), from_x = 2 + (flips[0] != 0 ? 7 - k : k);
          CHECK(out[static_cast<std::size_t>(((i * 2 + c) * 6 + y) * 8 + k)] ==
                x[static_cast<std::size_t>(((i * 2 + c) * 8 + from_y) * 12 + from_x)]);
        }
}

TEST_CASE("features show what their images show: a plane, seen at another resolution") {
  index_t const n = 4, h = 64, w = 80;
  auto const plane = [](double y, double x) { return 0.03 * y - 0.02 * x + 1.5; };
  for (auto const& c :
       {au::chain{
            au::affine{.degrees = {-180, 180}, .translate = {0.1f, 0.1f}, .scale = {0.8f, 1.5f}, .shear = {-20, 20}}},
        au::chain{au::resized_crop{.size = {40, 56}}}, au::chain{au::perspective{.distortion = 0.3f}},
        au::chain{au::affine{.degrees = {-20, 20}}, au::lens{.k1 = {-0.1f, 0.2f}}, au::flip{.vertical = 0.5f}},
        au::chain{au::elastic{.alpha = {3, 3}, .sigma = {12, 12}}, au::affine{.scale = {1.1f, 1.3f}}},
        au::chain{au::affine{.degrees = {-20, 20}}, au::gamma{}, au::crop{.size = {48, 64}}}}) {
    auto const p = test::planned_chain(c, n, 1, h, w);
    for (auto const& [fh, fw] : std::vector<std::pair<index_t, index_t>>{{64, 80}, {16, 20}, {21, 33}}) {
      auto const q = ma::rescaled(p, {1, fh, fw});
      index_t const oh = q.out().height, ow = q.out().width;
      double const down = static_cast<double>(h) / static_cast<double>(fh),
                   across = static_cast<double>(w) / static_cast<double>(fw);
      std::vector<float> features, ones(static_cast<std::size_t>(n * fh * fw), 1.0f);
      for (index_t i = 0; i < n; ++i)
        for (index_t y = 0; y < fh; ++y)
          for (index_t x = 0; x < fw; ++x)
            features.push_back(static_cast<float>(
                plane((static_cast<double>(y) + 0.5) * down, (static_cast<double>(x) + 0.5) * across)));
      auto const got = taken(q, features), whole = taken(q, ones);
      // where each centre of the output's features comes from, by the inverse of the images' own map: points of the
      // images are moved until they meet it
      double worst = 0;
      int seen = 0;
      for (index_t i = 0; i < n; ++i)
        for (index_t y = 1; y + 1 < oh; y += 3)
          for (index_t x = 1; x + 1 < ow; x += 5) {
            std::size_t const k = static_cast<std::size_t>((i * oh + y) * ow + x);
            if (whole[k] != 1.0f) continue;
            double const to_y = (static_cast<double>(y) + 0.5) * static_cast<double>(p.out().height) /
                                static_cast<double>(oh),
                         to_x = (static_cast<double>(x) + 0.5) * static_cast<double>(p.out().width) /
                                static_cast<double>(ow);
            double at_y = static_cast<double>(h) / 2, at_x = static_cast<double>(w) / 2;
            std::vector<float> points(static_cast<std::size_t>(n * 3 * 2)), moved(points.size());
            std::vector<std::uint8_t> inside(static_cast<std::size_t>(n * 3));
            for (int round = 0; round < 30; ++round) {
              for (index_t r = 0; r < n; ++r)
                for (index_t t = 0; t < 3; ++t) {
                  std::size_t const place = static_cast<std::size_t>((r * 3 + t) * 2);
                  points[place] = static_cast<float>(at_y + (t == 1 ? 1 : 0));
                  points[place + 1] = static_cast<float>(at_x + (t == 2 ? 1 : 0));
                }
              ma::apply_points(p, ma::row_major<float const>(points.data(), ma::extents<3>{n, 3, 2}),
                               ma::row_major(moved.data(), ma::extents<3>{n, 3, 2}),
                               ma::row_major(inside.data(), ma::extents<2>{n, 3}));
              float const* const m = moved.data() + i * 6;
              double const ey = to_y - static_cast<double>(m[0]), ex = to_x - static_cast<double>(m[1]);
              double const a = static_cast<double>(m[2] - m[0]), b = static_cast<double>(m[4] - m[0]),
                           d = static_cast<double>(m[3] - m[1]), e = static_cast<double>(m[5] - m[1]);
              double const determinant = a * e - b * d;
              at_y += 0.8 * (e * ey - b * ex) / determinant;
              at_x += 0.8 * (a * ex - d * ey) / determinant;
            }
            float const* const m = moved.data() + i * 6;
            if (std::fabs(to_y - static_cast<double>(m[0])) + std::fabs(to_x - static_cast<double>(m[1])) > 1e-3)
              continue;
            ++seen;
            worst = std::max(worst, std::fabs(static_cast<double>(got[k]) - plane(at_y, at_x)));
          }
      CAPTURE(fh);
      CHECK(seen > 20);
      CHECK(worst < 2e-3);
    }
  }
}

TEST_CASE("points, boxes and masks of features follow the plan of features") {
  index_t const n = 5, h = 32, w = 32;
  auto const p = test::planned_chain(
      au::chain{au::affine{.degrees = {-30, 30}, .scale = {0.9f, 1.2f}}, au::crop{.size = {24, 24}}}, n, 3, h, w);
  auto const q = ma::rescaled(p, {1, 8, 16});
  auto const points = numbers(static_cast<std::size_t>(n * 4 * 2), 3);
  std::vector<float> of_images, of_features;
  for (std::size_t k = 0; k < points.size(); ++k) {
    float const v = 16 + 8 * points[k];
    of_images.push_back(v);
    of_features.push_back(k % 2 == 0 ? v / 4 : v / 2);
  }
  std::vector<std::uint8_t> inside(static_cast<std::size_t>(n * 4));
  auto const move = [&](au::plan const& plan, std::vector<float>& v) {
    ma::apply_points(plan, ma::row_major<float const>(v.data(), ma::extents<3>{n, 4, 2}),
                     ma::row_major(v.data(), ma::extents<3>{n, 4, 2}),
                     ma::row_major(inside.data(), ma::extents<2>{n, 4}));
  };
  move(p, of_images);
  move(q, of_features);
  for (std::size_t k = 0; k < points.size(); ++k)
    CHECK(std::fabs(of_images[k] - of_features[k] * (k % 2 == 0 ? 4.0f : 2.0f)) < 1e-4f);
}

TEST_CASE("signals have features, too") {
  index_t const n = 4, length = 64;
  auto const p = ma::make_plan(au::chain{au::crop{.size = {1, 48}, .prob = 0}, au::flip{.horizontal = 1}},
                               ma::signals<float const>(nullptr, {n, 2, length}), ma::key{.seed = 5});
  auto const q = ma::rescaled(p, {6, 16});
  auto const x = numbers(static_cast<std::size_t>(n * 6 * 16));
  std::vector<float> out(static_cast<std::size_t>(n * 6 * 12));
  ma::apply(q, ma::signals(x.data(), {n, 6, 16}), ma::signals(out.data(), {n, 6, 12}));
  for (index_t r = 0; r < n * 6; ++r)
    for (index_t k = 0; k < 12; ++k)
      CHECK(out[static_cast<std::size_t>(r * 12 + k)] == x[static_cast<std::size_t>(r * 16 + 2 + 11 - k)]);
}

TEST_CASE("plans of features are refused where they make no sense") {
  auto const p = test::planned_chain(au::chain{au::flip{.horizontal = 1}}, 2, 3, 16, 16);
  auto const refuses = [](auto const& act, char const* words) {
    std::string const said = test::refusal(act);
    CAPTURE(said);
    CHECK(said.find(words) != std::string::npos);
  };
  refuses([&] { ma::rescaled(au::plan{}, {3, 8, 8}); }, "empty");
  refuses([&] { ma::rescaled(p, {3, 0, 8}); }, "at least 1");
  refuses([&] { ma::rescaled(p, {0, 8, 8}); }, "at least 1");
  refuses([&] { ma::rescaled(p, {3, 8, 70000}); }, "65535");
  refuses([&] { ma::rescaled(p, {3, 8}); }, "rescaled(plan, {c, h, w})");
  refuses([&] { ma::rescaled(ma::rescaled(p, {3, 8, 8}), {3, 4, 4}); }, "that of the images");
  std::ostringstream text;
  refuses([&] { ma::write_plan(text, ma::rescaled(p, {3, 8, 8})); }, "rescale what is read back");
  CHECK(text.str().empty());
  std::vector<float> x(2 * 3 * 16 * 16), out(x.size(), 5.0f);
  refuses(
      [&] {
        ma::apply(ma::rescaled(p, {3, 8, 8}), ma::nchw(x.data(), {2, 3, 16, 16}), ma::nchw(out.data(), {2, 3, 16, 16}));
      },
      "(2, 3, 8, 8)");
  CHECK(out[0] == 5.0f);
}

}  // namespace rescaled_test
