#pragma once
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

/// The spectral residual of Hou and Zhang (CVPR 2007) as OpenCV's detector describes it, step by step in double, with
/// the transform as its defining sum. Slow, and without any of the kernel's devices.
namespace reference {

using grid = std::vector<double>;
using spectrum = std::vector<std::complex<double>>;

/// Reflect-101: ... 2 1 | 0 1 2 ... n-1 | n-2 ...
inline std::int64_t reflected(std::int64_t i, std::int64_t n) {
  if (n == 1) return 0;
  while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
  return i;
}

/// Position of output pixel i of `to` between the pixels of `from`: left neighbour, and the weight of the right one.
struct place {
  std::int64_t left, right;
  double weight;
};
inline place source_of(std::int64_t i, std::int64_t from, std::int64_t to) {
  double const at = (static_cast<double>(i) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5;
  auto const left = static_cast<std::int64_t>(std::floor(at));
  if (left < 0) return {0, 0, 0};
  if (left >= from - 1) return {from - 1, from - 1, 0};
  return {left, left + 1, at - static_cast<double>(left)};
}

/// Bilinear; `steps` > 0 rounds the weights to multiples of 1 / steps, and the result half up (8-bit images).
inline grid resized(grid const& in, std::int64_t h, std::int64_t w, std::int64_t to_h, std::int64_t to_w,
                    double steps) {
  grid out;
  for (std::int64_t y = 0; y < to_h; ++y)
    for (std::int64_t x = 0; x < to_w; ++x) {
      place py = source_of(y, h, to_h), px = source_of(x, w, to_w);
      if (steps > 0)
        py.weight = std::nearbyint(py.weight * steps) / steps, px.weight = std::nearbyint(px.weight * steps) / steps;
      auto at = [&](std::int64_t i, std::int64_t j) { return in[static_cast<std::size_t>(i * w + j)]; };
      double const top = at(py.left, px.left) * (1 - px.weight) + at(py.left, px.right) * px.weight;
      double const bottom = at(py.right, px.left) * (1 - px.weight) + at(py.right, px.right) * px.weight;
      double const v = top * (1 - py.weight) + bottom * py.weight;
      out.push_back(steps > 0 ? std::floor(v + 0.5) : v);
    }
  return out;
}

/// Transforms one axis: `count` sequences of n items, `item` apart, whose beginnings are `next` apart. sign -1:
/// forward, 1: back.
inline void dft(spectrum& f, std::int64_t count, std::int64_t next, std::int64_t n, std::int64_t item, int sign) {
  double const pi = 3.14159265358979323846;
  spectrum row(static_cast<std::size_t>(n)), root(static_cast<std::size_t>(n));
  for (std::int64_t k = 0; k < n; ++k)
    root[static_cast<std::size_t>(k)] =
        std::polar(1.0, sign * 2 * pi * static_cast<double>(k) / static_cast<double>(n));
  for (std::int64_t s = 0; s < count; ++s) {
    for (std::int64_t k = 0; k < n; ++k) {
      std::complex<double> sum = 0;
      for (std::int64_t j = 0; j < n; ++j)
        sum += f[static_cast<std::size_t>(s * next + j * item)] * root[static_cast<std::size_t>(j * k % n)];
      row[static_cast<std::size_t>(k)] = sum;
    }
    for (std::int64_t k = 0; k < n; ++k)
      f[static_cast<std::size_t>(s * next + k * item)] = row[static_cast<std::size_t>(k)];
  }
}
inline void dft2(spectrum& f, std::int64_t h, std::int64_t w, int sign) {
  dft(f, h, w, w, 1, sign);
  dft(f, w, 1, h, w, sign);
}

/// Normalised filter with reflect-101 borders, the same taps along both axes.
inline grid filtered(grid const& in, std::int64_t h, std::int64_t w, grid const& taps) {
  auto const r = static_cast<std::int64_t>(taps.size() / 2);
  grid out;
  for (std::int64_t y = 0; y < h; ++y)
    for (std::int64_t x = 0; x < w; ++x) {
      double sum = 0;
      for (std::int64_t i = -r; i <= r; ++i)
        for (std::int64_t j = -r; j <= r; ++j)
          sum += taps[static_cast<std::size_t>(i + r)] * taps[static_cast<std::size_t>(j + r)] *
                 in[static_cast<std::size_t>(reflected(y + i, h) * w + reflected(x + j, w))];
      out.push_back(sum);
    }
  return out;
}

/// Bins below `vanished` times the largest magnitude count as zero: amplitude 0, phase 0.
inline grid spectral_residual(std::uint8_t const* gray, std::int64_t h, std::int64_t w, std::int64_t work_h,
                              std::int64_t work_w, double vanished = 1e-10) {
  grid const small = resized(grid(gray, gray + h * w), h, w, work_h, work_w, 256);
  spectrum f(small.begin(), small.end());
  dft2(f, work_h, work_w, -1);
  double largest = 0;
  for (auto const& v : f) largest = std::max(largest, std::abs(v));
  grid level;
  for (auto& v : f) {
    if (std::abs(v) <= vanished * largest) v = 0;
    level.push_back(std::log(std::abs(v) + 1));
  }
  grid const average = filtered(level, work_h, work_w, {1.0 / 3, 1.0 / 3, 1.0 / 3});
  for (std::size_t i = 0; i < f.size(); ++i) f[i] = std::polar(std::exp(level[i] - average[i]), std::arg(f[i]));
  dft2(f, work_h, work_w, 1);
  grid map;
  for (auto const& v : f) map.push_back(std::abs(v));
  grid taps;
  double sum = 0;
  for (int i = -2; i <= 2; ++i) taps.push_back(std::exp(-i * i / 128.0)), sum += taps.back();
  for (auto& t : taps) t /= sum;
  map = filtered(map, work_h, work_w, taps);
  for (auto& v : map) v *= v;
  double const top = *std::max_element(map.begin(), map.end());
  for (auto& v : map) v = top > 0 ? v / top : 0;
  return resized(map, work_h, work_w, h, w, 0);
}

}  // namespace reference
