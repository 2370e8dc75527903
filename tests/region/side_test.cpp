#include <doctest/doctest.h>

#include <cmath>
#include <mixaug/mixaug.hpp>

#include "reference/box_law.hpp"

namespace side_test {

namespace ma = mixaug;
using ma::index_t;

namespace {
/// The sides of the box that a plan gives one image of the given extents; inside, so that nothing is clipped.
ma::box box_of(float lambda, index_t boxes, ma::plan_shape const& s) {
  static float nothing = 0;
  auto const method = with(ma::cutmix{.placement = ma::placement::inside, .boxes = boxes}, ma::ratio::constant{lambda});
  index_t const* e = s.size;
  if (s.spatial == 1) return ma::make_plan(method, ma::signals(&nothing, {1, 1, e[2]}), ma::key{}).region.box(0);
  if (s.spatial == 2)
    return ma::make_plan(method, ma::nchw(&nothing, {index_t{1}, index_t{1}, e[1], e[2]}), ma::key{}).region.box(0);
  return ma::make_plan(method, ma::volumes(&nothing, {index_t{1}, index_t{1}, e[0], e[1], e[2]}), ma::key{})
      .region.box(0);
}
}  // namespace

TEST_CASE("the side is the largest s with s^d <= (1 - lambda) S^d, for signals, images and volumes") {
  for (int d = 1; d <= 3; ++d)
    for (index_t size : {1, 2, 7, 24, 32, 60, 224})
      for (index_t parts = 0; parts <= 1 << 20; parts += parts < 64 || parts > (1 << 20) - 64 ? 1 : 4099) {
        double const lambda = std::ldexp(static_cast<double>(parts), -20);
        CAPTURE(d);
        CAPTURE(size);
        CAPTURE(parts);
        REQUIRE(ma::detail::box_side(size, 1.0 - lambda, d) == reference::side(size, parts, d));
      }
}

TEST_CASE("exact roots are not lost: lambda at which s^d = (1 - lambda) S^d, and its neighbours") {
  for (int d = 1; d <= 3; ++d)
    for (index_t size : {8, 16, 24, 64, 96})
      for (index_t eighths = 1; eighths <= 8; ++eighths) {
        index_t area = 1 << 20;  // (eighths / 8)^d in parts of 2^20, exactly
        for (int k = 0; k < d; ++k) area = area * eighths / 8;
        for (index_t parts : {(1 << 20) - area - 1, (1 << 20) - area, (1 << 20) - area + 1}) {
          if (parts < 0 || parts > 1 << 20) continue;
          CAPTURE(parts);
          REQUIRE(ma::detail::box_side(size, 1.0 - std::ldexp(static_cast<double>(parts), -20), d) ==
                  reference::side(size, parts, d));
        }
        CHECK(reference::side(size, (1 << 20) - area, d) == size * eighths / 8);
      }
}

TEST_CASE("in two dimensions the side is the published int(S * sqrt(1 - lambda))") {
  for (int size = 1; size <= 256; ++size)
    for (int k = 0; k <= 1000; ++k) {
      double const area = 1.0 - static_cast<double>(static_cast<float>(k) / 1000.0f);
      REQUIRE(ma::detail::box_side(size, area, 2) == static_cast<index_t>(size * std::sqrt(area)));
    }
}

TEST_CASE("each axis of an image has its own side; several boxes share the area") {
  for (index_t boxes : {1, 2, 3, 4})
    for (index_t parts : {0, 1, 1 << 18, 1 << 19, 3 << 18, 700000, 1 << 20}) {
      float const lambda = std::ldexp(static_cast<float>(parts), -20);
      for (auto const& s :
           {ma::plan_shape{.spatial = 1, .size = {1, 1, 37}}, ma::plan_shape{.spatial = 2, .size = {1, 31, 50}},
            ma::plan_shape{.spatial = 3, .size = {9, 20, 33}}, ma::plan_shape{.spatial = 2, .size = {1, 1, 37}},
            ma::plan_shape{.spatial = 2, .size = {1, 40, 1}}, ma::plan_shape{.spatial = 3, .size = {1, 20, 33}},
            ma::plan_shape{.spatial = 3, .size = {9, 1, 33}}, ma::plan_shape{.spatial = 3, .size = {1, 1, 33}},
            ma::plan_shape{.spatial = 3, .size = {9, 1, 1}}}) {
        ma::box const b = box_of(lambda, boxes, s);
        std::int32_t const got[] = {b.z1 - b.z0, b.y1 - b.y0, b.x1 - b.x0};
        bool some = true;
        int const d = reference::exponent({s.size[0], s.size[1], s.size[2]});
        auto const side = [&](int axis) {
          return s.size[axis] == 1 ? 1 : reference::side(s.size[axis], parts, d, boxes);
        };
        for (int axis = 3 - s.spatial; axis < 3; ++axis) some = some && side(axis) > 0;
        CAPTURE(parts);
        CAPTURE(boxes);
        CAPTURE(s.spatial);
        CHECK(b.empty() != some);
        for (int axis = 3 - s.spatial; axis < 3 && some; ++axis) CHECK(got[axis] == side(axis));
        for (int axis = 0; axis < 3 - s.spatial && some; ++axis) CHECK(got[axis] == 1);
      }
    }
}

}  // namespace side_test
