#include <doctest/doctest.h>

#include <algorithm>
#include <mixaug/mixaug.hpp>
#include <vector>

#include "reference/statistics.hpp"

namespace minmax_test {

namespace ma = mixaug;
using ma::index_t;

TEST_CASE(
    "minmax: sides are uniform on [trunc(low S), trunc(high S)], each axis for itself, and every border is reached") {
  int const n = 20000;
  auto const p =
      ma::make_plan(ma::cutmix{.minmax = {0.25f, 0.6f}}, ma::nchw<float>(nullptr, {n, 3, 21, 40}), ma::key{.seed = 5});
  std::vector<double> high(8), wide(15), joint(8 * 15);  // trunc(5.25) to trunc(12.6); 10 to trunc(24.0...)
  index_t left = 99, right = 0, top = 99, bottom = 0;
  for (int i = 0; i < n; ++i) {
    ma::box const b = p.region.box(i);
    auto const h = static_cast<std::size_t>(b.y1 - b.y0 - 5), w = static_cast<std::size_t>(b.x1 - b.x0 - 10);
    REQUIRE((h < 8 && w < 15 && b.y0 >= 0 && b.x0 >= 0 && b.y1 <= 21 && b.x1 <= 40));
    high[h] += 1, wide[w] += 1, joint[h * 15 + w] += 1;
    left = std::min<index_t>(left, b.x0), right = std::max<index_t>(right, b.x1);
    top = std::min<index_t>(top, b.y0), bottom = std::max<index_t>(bottom, b.y1);
    REQUIRE(p.share_self[i] == static_cast<float>(1.0 - static_cast<double>(b.volume()) / 840.0));
  }
  CHECK(reference::uniform_p(high) > reference::level(3));
  CHECK(reference::uniform_p(wide) > reference::level(3));
  CHECK(reference::uniform_p(joint) > reference::level(3));
  CHECK((left == 0 && right == 40 && top == 0 && bottom == 21));
}

TEST_CASE("minmax: a side, its place, and those of the other axis and of the next box do not depend on each other") {
  int const n = reference::draws(160000);
  // Sides 2, 3, 4 of 6 have 5, 4, 3 places: 12 pairs an axis, three axes in pairs, two boxes.
  auto const p = ma::make_plan(ma::cutmix{.minmax = {0.34f, 0.67f}, .boxes = 2},
                               ma::volumes<float>(nullptr, {n, 1, 6, 6, 6}), ma::key{.seed = 31});
  int const before[] = {0, 5, 9};
  std::vector<double> pair_law;
  for (int places : {5, 4, 3})
    for (int k = 0; k < places; ++k) pair_law.push_back(1.0 / (3 * places));
  std::vector<std::vector<std::size_t>> seen;  // of each row: its pair on every axis of both boxes
  for (int i = 0; i < n; ++i) {
    seen.emplace_back();
    for (int j = 0; j < 2; ++j) {
      ma::box const b = p.region.box(i, j);
      for (auto const& axis : {std::pair{b.z0, b.z1}, {b.y0, b.y1}, {b.x0, b.x1}}) {
        int const side = axis.second - axis.first;
        REQUIRE((side >= 2 && side <= 4 && axis.first >= 0 && axis.second <= 6));
        seen.back().push_back(static_cast<std::size_t>(before[side - 2] + axis.first));
      }
    }
  }
  for (std::size_t a = 0; a < 6; ++a)
    for (std::size_t b = a + 1; b < 6; ++b) {
      std::vector<double> observed(144), expected(144);
      for (auto const& row : seen) observed[row[a] * 12 + row[b]] += 1;
      for (std::size_t k = 0; k < 144; ++k) expected[k] = n * pair_law[k / 12] * pair_law[k % 12];
      CAPTURE(a);
      CAPTURE(b);
      CHECK(reference::chi_square_p(observed, expected) > reference::level(15));
    }
}

TEST_CASE("minmax: one size, the whole image, nothing, signals and volumes") {
  auto const image = ma::nchw<float>(nullptr, {50, 1, 10, 16});
  auto sides = [&](ma::side_range r, int i) {
    ma::box const b = ma::make_plan(ma::cutmix{.minmax = r}, image, ma::key{}).region.box(i);
    return std::pair{b.y1 - b.y0, b.x1 - b.x0};
  };
  for (int i = 0; i < 50; ++i) {
    REQUIRE(sides({0.5f, 0.5f}, i) == std::pair{5, 8});
    REQUIRE(sides({1.0f, 1.0f}, i) == std::pair{10, 16});
  }
  auto const s =
      ma::make_plan(ma::cutmix{.minmax = {0.1f, 0.9f}}, ma::signals<float>(nullptr, {500, 2, 30}), ma::key{.seed = 1});
  auto const v = ma::make_plan(ma::cutmix{.minmax = {0.1f, 0.9f}}, ma::volumes<float>(nullptr, {500, 1, 10, 20, 30}),
                               ma::key{.seed = 1});
  int short_one = 99, long_one = 0, deep = 0;
  for (int i = 0; i < 500; ++i) {
    ma::box const a = s.region.box(i), b = v.region.box(i);
    REQUIRE((a.y0 == 0 && a.y1 == 1 && a.z1 == 1 && a.x1 <= 30));
    short_one = std::min(short_one, a.x1 - a.x0), long_one = std::max(long_one, a.x1 - a.x0);
    REQUIRE((b.z1 - b.z0 >= 1 && b.z1 - b.z0 <= 9 && b.z1 <= 10 && b.y1 <= 20 && b.x1 - b.x0 <= 27));
    deep = std::max(deep, b.z1 - b.z0);
  }
  CHECK((short_one == 3 && long_one == 27 && deep == 9));  // trunc(0.1f * 30), trunc(0.9f * 30)
}

TEST_CASE("cutout: holes of the published arithmetic; too long ones cover what clipping leaves") {
  auto const image = ma::nchw<float>(nullptr, {2000, 3, 12, 20});
  auto const p = ma::make_plan(ma::cutout{.n_holes = 2, .length = 7}, image, ma::key{.seed = 9});
  std::vector<double> begins(20);
  for (int i = 0; i < 2000; ++i)
    for (int j = 0; j < 2; ++j) {
      ma::box const b = p.region.box(i, j);
      REQUIRE((b.y1 - b.y0 <= 6 && b.x1 - b.x0 <= 6));  // L // 2 on both sides
      REQUIRE((b.y0 >= 0 && b.y1 <= 12 && b.x0 >= 0 && b.x1 <= 20));
      if (b.x0 > 0 && b.x1 < 20) REQUIRE(b.x1 - b.x0 == 6);
      begins[static_cast<std::size_t>(b.x0)] += 1;
    }
  std::vector<double> expected(20);
  for (int c = 0; c < 20; ++c) expected[static_cast<std::size_t>(std::max(c - 3, 0))] += 4000.0 / 20;
  CHECK(reference::chi_square_p(begins, expected) > reference::level(1));
  auto const huge = ma::make_plan(ma::cutout{.length = 1000}, image, ma::key{});
  auto const whole = ma::make_plan(ma::cutout{.length = 1000, .placement = ma::placement::inside}, image, ma::key{});
  auto const moved = ma::make_plan(ma::cutout{.length = 1000, .placement = ma::placement::shifted}, image, ma::key{});
  auto const between = ma::make_plan(ma::cutout{.length = 15, .placement = ma::placement::shifted}, image, ma::key{});
  for (int i = 0; i < 20; ++i) {
    REQUIRE(huge.region.box(i) == ma::box{0, 1, 0, 12, 0, 20});
    REQUIRE(whole.region.box(i) == ma::box{0, 1, 0, 12, 0, 20});
    REQUIRE(moved.region.box(i) == ma::box{0, 1, 0, 12, 0, 20});
    ma::box const b = between.region.box(i);  // longer than the image is high, not than it is wide
    REQUIRE((b.y0 == 0 && b.y1 == 12 && b.x0 >= 0 && b.x1 <= 20 && b.x1 - b.x0 == 15));
    REQUIRE((p.share_self[i] == 1.0f && p.share_partner[i] == 0.0f && p.partner[i] == -1));
  }
  // 1 // 2 = 0: the published code erases nothing
  CHECK_THROWS_WITH_AS(
      ma::make_plan(ma::cutout{.length = 1}, image, ma::key{}),
      doctest::Contains(
          "would leave the batch as it is: along the axis of 12 pixels of (12, 20) its boxes are at most 1 long"),
      ma::invalid_argument);
  CHECK_THROWS_WITH_AS(ma::make_plan(ma::cutmix{.minmax = {0.0f, 0.05f}}, image, ma::key{}),
                       doctest::Contains("are at most 0 long, and hold no pixel; raise minmax.high"),
                       ma::invalid_argument);
}

}  // namespace minmax_test
