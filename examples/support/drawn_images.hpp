// SPDX-License-Identifier: MIT
#pragma once
// Images that the examples draw themselves: one labelled object on a textured background, its mask
// kept. Every pixel follows from the seed and the image's number, so any machine draws the same set
// up to rounding.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include "image_set.hpp"
#include "shapes.hpp"
#include "textures.hpp"

namespace example {

// One picture in units of its side; the members are drawn in the order they stand in.
class scene {
 public:
  scene(shape kind, std::uint64_t seed) : draw_{seed}, object_{kind}, seed_(seed) {}

  // How far inside the object's edge a point lies (negative outside).
  double depth(double x, double y) const {
    double const dx = (x - cx_) / radius_, dy = (y - cy_) / radius_;
    double const co = std::cos(turn_), si = std::sin(turn_);
    return -radius_ * object_.distance({dx * co + dy * si, dy * co - dx * si});
  }

  colour ground(double x, double y) const {
    colour const bare = blended(ground_a_, ground_b_, std::clamp(texture_(x, y), 0.0, 1.0));
    double const shadow = 0.5 + 3 * depth(x - 0.02, y - 0.03) / radius_;
    return blended(bare, black, 0.5 * std::clamp(shadow, 0.0, 1.0));
  }

  // The object's surface: lit from the upper left, darker at its rim, slightly stained.
  colour object(double x, double y) const {
    double const light = std::clamp(0.5 - (x - cx_ + y - cy_) / (2.4 * radius_), 0.0, 1.0);
    double const rim = std::clamp(1 - 30 * depth(x, y), 0.0, 1.0);
    colour const lit = blended(blended(body_, black, 0.3), blended(body_, white, 0.2), light);
    return blended(lit, black, 0.25 * rim + 0.12 * noise(x * 12, y * 12, seed_ * 57));
  }

 private:
  static constexpr colour black{0, 0, 0}, white{1, 1, 1};
  number_stream draw_;
  outline object_;
  std::uint64_t seed_;
  double radius_ = draw_(0.22, 0.34);
  double turn_ = draw_(-1, 1) * object_.turn();
  double cx_ = draw_(radius_ + 0.04, 0.96 - radius_);
  double cy_ = draw_(radius_ + 0.04, 0.96 - radius_);
  double hue_ = draw_();
  double ground_hue_ = hue_ + draw_(0.33, 0.67);
  bool dark_ = draw_() < 0.6;  // dark ground and a bright object, or the reverse
  double vivid_ = draw_(0.75, 0.95);
  colour body_ = standing_out(from_hsv(hue_, vivid_, dark_ ? 1.0 : 0.75), dark_);
  double pale_ = draw_(0.2, 0.45);
  colour ground_a_ = from_hsv(ground_hue_, pale_, dark_ ? 0.25 : 0.78);
  colour ground_b_ = from_hsv(ground_hue_ + draw_(-0.08, 0.08), pale_, dark_ ? 0.5 : 0.96);
  texture texture_{draw_.below(6), draw_(0, std::numbers::pi), draw_(5, 9), seed_ * 31};
};

inline void draw_image(std::uint8_t* pixels, std::uint8_t* mask, std::int64_t side, scene const& s) {
  auto const size = static_cast<double>(side);
  for (std::int64_t row = 0; row < side; ++row)
    for (std::int64_t column = 0; column < side; ++column) {
      double const x = (static_cast<double>(column) + 0.5) / size;
      double const y = (static_cast<double>(row) + 0.5) / size;
      double const cover = std::clamp(0.5 + s.depth(x, y) * size, 0.0, 1.0);
      for (double const value : blended(s.ground(x, y), s.object(x, y), cover))
        *pixels++ = static_cast<std::uint8_t>(std::clamp(value, 0.0, 1.0) * 255 + 0.5);
      *mask++ = cover >= 0.5;
    }
}

// n images of side x side pixels; the classes come in turn, everything else is drawn.
inline image_set draw_images(std::int64_t n, std::int64_t side, std::uint64_t seed) {
  image_set out;
  out.n = n;
  out.h = out.w = side;
  out.class_names.assign(shape_names.begin(), shape_names.end());
  out.pixels.resize(static_cast<std::size_t>(n) * out.image_size());
  out.masks.resize(static_cast<std::size_t>(n * side * side));
  for (std::int64_t i = 0; i < n; ++i) {
    auto const label = static_cast<std::size_t>(i) % shape_names.size();
    out.labels.push_back(static_cast<std::int64_t>(label));
    draw_image(out.pixels.data() + static_cast<std::size_t>(i) * out.image_size(), out.masks.data() + i * side * side,
               side, scene{static_cast<shape>(label), seed * 1000003 + static_cast<std::uint64_t>(i) * 7919});
  }
  return out;
}

}  // namespace example
