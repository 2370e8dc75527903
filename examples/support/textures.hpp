// SPDX-License-Identifier: MIT
#pragma once
// Numbers, colours and textures that follow from a seed, for images that the examples draw.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace example {

// A stateless hash to [0, 1) (the finaliser of SplitMix64), and a stream of such numbers.
inline double hashed(std::uint64_t v) {
  v += 0x9E3779B97F4A7C15ull;
  v = (v ^ (v >> 30)) * 0xBF58476D1CE4E5B9ull;
  v = (v ^ (v >> 27)) * 0x94D049BB133111EBull;
  return static_cast<double>((v ^ (v >> 31)) >> 11) * 0x1p-53;
}

struct number_stream {
  std::uint64_t state;
  double operator()(double low = 0, double high = 1) {
    return low + (high - low) * hashed(state++ * 0xD1342543DE82EF95ull);
  }
  int below(int n) { return static_cast<int>((*this)(0, n)); }
};

using colour = std::array<double, 3>;

inline colour from_hsv(double hue, double saturation, double value) {
  colour out{};
  for (std::size_t k = 0; k < 3; ++k) {
    double const t = std::fmod(hue * 6 + std::array{5.0, 3.0, 1.0}[k] + 6, 6.0);
    out[k] = value * (1 - saturation * std::clamp(std::min(t, 4 - t), 0.0, 1.0));
  }
  return out;
}

inline colour blended(colour const& a, colour const& b, double t) {
  return {a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t};
}

// The same hue with a luma that stands out: 0.55 or more on dark ground, 0.42 or less on light.
inline colour standing_out(colour const& c, bool dark_ground) {
  double const luma = 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
  return dark_ground ? blended(c, {1, 1, 1}, std::max(0.0, (0.55 - luma) / (1 - luma)))
                     : blended(c, {0, 0, 0}, std::max(0.0, 1 - 0.42 / luma));
}

// Smooth noise in [0, 1]: three octaves of hashed lattice values.
inline double noise(double x, double y, std::uint64_t seed) {
  double sum = 0, weight = 4.0 / 7;
  for (std::uint64_t octave = 0; octave < 3; ++octave, weight /= 2, x = 2 * x + 17, y = 2 * y + 31) {
    double const fx = std::floor(x), fy = std::floor(y), ux = x - fx, uy = y - fy;
    auto const at = [&](double dx, double dy) {
      auto const cell = static_cast<std::int64_t>((fy + dy) * 4096 + fx + dx);
      return hashed(static_cast<std::uint64_t>(cell) ^ (seed + octave) << 32);
    };
    double const sx = ux * ux * (3 - 2 * ux), sy = uy * uy * (3 - 2 * uy);
    sum += weight * std::lerp(std::lerp(at(0, 0), at(1, 0), sx), std::lerp(at(0, 1), at(1, 1), sx), sy);
  }
  return sum;
}

enum class pattern { stripes, checker, dots, clouds, wood, gradient };

// A texture: the place between two colours, for a point in units of the image's side.
struct texture {
  int kind;
  double angle, count;
  std::uint64_t seed;

  double operator()(double x, double y) const {
    double const u = count * (x * std::cos(angle) + y * std::sin(angle));
    double const v = count * (y * std::cos(angle) - x * std::sin(angle));
    double const grain = noise(x * 24, y * 24, seed + 9) - 0.5;
    auto const wave = [](double t) { return std::sin(2 * std::numbers::pi * t); };
    auto const sharp = [&](double s) {
      return 0.08 + 0.84 * std::clamp(0.5 + s * 20 / count, 0.0, 1.0) + 0.15 * grain;
    };
    switch (static_cast<pattern>(kind)) {
      case pattern::stripes:
        return sharp(wave(u));
      case pattern::checker:
        return sharp(2 * wave(u / 2) * wave(v / 2));
      case pattern::dots:
        return sharp(2 * (wave(u) * wave(v) - 0.45));
      case pattern::clouds:
        return 1.6 * noise(x * 5, y * 5, seed) - 0.3;
      case pattern::wood:
        return 0.5 + 0.35 * wave(u * 0.7 + 1.1 * noise(x * 4, y * 4, seed)) + 0.3 * grain;
      case pattern::gradient:
        break;
    }
    return 0.5 + 0.6 * u / count + 0.9 * grain;
  }
};

}  // namespace example
