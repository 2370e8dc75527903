#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

/// Frequency-tuned saliency after Achanta et al. (CVPR 2009), in double with std::pow and std::cbrt, pixel by pixel.
/// Colours: IEC 61966-2-1 and CIE 15, white D65.
namespace reference {

struct colour {
  double l, a, b;
};

inline double linear_light(double level) {
  double const v = level / 255;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}
inline double cie_f(double t) {
  double const delta = 6.0 / 29;
  return t > delta * delta * delta ? std::cbrt(t) : t / (3 * delta * delta) + 4.0 / 29;
}
inline colour cie_lab(int red, int green, int blue) {
  double const r = linear_light(red), g = linear_light(green), b = linear_light(blue);
  double const x = 0.4124564 * r + 0.3575761 * g + 0.1804375 * b;
  double const y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b;
  double const z = 0.0193339 * r + 0.1191920 * g + 0.9503041 * b;
  double const fx = cie_f(x / 0.95047), fy = cie_f(y / 1.0000001), fz = cie_f(z / 1.0888300);
  return {116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)};
}

/// Pixel that replaces i outside [0, n): mirrored at the first and the last pixel, which are not repeated.
inline int mirrored(int i, int n) {
  if (n == 1) return 0;
  int at = 0, step = 1;  // moves back and forth
  for (int k = 0; k < (i < 0 ? -i : i); ++k) {
    if (at + step < 0 || at + step >= n) step = -step;
    at += step;
  }
  return at;
}

/// The distances before they are divided by their maximum; planes r, g, b of h * w levels, or one of gray.
inline std::vector<double> mean_distances(std::vector<std::vector<std::uint8_t>> const& planes, int h, int w) {
  bool const gray = planes.size() == 1;
  std::vector<colour> lab;
  colour mean{0, 0, 0};
  for (int k = 0; k < h * w; ++k) {
    auto const i = static_cast<std::size_t>(k);
    lab.push_back(cie_lab(planes[0][i], planes[gray ? 0 : 1][i], planes[gray ? 0 : 2][i]));
    if (gray) lab.back().a = lab.back().b = 0;
    mean.l += lab.back().l / (h * w), mean.a += lab.back().a / (h * w), mean.b += lab.back().b / (h * w);
  }
  double const tap[5] = {1 / 16.0, 4 / 16.0, 6 / 16.0, 4 / 16.0, 1 / 16.0};
  std::vector<double> out;
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      colour d{-mean.l, -mean.a, -mean.b};
      for (int i = 0; i < 5; ++i)
        for (int j = 0; j < 5; ++j) {
          colour const& c = lab[static_cast<std::size_t>(mirrored(y + i - 2, h) * w + mirrored(x + j - 2, w))];
          double const weight = tap[i] * tap[j];
          d.l += weight * c.l, d.a += weight * c.a, d.b += weight * c.b;
        }
      out.push_back(std::sqrt(d.l * d.l + d.a * d.a + d.b * d.b));
    }
  return out;
}

}  // namespace reference
