// SPDX-License-Identifier: MIT
#pragma once
// Brings an 8-bit RGB image to a square of side x side pixels.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace example {

// Which of `from` pixels each of `to` pixels reads, and how much: a triangle as wide as two pixels
// of the coarser grid, that is bilinear upwards and a weighted area average downwards.
struct resampling {
  struct tap {
    int first;
    std::vector<double> weights;
  };
  std::vector<tap> taps;

  resampling(int from, int to) {
    double const scale = static_cast<double>(from) / to, reach = std::max(1.0, scale);
    for (int i = 0; i < to; ++i) {
      double const centre = (i + 0.5) * scale - 0.5;
      int const first = std::max(0, static_cast<int>(std::ceil(centre - reach)));
      int const last = std::min(from - 1, static_cast<int>(std::floor(centre + reach)));
      tap t{first, {}};
      double sum = 0;
      for (int k = first; k <= last; ++k)
        sum += t.weights.emplace_back(std::max(0.0, 1 - std::abs(k - centre) / reach));
      for (double& w : t.weights) w /= sum;
      taps.push_back(std::move(t));
    }
  }
};

// Cuts the largest centred square out of a height x width image and resamples it, columns first.
inline void resize_to_square(std::uint8_t const* pixels, int height, int width, std::uint8_t* out, int side) {
  int const cut = std::min(height, width), top = (height - cut) / 2, left = (width - cut) / 2;
  resampling const table(cut, side);
  std::vector<double> narrow(static_cast<std::size_t>(cut) * static_cast<std::size_t>(side) * 3);
  for (int y = 0, at = 0; y < cut; ++y)
    for (auto const& [first, weights] : table.taps) {
      std::uint8_t const* p = pixels + (static_cast<std::ptrdiff_t>(top + y) * width + left + first) * 3;
      double* sum = &narrow[static_cast<std::size_t>(at)];
      for (double const w : weights)
        for (int k = 0; k < 3; ++k) sum[k] += w * *p++;
      at += 3;
    }
  auto const row = static_cast<std::size_t>(side) * 3;
  for (auto const& [first, weights] : table.taps)
    for (std::size_t x = 0; x < row; ++x) {
      double sum = 0;
      double const* p = &narrow[static_cast<std::size_t>(first) * row + x];
      for (double const w : weights) sum += w * *p, p += row;
      *out++ = static_cast<std::uint8_t>(std::clamp(sum + 0.5, 0.0, 255.0));
    }
}

}  // namespace example
