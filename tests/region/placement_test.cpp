#include <doctest/doctest.h>

#include <mixaug/mixaug.hpp>
#include <vector>

#include "reference/box_law.hpp"
#include "reference/statistics.hpp"

namespace placement_test {

namespace ma = mixaug;
using ma::index_t;
using reference::where;

namespace {
constexpr ma::placement placements[] = {ma::placement::clipped, ma::placement::inside, ma::placement::shifted,
                                        ma::placement::uniform_pixels, ma::placement::clipped_odd};
constexpr where laws[] = {where::clipped, where::inside, where::shifted, where::uniform_pixels, where::clipped_odd};

auto images(index_t n, index_t h, index_t w) { return ma::nchw<float>(nullptr, {n, index_t{1}, h, w}); }

/// P-value of the joint law of both axes; -1 when a box was drawn that cannot be.
double joint_p(ma::plan<ma::kind::boxes, ma::blend::mix> const& p, reference::law const& y, reference::law const& x) {
  std::map<std::pair<reference::interval, reference::interval>, double> expected, seen;
  double const n = static_cast<double>(p.rows());
  for (auto const& a : y)
    for (auto const& b : x) {
      bool const empty = a.first.second == 0 || b.first.second == 0;  // an empty side empties the box
      expected[empty ? std::pair{reference::interval{0, 0}, reference::interval{0, 0}} : std::pair{a.first, b.first}] +=
          n * a.second * b.second;
    }
  for (index_t i = 0; i < p.rows(); ++i) {
    ma::box const b = p.region.box(i);
    seen[{{b.y0, b.y1}, {b.x0, b.x1}}] += 1;
  }
  std::vector<double> o, e;
  for (auto const& [box, count] : expected) e.push_back(count), o.push_back(seen[box]);
  return seen.size() > expected.size() ? -1 : reference::chi_square_p(o, e);
}
}  // namespace

TEST_CASE("every placement follows its law on both axes, independently, for a grid of lambda and sizes") {
  std::uint64_t seed = 0;
  for (int k = 0; k < 5; ++k)
    for (index_t h : {1, 5, 8})
      for (index_t w : {6, 9})
        for (index_t parts : {0, 1 << 17, 1 << 18, 1 << 19, 3 << 18, 1015808, 1 << 20}) {
          float const lambda = static_cast<float>(parts) / 1048576.0f;
          auto const method =
              with(ma::cutmix{.placement = placements[k]}, ma::ratio::constant{lambda}, ma::pairing::roll{});
          auto const p = ma::make_plan(method, images(4000, h, w), ma::key{.seed = ++seed});
          CAPTURE(k);
          CAPTURE(h);
          CAPTURE(w);
          CAPTURE(parts);
          int const d = reference::exponent({h, w});
          CHECK(joint_p(p, reference::intervals(laws[k], h, reference::side(h, parts, d)),
                        reference::intervals(laws[k], w, reference::side(w, parts, d))) > reference::level(210));
        }
}

TEST_CASE("clipped, and clipped_odd, are the published arithmetic for every lambda and centre") {
  for (index_t size : {1, 2, 9, 32})
    for (index_t cut = 0; cut <= size; ++cut)
      for (std::uint64_t row = 0; row < 200; ++row) {
        ma::random const draw({.seed = 4}, row, ma::purpose::region);
        index_t const centre = draw.below(size, 2);
        auto const got = ma::detail::place_interval(ma::placement::clipped, size, cut, draw, 2);
        auto const expected = reference::published(size, cut, centre);
        bool const empty = expected.first >= expected.second;
        REQUIRE(got.begin == (empty ? 0 : expected.first));
        REQUIRE(got.end == (empty ? 0 : expected.second));
        auto const odd = ma::detail::place_interval(ma::placement::clipped_odd, size, cut, draw, 2);
        auto const timm = reference::published_odd(size, cut, centre);
        REQUIRE(odd.begin == (cut == 0 ? 0 : timm.first));
        REQUIRE(odd.end == (cut == 0 ? 0 : timm.second));
      }
}

TEST_CASE("uniform_pixels covers every pixel equally often, whatever lambda and the number of boxes") {
  for (index_t boxes : {1, 3}) {
    int const h = 6, w = 9, n = 60000;
    auto const p = ma::make_plan(ma::cutmix{.placement = ma::placement::uniform_pixels, .boxes = boxes},
                                 images(n, h, w), ma::key{.seed = 8});
    std::vector<double> covered(static_cast<std::size_t>(h * w));
    for (int i = 0; i < n; ++i)
      for (int y = 0; y < h; ++y)
        for (int x = 0; x < w; ++x) {
          bool in = false;
          for (index_t j = 0; j < boxes; ++j)
            in = in || (p.region.box(i, j).has_row(0, y) && x >= p.region.box(i, j).x0 && x < p.region.box(i, j).x1);
          covered[static_cast<std::size_t>(y * w + x)] += in ? 1 : 0;
        }
    double mean = 0;
    for (double c : covered) mean += c / (h * w);
    for (double c : covered)  // a chi-square for each pixel: covered or not
      CHECK(reference::chi_square_p({c, n - c}, {mean, n - mean}) > reference::level(2 * h * w));
  }
  // clipped boxes cover the middle more often: the same count would show it
  auto const p = ma::make_plan(ma::cutmix{}, images(60000, 6, 9), ma::key{.seed = 8});
  double corner = 0, middle = 0;
  for (int i = 0; i < 60000; ++i) {
    ma::box const b = p.region.box(i);
    corner += b.has_row(0, 0) && b.x0 == 0 && b.x1 > 0 ? 1 : 0;
    middle += b.has_row(0, 3) && b.x0 <= 4 && b.x1 > 4 ? 1 : 0;
  }
  CHECK(middle > 1.5 * corner);
}

TEST_CASE("shifted and inside keep the whole cut, also an odd one; clipped loses a pixel of an odd one") {
  auto const image = images(500, 32, 32);
  auto const wide =
      with(ma::cutmix{.placement = ma::placement::shifted}, ma::ratio::constant{1 - 49.0f / 1024});  // side 7
  auto const p = ma::make_plan(wide, image, ma::key{.seed = 1});
  auto const q = ma::make_plan(with(ma::cutmix{}, ma::ratio::constant{1 - 49.0f / 1024}), image, ma::key{.seed = 1});
  index_t most = 0;
  for (int i = 0; i < 500; ++i) {
    REQUIRE(p.region.box(i).volume() == 49);
    most = std::max(most, q.region.box(i).volume());
  }
  CHECK(most == 36);
}

}  // namespace placement_test
