// SPDX-License-Identifier: MIT
#pragma once
// Outlines of the drawn objects as signed distances (negative inside) in units of the object's
// radius.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <string_view>
#include <vector>

namespace example {

struct point {
  double x = 0, y = 0;
};

// A closed polygon: distance to the nearest edge, signed by the even-odd rule.
inline double polygon_distance(std::vector<point> const& corners, point p) {
  double nearest = std::numeric_limits<double>::infinity();
  bool inside = false;
  for (std::size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++) {
    point const a = corners[j], b = corners[i];
    double const ex = b.x - a.x, ey = b.y - a.y, wx = p.x - a.x, wy = p.y - a.y;
    double const t = std::clamp((wx * ex + wy * ey) / (ex * ex + ey * ey), 0.0, 1.0);
    double const dx = wx - t * ex, dy = wy - t * ey;
    nearest = std::min(nearest, dx * dx + dy * dy);
    if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) * ex / ey) inside = !inside;
  }
  return inside ? -std::sqrt(nearest) : std::sqrt(nearest);
}

// Corners on a circle, the first one on top; every second one pulled in to `inner`.
inline std::vector<point> radial_polygon(int corners, double inner) {
  std::vector<point> out;
  for (int i = 0; i < corners; ++i) {
    double const angle = 2 * std::numbers::pi * i / corners, r = i % 2 == 0 ? 1.0 : inner;
    out.push_back({r * std::sin(angle), -r * std::cos(angle)});
  }
  return out;
}

inline std::vector<point> heart_polygon() {
  std::vector<point> out;
  for (int i = 0; i < 64; ++i) {
    double const t = 2 * std::numbers::pi * (i + 0.5) / 64, s = std::sin(t);
    double const y = 13 * std::cos(t) - 5 * std::cos(2 * t) - 2 * std::cos(3 * t) - std::cos(4 * t);
    out.push_back({s * s * s, -(y + 2.5) / 16});
  }
  return out;
}

enum class shape { disc, square, triangle, star, ring, heart, cross, moon };
inline constexpr std::array<std::string_view, 8> shape_names{"disc", "square", "triangle", "star",
                                                             "ring", "heart",  "cross",    "moon"};

// The outline of one kind of object. turn: how far, in radians, it may lean and still look like
// itself.
class outline {
 public:
  explicit outline(shape kind) : kind_(kind) {
    constexpr double arm = 0.33, end = 0.92;
    switch (kind) {
      case shape::square:
        corners_ = {{-0.8, -0.8}, {0.8, -0.8}, {0.8, 0.8}, {-0.8, 0.8}};
        break;
      case shape::triangle:
        corners_ = radial_polygon(3, 1);
        corners_[1] = {0.87, 0.5};
        corners_[2] = {-0.87, 0.5};
        break;
      case shape::star:
        corners_ = radial_polygon(10, 0.45);
        break;
      case shape::heart:
        corners_ = heart_polygon();
        break;
      case shape::cross:
        corners_ = {{-arm, -end}, {arm, -end}, {arm, -arm}, {end, -arm}, {end, arm},   {arm, arm},
                    {arm, end},   {-arm, end}, {-arm, arm}, {-end, arm}, {-end, -arm}, {-arm, -arm}};
        break;
      case shape::disc:
      case shape::ring:
      case shape::moon:
        break;
    }
  }

  double distance(point p) const {
    double const r = std::hypot(p.x, p.y);
    switch (kind_) {
      case shape::disc:
        return r - 0.92;
      case shape::ring:
        return std::abs(r - 0.72) - 0.24;
      case shape::moon:
        return std::max(r - 0.95, 0.78 - std::hypot(p.x - 0.5, p.y + 0.2));
      default:
        return polygon_distance(corners_, p) - rounding;
    }
  }

  double turn() const { return kind_ == shape::square ? 0.6 : 0.35; }

 private:
  static constexpr double rounding = 0.03;
  shape kind_;
  std::vector<point> corners_;
};

}  // namespace example
