#include <doctest/doctest.h>

#include "augment/augment_images.hpp"
#include "reference/statistics.hpp"

namespace warp_test {

namespace au = ma::augment;
using ma::index_t;

namespace {

/// What elastic maps of n images of h x w do: for each pixel the displacement along x and along y, seen from outside,
/// as the images hold their own coordinates.
struct displacements {
  std::vector<double> x, y;
};
displacements seen(au::plan const& p, index_t n, index_t h, index_t w) {
  std::vector<float> in, out(static_cast<std::size_t>(2 * n * h * w));
  for (index_t i = 0; i < n; ++i)
    for (int c = 0; c < 2; ++c)
      for (index_t y = 0; y < h; ++y)
        for (index_t x = 0; x < w; ++x) in.push_back(static_cast<float>(c == 0 ? x : y));
  ma::apply(ma::serial{}, p, ma::nchw(in.data(), {n, 2, h, w}), ma::nchw(out.data(), {n, 2, h, w}));
  displacements d;
  for (index_t i = 0; i < n; ++i)
    for (index_t k = 0; k < h * w; ++k) {
      std::size_t const at = static_cast<std::size_t>(2 * i * h * w + k);
      d.x.push_back(static_cast<double>(out[at] - in[at]));
      d.y.push_back(
          static_cast<double>(out[at + static_cast<std::size_t>(h * w)] - in[at + static_cast<std::size_t>(h * w)]));
    }
  return d;
}

/// Takes a point through the items of a map, a spline by its definition in double.
void pulled(au::detail::warp_list const& list, double& x, double& y) {
  for (int k = list.count - 1; k >= 0; --k) {
    au::detail::warp_item const& item = list.items[k];
    double const* const m = list.doubles + item.first;
    if (item.kind != au::detail::warp_kind::spline) {
      au::detail::warp_run(item.kind, m, nullptr, 1, &x, &y);
      continue;
    }
    auto const rows = static_cast<index_t>(m[1]), columns = static_cast<index_t>(m[2]);
    double const u = std::min(std::max(x / m[4], 0.0), static_cast<double>(columns) - 3.001),
                 v = std::min(std::max(y / m[4], 0.0), static_cast<double>(rows) - 3.001);
    auto const weight = [](double t, int b) {
      double const d = std::fabs(t + 1 - b);  // from node b, where the point lies t behind the second
      return d < 1 ? 2.0 / 3 - d * d + d * d * d / 2 : d < 2 ? (2 - d) * (2 - d) * (2 - d) / 6 : 0.0;
    };
    auto const i = static_cast<index_t>(v), j = static_cast<index_t>(u);
    double moved[2] = {};
    for (int c = 0; c < 2; ++c)
      for (int a = 0; a < 4; ++a)
        for (int b = 0; b < 4; ++b)
          moved[c] += weight(v - static_cast<double>(i), a) * weight(u - static_cast<double>(j), b) *
                      static_cast<double>(list.floats[item.nodes + (c * rows + i + a) * columns + j + b]);
    x += moved[0];
    y += moved[1];
  }
}

}  // namespace

TEST_CASE("perspective and lens are their definitions, alone and among affine maps") {
  auto const x = test::photos(3, 3, 21, 28);
  for (au::interpolation how : {au::interpolation::bilinear, au::interpolation::bicubic})
    for (au::border border : {au::border::constant, au::border::reflect, au::border::edge}) {
      au::perspective const turned{.distortion = 0.5f, .interpolation = how, .border = border};
      au::lens const barrel{.k1 = {-0.2f, 0.5f}, .k2 = {-0.05f, 0.2f}, .interpolation = how, .border = border};
      au::affine const affine{.degrees = {-30, 30}, .scale = {0.8f, 1.3f}, .interpolation = how, .border = border};
      for (au::chain const& c :
           {au::chain{turned}, au::chain{barrel},
            au::chain{au::flip{.horizontal = 0.5f}, affine, turned, affine, au::crop{.size = {18, 20}}, barrel}}) {
        auto const p = test::planned_chain(c, 3, 3, 21, 28);
        chain_reference::reading const r{how, border, 0.0f, 1, 1};
        CAPTURE(static_cast<int>(how));
        CAPTURE(static_cast<int>(border));
        CHECK(test::worst_gap(p, x, test::applied<float>(p, x), r) < 0.05);
        CHECK(test::worst_gap(p, x, test::applied<std::uint8_t>(p, x), r) < 0.55);
      }
    }
  au::chain const near{au::lens{.k1 = {0.3f, 0.3f}, .interpolation = au::interpolation::nearest}};
  auto const p = test::planned_chain(near, 3, 3, 21, 28);
  CHECK(test::worst_gap(p, x, test::applied<std::uint8_t>(p, x), {au::interpolation::nearest}) == 0.0);
}

TEST_CASE("what does not move is a copy") {
  auto const x = test::photos(3, 3, 12, 13);
  au::chain const c{au::perspective{}, au::lens{}, au::elastic{}, au::elastic{.alpha = {9, 9}, .prob = 0}};
  CHECK(test::first_difference(test::applied<std::uint8_t>(test::planned_chain(c, 3, 3, 12, 13), x), x) == -1);
}

TEST_CASE("an elastic map reads the image where its displacement says") {
  index_t const n = 2, h = 40, w = 44;
  au::elastic const soft{.alpha = {2, 2}, .sigma = {4.5f, 4.5f}, .border = au::border::edge};
  auto const x = test::photos(n, 3, h, w);
  auto const p = test::planned_chain(au::chain{soft}, n, 3, h, w);
  auto const q = ma::make_plan(au::chain{soft}, ma::nchw<float>(nullptr, {n, 2, h, w}), p.drawn_with);
  auto const d = seen(q, n, h, w);
  auto const out = test::applied<float>(p, x);
  double worst = 0;
  for (index_t i = 0; i < n; ++i) {
    auto const from = test::picture_of(x, i, 3, h, w), got = test::picture_of(out, i, 3, h, w);
    for (index_t y = 8; y < h - 8; ++y)  // near the border, the coordinates that are seen are cut
      for (index_t z = 8; z < w - 8; ++z) {
        std::size_t const k = static_cast<std::size_t>((i * h + y) * w + z);
        chain_reference::point const at{static_cast<double>(y) + 0.5 + d.y[k], static_cast<double>(z) + 0.5 + d.x[k]};
        for (index_t c = 0; c < 3; ++c)
          worst = std::max(
              worst, std::fabs(got.at(c, y, z) - chain_reference::value_at(from, c, at, au::interpolation::bilinear,
                                                                           au::border::edge, 0.0f)));
      }
  }
  CHECK(worst < 0.02);
}

TEST_CASE("elastic maps, alone and among others, are their spline to 2^-14 pixels, wherever it is read") {
  index_t const n = 2, h = 40, w = 300;  // wider than a tile
  for (float sigma : {1.0f, 3.5f, 8.0f, 40.0f}) {
    au::elastic const soft{.alpha = {2, 2}, .sigma = {sigma, sigma}, .border = au::border::edge};
    au::affine const turned{.degrees = {-9, 9}, .scale = {0.95f, 1.2f}, .border = au::border::edge};
    au::lens const barrel{.k1 = {0.02f, 0.05f}, .border = au::border::edge};
    for (au::chain const& c : {au::chain{soft}, au::chain{turned, soft}, au::chain{barrel, soft},
                               au::chain{soft, turned}, au::chain{turned, barrel, soft}}) {
      auto const p = ma::make_plan(c, ma::nchw<float>(nullptr, {n, 2, h, w}), ma::key{.seed = 4});
      auto const d = seen(p, n, h, w);
      double worst = 0;
      for (index_t i = 0; i < n; ++i)
        for (index_t y = 0; y < h; ++y)
          for (index_t z = 0; z < w; ++z) {
            double a = static_cast<double>(z) + 0.5, b = static_cast<double>(y) + 0.5;
            pulled(au::detail::plan_writer::warps(p, i, 0), a, b);
            if (a < 0.5 || b < 0.5 || a > static_cast<double>(w) - 0.5 || b > static_cast<double>(h) - 0.5) continue;
            std::size_t const k = static_cast<std::size_t>((i * h + y) * w + z);
            worst = std::max({worst, std::fabs(d.x[k] + static_cast<double>(z) + 0.5 - a),
                              std::fabs(d.y[k] + static_cast<double>(y) + 0.5 - b)});
          }
      CAPTURE(sigma);
      CHECK(worst < 0x1p-14);
    }
  }
}

TEST_CASE("elastic fields have the mean square alpha^2 along each axis, and the correlation of a normal kernel") {
  for (float sigma : {1.0f, 2.9f, 5.0f, 8.5f}) {
    CAPTURE(sigma);
    index_t const side = 64, n = reference::draws(160);
    au::chain const c{au::elastic{.alpha = {1.5f, 1.5f}, .sigma = {sigma, sigma}, .border = au::border::edge}};
    auto const p = ma::make_plan(c, ma::nchw<float>(nullptr, {n, 2, side, side}), ma::key{.seed = 6});
    auto const d = seen(p, n, side, side);
    auto const at = [&](std::vector<double> const& v, index_t i, index_t y, index_t x) {
      return v[static_cast<std::size_t>((i * side + y) * side + x)];
    };
    index_t const far = static_cast<index_t>(sigma * 1.5f);
    double square[2] = {}, near[4] = {}, cross = 0, count = 0;
    for (index_t i = 0; i < n; ++i)
      for (index_t y = 8; y + far < side - 8; ++y)
        for (index_t x = 8; x + far < side - 8; ++x) {
          double const a = at(d.x, i, y, x), b = at(d.y, i, y, x);
          square[0] += a * a, square[1] += b * b, cross += a * b, count += 1;
          near[0] += a * at(d.x, i, y, x + far), near[1] += a * at(d.x, i, y + far, x);
          near[2] += b * at(d.y, i, y, x + far), near[3] += b * at(d.y, i, y + far, x);
        }
    // about one independent number in 4 pi sigma^2 pixels
    double const inside = static_cast<double>(side - 16 - far);
    double const numbers =
        static_cast<double>(n) * std::max(1.0, inside * inside / (12.57 * static_cast<double>(sigma * sigma)));
    double const error = 5 * std::sqrt(2 / numbers), variance = 1.5 * 1.5;
    double const distance = static_cast<double>(far) / static_cast<double>(sigma),
                 wanted = std::exp(-distance * distance / 4);
    for (double s : square) CHECK(std::fabs(s / count / variance - 1) < error);
    for (double c_ : near) CHECK(std::fabs(c_ / count / variance - wanted) < error + 0.02);
    CHECK(std::fabs(cross / count / variance) < error);
  }
}

}  // namespace warp_test
