// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/mixaug.hpp>
#include <opencv2/core.hpp>
#include <opencv2/saliency.hpp>
#include <support/contest.hpp>

namespace bench {
namespace ma = mixaug;

/// n colour images of smooth waves with some noise, as planes R, G, B for us and as B, G, R of each for OpenCV.
struct pictures {
  ma::index_t n, side;
  std::vector<std::uint8_t> planes;
  std::vector<float> maps;
  std::vector<cv::Mat> bgr;
  cv::Mat peer_map;

  pictures(ma::index_t count, ma::index_t s)
      : n(count), side(s), planes(static_cast<std::size_t>(3 * n * s * s)), maps(static_cast<std::size_t>(n * s * s)) {
    std::uint32_t r = 1;
    ma::index_t const area = s * s;
    for (ma::index_t i = 0; i < n; ++i) {
      bgr.emplace_back(static_cast<int>(s), static_cast<int>(s), CV_8UC3);
      for (ma::index_t k = 0; k < 3 * area; ++k) {
        double const c = static_cast<double>(k / area + 3 * i), unit = 1.0 / static_cast<double>(s);
        double const y = static_cast<double>(k % area / s) * unit, x = static_cast<double>(k % s) * unit;
        r = r * 1664525u + 1013904223u;
        double const v = 128 + 50 * std::sin(7 * x + 3 * y * y + c) + 40 * std::cos(11 * y * x - c) + (r >> 24) / 8.0;
        planes[static_cast<std::size_t>(3 * i * area + k)] = static_cast<std::uint8_t>(v);
        bgr.back().data[3 * (k % area) + 2 - k / area] = static_cast<std::uint8_t>(v);
      }
    }
  }
  auto images() const { return ma::nchw(planes.data(), {n, ma::index_t{3}, side, side}); }
  auto scores() { return ma::scores(maps.data(), {n, side, side}); }
  std::string text() const { return std::to_string(side) + "x" + std::to_string(side); }
};

}  // namespace bench
