#include <doctest/doctest.h>

#include <cmath>
#include <mixaug/core/box.hpp>
#include <vector>

#include "support/values.hpp"

namespace box_test {

namespace ma = mixaug;
using ma::index_t;

namespace {
std::int32_t edge(test::stream& s, int n) { return static_cast<std::int32_t>(s.below(n + 1)); }

index_t brute_force(std::vector<ma::box> const& boxes, int n) {
  index_t pixels = 0;
  for (int z = 0; z < n; ++z)
    for (int y = 0; y < n; ++y)
      for (int x = 0; x < n; ++x) {
        bool covered = false;
        for (ma::box const& b : boxes)
          covered = covered || (z >= b.z0 && z < b.z1 && y >= b.y0 && y < b.y1 && x >= b.x0 && x < b.x1);
        pixels += covered ? 1 : 0;
      }
  return pixels;
}
}  // namespace

TEST_CASE("a box knows its volume and its rows") {
  ma::box const b{0, 1, 2, 5, 3, 7};
  CHECK(b.volume() == 12);
  CHECK_FALSE(b.empty());
  CHECK(b.has_row(0, 2));
  CHECK(b.has_row(0, 4));
  CHECK_FALSE(b.has_row(0, 5));
  CHECK_FALSE(b.has_row(1, 3));
  CHECK(ma::box{0, 1, 3, 3, 0, 9}.empty());
  CHECK(ma::box{0, 1, 5, 2, 5, 2}.volume() == 0);  // two reversed sides do not make an area
  CHECK(ma::no_box.volume() == 0);
  CHECK(ma::box{0, 1 << 20, 0, 1 << 20, 0, 1 << 20}.volume() == index_t{1} << 60);
}

TEST_CASE("the union of boxes counts each pixel once") {
  test::stream s(1);
  for (int trial = 0; trial < 3000; ++trial) {
    int const n = 7;
    std::vector<ma::box> boxes;
    for (index_t j = 0, count = 1 + s.below(6); j < count; ++j) {
      ma::box b{edge(s, n), edge(s, n), edge(s, n), edge(s, n), edge(s, n), edge(s, n)};
      if (trial % 2 == 0) b.z0 = 0, b.z1 = 1;  // images
      boxes.push_back(b);
    }
    CAPTURE(trial);
    REQUIRE(ma::detail::union_volume(boxes.data(), static_cast<index_t>(boxes.size())) == brute_force(boxes, n));
  }
}

TEST_CASE("corners at another size are rounded half to even") {
  for (index_t from = 1; from <= 40; ++from)
    for (index_t to = 1; to <= 90; to += from % 3 + 1)
      for (index_t b = 0; b <= from; ++b) {
        // numpy.rint(b * to / from): the exact half is a double, so nearbyint decides ties as numpy does
        long double const exact = static_cast<long double>(b * to) / static_cast<long double>(from);
        CAPTURE(b);
        CAPTURE(to);
        CAPTURE(from);
        REQUIRE(ma::detail::rescale_corner(b, to, from) == static_cast<std::int32_t>(std::nearbyint(exact)));
      }
  CHECK(ma::detail::rescale_corner(1, 1, 2) == 0);
  CHECK(ma::detail::rescale_corner(3, 1, 2) == 2);
  CHECK(ma::detail::rescale_corner(2147483647, 2147483647, 2147483647) == 2147483647);
}

}  // namespace box_test
