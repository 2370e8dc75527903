// SPDX-License-Identifier: MIT
#pragma once
// What became of fine-grained saliency in the published SaliencyMix, for comparison only: the code
// hands the normalised float image to a detector whose last step reads pixels as bytes. Gray, blur
// and sums are floats; but the pixel of column x is byte x of the row's floats, so that pieces of
// the floats of the left quarter stand where the picture should be.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace example {

using float_plane = std::vector<float>;

// [1 2 1] / 4 along rows and along columns, the edge pixel not repeated.
inline float_plane blurred(float_plane const& in, std::int64_t h, std::int64_t w) {
  auto const inside = [](std::int64_t i, std::int64_t n) { return n == 1 ? 0 : i < 0 ? 1 : i == n ? n - 2 : i; };
  float_plane rows(in.size()), out(in.size());
  auto const pass = [&](float_plane const& from, float_plane& to, bool along_rows) {
    for (std::int64_t y = 0; y < h; ++y)
      for (std::int64_t x = 0; x < w; ++x) {
        auto const at = [&](std::int64_t step) {
          std::int64_t const row = along_rows ? y : inside(y + step, h);
          return from[static_cast<std::size_t>(row * w + (along_rows ? inside(x + step, w) : x))];
        };
        to[static_cast<std::size_t>(y * w + x)] = 0.5f * at(0) + 0.25f * (at(-1) + at(1));
      }
  };
  pass(in, rows, true), pass(rows, out, false);
  return out;
}

// The map of one image of h x w x 3 bytes, normalised as for CIFAR-10.
inline float_plane byte_reading_map(std::uint8_t const* image, std::int64_t h, std::int64_t w) {
  constexpr std::array mean{0.4914f, 0.4822f, 0.4465f}, deviation{0.2023f, 0.1994f, 0.2010f},
      weight{0.114f, 0.587f, 0.299f};  // the weights of B, G, R meet R, G, B
  auto const pixels = static_cast<std::size_t>(h * w);
  float_plane gray(pixels);
  for (std::size_t i = 0; i < 3 * pixels; ++i)
    gray[i / 3] += weight[i % 3] * (static_cast<float>(image[i]) / 255 - mean[i % 3]) / deviation[i % 3];
  gray = blurred(blurred(gray, h, w), h, w);

  auto const up = static_cast<std::size_t>(w + 1);
  float_plane sums(static_cast<std::size_t>(h + 1) * up);
  for (std::size_t y = 0, i = 0; y < static_cast<std::size_t>(h); ++y) {
    double row = 0;
    for (std::size_t x = 0; x + 1 < up; ++x, ++i)
      row += static_cast<double>(gray[i]), sums[(y + 1) * up + x + 1] = sums[y * up + x + 1] + static_cast<float>(row);
  }

  std::vector<int> on(pixels), off(pixels);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(w) * sizeof(float));
  for (std::int64_t y = 0; y < h; ++y) {
    std::memcpy(bytes.data(), &gray[static_cast<std::size_t>(y * w)], bytes.size());
    for (std::int64_t x = 0; x < w; ++x)
      for (std::int64_t const n : {12, 24, 48, 28, 56, 112}) {
        std::int64_t const y0 = std::clamp<std::int64_t>(y - n + 1, 0, h), y1 = std::min(y + n + 1, h),
                           x0 = std::clamp<std::int64_t>(x - n + 1, 0, w), x1 = std::min(x + n + 1, w);
        auto const sum = [&](std::int64_t row, std::int64_t column) {
          return sums[static_cast<std::size_t>(row * (w + 1) + column)];
        };
        auto const centre = static_cast<float>(bytes[static_cast<std::size_t>(x)]);
        float const box = sum(y1, x1) + sum(y0, x0) - sum(y0, x1) - sum(y1, x0);
        auto const others = static_cast<float>(std::max<std::int64_t>((y1 - y0) * (x1 - x0) - 1, 1));
        float const contrast = centre - (box - centre) / others;
        auto const i = static_cast<std::size_t>(y * w + x);
        (contrast > 0 ? on : off)[i] += static_cast<int>(contrast > 0 ? contrast : -contrast) & 255;
      }
  }

  int const most_on = std::max(1, *std::max_element(on.begin(), on.end())),
            most_off = std::max(1, *std::max_element(off.begin(), off.end()));
  float_plane map(pixels);
  for (std::size_t i = 0; i < pixels; ++i) map[i] = static_cast<float>(255 * on[i] / most_on + 255 * off[i] / most_off);
  float const most = std::max(1.0f, *std::max_element(map.begin(), map.end()));
  for (float& score : map) score = static_cast<float>(static_cast<int>(255 * (score / most))) / 255;
  return map;
}

}  // namespace example
