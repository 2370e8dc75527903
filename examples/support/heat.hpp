// SPDX-License-Identifier: MIT
#pragma once
// Score maps as colours: a ramp that gets lighter all the way from 0 to 1, over the picture in
// grey.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/canvas.hpp"

namespace example {

// Night blue, violet, crimson, orange, pale yellow.
inline rgb heat(double score) {
  constexpr std::array<std::array<double, 3>, 5> ramp{
      {{10, 8, 40}, {92, 22, 128}, {206, 52, 82}, {250, 146, 40}, {255, 248, 180}}};
  double const at = std::pow(std::clamp(score, 0.0, 1.0), 0.7) * (ramp.size() - 1);
  auto const below = std::min(static_cast<std::size_t>(at), ramp.size() - 2);
  rgb out{};
  for (std::size_t k = 0; k < 3; ++k)
    out[k] = static_cast<std::uint8_t>(
        std::lround(std::lerp(ramp[below][k], ramp[below + 1][k], at - static_cast<double>(below))));
  return out;
}

// The map over the image: three quarters colour, one quarter grey. The brightest is the maximum.
inline std::vector<std::uint8_t> heat_overlay(std::uint8_t const* image, float const* map, std::int64_t pixels) {
  std::vector<std::uint8_t> out(3 * static_cast<std::size_t>(pixels));
  float const most = std::max(*std::max_element(map, map + pixels), 1e-9f);
  for (std::size_t i = 0; 3 * i < out.size(); ++i) {
    rgb const warm = heat(static_cast<double>(map[i] / most));
    double const grey = 0.299 * image[3 * i] + 0.587 * image[3 * i + 1] + 0.114 * image[3 * i + 2];
    for (std::size_t k = 0; k < 3; ++k)
      out[3 * i + k] = static_cast<std::uint8_t>(std::lround(0.75 * warm[k] + 0.25 * grey));
  }
  return out;
}

}  // namespace example
