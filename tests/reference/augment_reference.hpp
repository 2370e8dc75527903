#pragma once
#include <cmath>
#include <mixaug/augment/augment.hpp>
#include <vector>

#include "reference/philox.hpp"

/// A chain of augmentations from the definitions of its steps, pixel by pixel in double: positions are those of the
/// continuous image, where the centre of the first pixel is (1/2, 1/2); the drawn numbers are the plan's.
namespace chain_reference {

namespace au = mixaug::augment;
using reference::counter;
using reference::four;
using reference::philox_4x32_10;

struct picture {
  std::int64_t channels = 0, height = 0, width = 0;
  std::vector<double> value;

  picture() = default;
  picture(std::int64_t c, std::int64_t h, std::int64_t w)
      : channels(c), height(h), width(w), value(static_cast<std::size_t>(c * h * w)) {}
  double& at(std::int64_t c, std::int64_t y, std::int64_t x) {
    return value[static_cast<std::size_t>((c * height + y) * width + x)];
  }
  double at(std::int64_t c, std::int64_t y, std::int64_t x) const {
    return value[static_cast<std::size_t>((c * height + y) * width + x)];
  }
};

struct point {
  double y, x;
};

inline constexpr double pi = 3.14159265358979323846;

// ---- where an output point comes from, one step at a time ----

struct extent {
  double height, width;
};
inline point source_of(au::crop const&, float const* drawn, extent, extent, point p) {
  return {p.y + static_cast<double>(drawn[0]), p.x + static_cast<double>(drawn[1])};
}
inline point source_of(au::flip const&, float const* drawn, extent in, extent, point p) {
  return {drawn[1] != 0.0f ? in.height - p.y : p.y, drawn[0] != 0.0f ? in.width - p.x : p.x};
}
inline point source_of(au::resized_crop const&, float const* drawn, extent, extent out, point p) {
  return {static_cast<double>(drawn[0]) + p.y / out.height * static_cast<double>(drawn[2]),
          static_cast<double>(drawn[1]) + p.x / out.width * static_cast<double>(drawn[3])};
}
/// The forward map, v = rotate shear_y shear_x scale u with y pointing up in the rotation, solved for u.
inline point source_of(au::affine const&, float const* drawn, extent in, extent out, point p) {
  double const turn = static_cast<double>(drawn[0]) * pi / 180, s = static_cast<double>(drawn[3]);
  double const kx = std::tan(static_cast<double>(drawn[4]) * pi / 180),
               ky = std::tan(static_cast<double>(drawn[5]) * pi / 180);
  auto const forward = [&](double x, double y) {
    double a = s * x, b = s * y;
    a += kx * b;
    b += ky * a;
    double const up = -b;
    return point{-(std::sin(turn) * a + std::cos(turn) * up), std::cos(turn) * a - std::sin(turn) * up};
  };
  point const ex = forward(1, 0), ey = forward(0, 1);
  double const vx = p.x - out.width / 2 - static_cast<double>(drawn[1]),
               vy = p.y - out.height / 2 - static_cast<double>(drawn[2]);
  double const determinant = ex.x * ey.y - ey.x * ex.y;
  return {in.height / 2 + (ex.x * vy - ex.y * vx) / determinant, in.width / 2 + (ey.y * vx - ey.x * vy) / determinant};
}

/// Solves n linear equations by Gauss and Jordan with pivots; a holds n rows of n + 1 numbers.
inline std::vector<double> solved(std::vector<std::vector<double>> a) {
  std::size_t const n = a.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t best = k;
    for (std::size_t j = k; j < n; ++j)
      if (std::fabs(a[j][k]) > std::fabs(a[best][k])) best = j;
    std::swap(a[k], a[best]);
    for (std::size_t j = 0; j < n; ++j) {
      double const f = a[j][k] / a[k][k];
      for (std::size_t m = k; m <= n && j != k; ++m) a[j][m] -= f * a[k][m];
    }
  }
  std::vector<double> x;
  for (std::size_t k = 0; k < n; ++k) x.push_back(a[k][n] / a[k][k]);
  return x;
}
/// The projective map that takes four moved corners to the corners of the image: eight equations.
inline point source_of(au::perspective const&, float const* drawn, extent in, extent, point p) {
  double const to_x[4] = {0, in.width, in.width, 0}, to_y[4] = {0, 0, in.height, in.height};
  std::vector<std::vector<double>> a;
  for (int k = 0; k < 4; ++k) {
    double const x = to_x[k] + (k == 1 || k == 2 ? -1 : 1) * static_cast<double>(drawn[2 * k]);
    double const y = to_y[k] + (k >= 2 ? -1 : 1) * static_cast<double>(drawn[2 * k + 1]);
    a.push_back({x, y, 1, 0, 0, 0, -x * to_x[k], -y * to_x[k], to_x[k]});
    a.push_back({0, 0, 0, x, y, 1, -x * to_y[k], -y * to_y[k], to_y[k]});
  }
  auto const h = solved(a);
  double const over = h[6] * p.x + h[7] * p.y + 1;
  return {(h[3] * p.x + h[4] * p.y + h[5]) / over, (h[0] * p.x + h[1] * p.y + h[2]) / over};
}
inline point source_of(au::lens const&, float const* drawn, extent in, extent, point p) {
  double const dx = p.x - in.width / 2, dy = p.y - in.height / 2;
  double const r = std::hypot(dx, dy) / (std::hypot(in.width, in.height) / 2);
  double const stretch = 1 + static_cast<double>(drawn[0]) * r * r + static_cast<double>(drawn[1]) * r * r * r * r;
  return {in.height / 2 + dy * stretch, in.width / 2 + dx * stretch};
}

template <class S>
inline constexpr bool moves_pixels = requires(S const& s) {
  source_of(s, static_cast<float const*>(nullptr), extent{}, extent{}, point{});
};

// ---- reading between pixels ----

inline std::int64_t mirrored(std::int64_t k, std::int64_t n) {
  if (n == 1) return 0;
  while (k < 0 || k >= n) k = k < 0 ? -k : 2 * (n - 1) - k;
  return k;
}
inline double pixel_or_border(picture const& from, std::int64_t c, std::int64_t y, std::int64_t x, au::border how,
                              au::per_channel const& fill) {
  if (y >= 0 && x >= 0 && y < from.height && x < from.width) return from.at(c, y, x);
  if (how == au::border::constant) return static_cast<double>(fill.at(c));
  if (how == au::border::edge)
    return from.at(c, std::min(std::max<std::int64_t>(y, 0), from.height - 1),
                   std::min(std::max<std::int64_t>(x, 0), from.width - 1));
  return from.at(c, mirrored(y, from.height), mirrored(x, from.width));
}
/// Keys' kernel, a = -0.75.
inline double keys(double t) {
  double const a = -0.75, d = std::fabs(t);
  if (d < 1) return (a + 2) * d * d * d - (a + 3) * d * d + 1;
  return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0;
}
inline double kernel_of(au::interpolation how, double t) {
  if (how == au::interpolation::bilinear) return std::fabs(t) < 1 ? 1 - std::fabs(t) : 0;
  return keys(t);
}
inline double value_at(picture const& from, std::int64_t c, point p, au::interpolation how, au::border border,
                       au::per_channel const& fill) {
  if (how == au::interpolation::nearest)
    return pixel_or_border(from, c, static_cast<std::int64_t>(std::floor(p.y)),
                           static_cast<std::int64_t>(std::floor(p.x)), border, fill);
  double sum = 0;
  auto const y0 = static_cast<std::int64_t>(std::floor(p.y - 0.5)),
             x0 = static_cast<std::int64_t>(std::floor(p.x - 0.5));
  for (std::int64_t y = y0 - 1; y <= y0 + 2; ++y)
    for (std::int64_t x = x0 - 1; x <= x0 + 2; ++x) {
      double const w =
          kernel_of(how, p.y - 0.5 - static_cast<double>(y)) * kernel_of(how, p.x - 0.5 - static_cast<double>(x));
      if (w != 0) sum += w * pixel_or_border(from, c, y, x, border, fill);
    }
  return sum;
}

// ---- colour ----

inline void colour(au::color_jitter const& s, float const* drawn, picture& v, double range) {
  double about = range / 2;
  if (s.about == au::about::mean) {
    double sum = 0, weight[3] = {0.299, 0.587, 0.114};
    for (std::int64_t c = 0; c < v.channels; ++c)
      for (std::int64_t y = 0; y < v.height; ++y)
        for (std::int64_t x = 0; x < v.width; ++x)
          sum += v.at(c, y, x) * (v.channels == 3 ? weight[c] : 1 / static_cast<double>(v.channels));
    about = static_cast<double>(drawn[0]) * sum / static_cast<double>(v.height * v.width);
  }
  for (std::int64_t y = 0; y < v.height; ++y)
    for (std::int64_t x = 0; x < v.width; ++x) {
      for (std::int64_t c = 0; c < v.channels; ++c) {
        v.at(c, y, x) *= static_cast<double>(drawn[0]);
        v.at(c, y, x) = about + static_cast<double>(drawn[1]) * (v.at(c, y, x) - about);
      }
      if (v.channels != 3) continue;
      double const r = v.at(0, y, x), g = v.at(1, y, x), b = v.at(2, y, x);
      double const grey = 0.299 * r + 0.587 * g + 0.114 * b, f = static_cast<double>(drawn[2]);
      double const R = grey + f * (r - grey), G = grey + f * (g - grey), B = grey + f * (b - grey);
      // to YIQ, turn, and back by solving the three equations
      double const Y = 0.299 * R + 0.587 * G + 0.114 * B, I = 0.5959 * R - 0.2746 * G - 0.3213 * B,
                   Q = 0.2115 * R - 0.5227 * G + 0.3112 * B;
      double const turn = 2 * pi * static_cast<double>(drawn[3]);
      double const i = std::cos(turn) * I - std::sin(turn) * Q, q = std::sin(turn) * I + std::cos(turn) * Q;
      double a[3][4] = {{0.299, 0.587, 0.114, Y}, {0.5959, -0.2746, -0.3213, i}, {0.2115, -0.5227, 0.3112, q}};
      for (int k = 0; k < 3; ++k) {  // Gauss and Jordan, with pivots
        int best = k;
        for (int j = k; j < 3; ++j)
          if (std::fabs(a[j][k]) > std::fabs(a[best][k])) best = j;
        std::swap(a[k], a[best]);
        for (int j = 0; j < 3; ++j) {
          double const part = a[j][k] / a[k][k];
          for (int m = k; m < 4 && j != k; ++m) a[j][m] -= part * a[k][m];
        }
      }
      for (int k = 0; k < 3; ++k) v.at(k, y, x) = a[k][3] / a[k][k];
    }
}
inline void colour(au::pca_color const& s, float const* drawn, picture& v, double range) {
  for (std::int64_t c = 0; c < 3; ++c) {
    double plus = 0;
    for (int k = 0; k < 3; ++k)
      plus += static_cast<double>(s.eigenvectors[c][k]) * static_cast<double>(drawn[k]) *
              static_cast<double>(s.eigenvalues[k]);
    for (std::int64_t y = 0; y < v.height; ++y)
      for (std::int64_t x = 0; x < v.width; ++x) v.at(c, y, x) += range * plus;
  }
}
inline void colour(au::color_cast const&, float const* drawn, picture& v, double) {
  for (std::int64_t c = 0; c < v.channels; ++c)
    for (std::int64_t y = 0; y < v.height; ++y)
      for (std::int64_t x = 0; x < v.width; ++x) v.at(c, y, x) += static_cast<double>(drawn[c]);
}
inline void colour(au::grayscale const&, float const*, picture& v, double) {
  for (std::int64_t y = 0; y < v.height; ++y)
    for (std::int64_t x = 0; x < v.width; ++x) {
      double const grey = 0.299 * v.at(0, y, x) + 0.587 * v.at(1, y, x) + 0.114 * v.at(2, y, x);
      for (std::int64_t c = 0; c < 3; ++c) v.at(c, y, x) = grey;
    }
}
inline void colour(au::gamma const&, float const* drawn, picture& v, double range) {
  for (double& q : v.value) q = q <= 0 ? 0 : range * std::pow(q / range, static_cast<double>(drawn[0]));
}
inline void colour(au::vignette const&, float const* drawn, picture& v, double) {
  double const radius = static_cast<double>(drawn[0]), strength = static_cast<double>(drawn[1]);
  double const h = static_cast<double>(v.height), w = static_cast<double>(v.width);
  for (std::int64_t c = 0; c < v.channels; ++c)
    for (std::int64_t y = 0; y < v.height; ++y)
      for (std::int64_t x = 0; x < v.width; ++x) {
        double const dy = static_cast<double>(y) + 0.5 - h / 2, dx = static_cast<double>(x) + 0.5 - w / 2;
        double const r = std::hypot(dy, dx) / (std::hypot(h, w) / 2);
        double const t = std::fmax(0, (r - radius) / (1 - radius));
        v.at(c, y, x) *= 1 - strength * t * t;
      }
}
inline void colour(au::normalise const& s, float const*, picture& v, double) {
  for (std::int64_t c = 0; c < v.channels; ++c)
    for (std::int64_t y = 0; y < v.height; ++y)
      for (std::int64_t x = 0; x < v.width; ++x)
        v.at(c, y, x) = (v.at(c, y, x) - static_cast<double>(s.mean.at(c))) / static_cast<double>(s.std.at(c));
}

// ---- noise: 16 bits a pixel ----

/// The 16 bits of a pixel: part x % 8, low to high, of Philox at draw channel * 2^29 + y * 2^13 + x / 8.
inline std::uint32_t bits_of_pixel(mixaug::key const& k, std::uint64_t row, int step, std::int64_t c, std::int64_t y,
                                   std::int64_t x) {
  std::uint64_t const draw = static_cast<std::uint64_t>((c << 29) + (y << 13) + x / 8);
  four const r = philox_4x32_10(counter(row, k.step, static_cast<std::uint64_t>(128 + step), draw),
                                static_cast<std::uint32_t>(k.seed), static_cast<std::uint32_t>(k.seed >> 32));
  return r.at[x % 8 / 2] >> (x % 2 == 0 ? 0 : 16) & 0xFFFFu;
}
/// The normal quantile, by bisection.
inline double quantile(double p) {
  double low = -9, high = 9;
  for (int k = 0; k < 80; ++k) {
    double const middle = (low + high) / 2;
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

struct noise_place {
  mixaug::key key;
  std::uint64_t row;
  int step;
};
inline void noise(au::gaussian_noise const&, float const* drawn, picture& v, double, noise_place const& n) {
  for (std::int64_t c = 0; c < v.channels; ++c)
    for (std::int64_t y = 0; y < v.height; ++y)
      for (std::int64_t x = 0; x < v.width; ++x) {
        double const u = bits_of_pixel(n.key, n.row, n.step, c, y, x);
        v.at(c, y, x) += static_cast<double>(drawn[0]) * quantile((u + 0.5) / 65536) / std::sqrt(0.9999797186525783);
      }
}
inline void noise(au::salt_and_pepper const& s, float const* drawn, picture& v, double range, noise_place const& n) {
  double const amount = static_cast<double>(drawn[0]);
  if (s.exact_count) {
    // Floyd's sampling: draws 2, 3, ... of the step's parameters, each below j + 1 for j = n - count, ..., n - 1
    std::int64_t const n_pixels = v.height * v.width;
    auto const count = static_cast<std::int64_t>(std::floor(amount * static_cast<double>(n_pixels) + 0.5));
    std::vector<bool> chosen(static_cast<std::size_t>(n_pixels));
    mixaug::random const draws(n.key, n.row, static_cast<mixaug::purpose>(64 + n.step));
    for (std::int64_t j = n_pixels - count; j < n_pixels; ++j) {
      std::int64_t const t = draws.below(j + 1, static_cast<std::uint32_t>(2 + j - (n_pixels - count)));
      chosen[static_cast<std::size_t>(chosen[static_cast<std::size_t>(t)] ? j : t)] = true;
    }
    for (std::int64_t y = 0; y < v.height; ++y)
      for (std::int64_t x = 0; x < v.width; ++x) {
        if (!chosen[static_cast<std::size_t>(y * v.width + x)]) continue;
        double const u = bits_of_pixel(n.key, n.row, n.step, 0, y, x);
        bool const is_salt = u < std::floor(65536 * static_cast<double>(s.salt) + 0.5);
        for (std::int64_t c = 0; c < v.channels; ++c) v.at(c, y, x) = is_salt ? range : 0;
      }
    return;
  }
  double const salt = std::floor(65536 * amount * static_cast<double>(s.salt) + 0.5),
               both = std::floor(65536 * amount + 0.5);
  for (std::int64_t y = 0; y < v.height; ++y)
    for (std::int64_t x = 0; x < v.width; ++x) {
      double const u = bits_of_pixel(n.key, n.row, n.step, 0, y, x);
      if (u >= both) continue;
      for (std::int64_t c = 0; c < v.channels; ++c) v.at(c, y, x) = u < salt ? range : 0;
    }
}
inline void noise(au::occlusion const& s, float const* drawn, picture& v, double range, noise_place const& n) {
  for (std::int64_t c = 0; c < v.channels; ++c)
    for (std::int64_t y = 0; y < v.height; ++y)
      for (std::int64_t x = 0; x < v.width; ++x) {
        double const a = static_cast<double>(y), b = static_cast<double>(x);
        if (a < static_cast<double>(drawn[0]) || a >= static_cast<double>(drawn[1]) ||
            b < static_cast<double>(drawn[2]) || b >= static_cast<double>(drawn[3]))
          continue;
        v.at(c, y, x) = s.noise ? range * bits_of_pixel(n.key, n.row, n.step, c, y, x) / 65535.0
                                : static_cast<double>(s.fill.at(c));
      }
}

// ---- blur ----

inline picture blurred(au::gaussian_blur const& s, float const* drawn, picture const& v) {
  double const sigma = static_cast<double>(drawn[0]);
  if (sigma == 0) return v;
  auto const r = s.kernel_size > 0 ? (s.kernel_size - 1) / 2 : static_cast<std::int64_t>(std::ceil(3 * sigma));
  picture o(v.channels, v.height, v.width);
  double sum = 0;
  for (std::int64_t k = -r; k <= r; ++k) sum += std::exp(-static_cast<double>(k * k) / (2 * sigma * sigma));
  for (std::int64_t c = 0; c < v.channels; ++c)
    for (std::int64_t y = 0; y < v.height; ++y)
      for (std::int64_t x = 0; x < v.width; ++x)
        for (std::int64_t j = -r; j <= r; ++j)
          for (std::int64_t k = -r; k <= r; ++k)
            o.at(c, y, x) += std::exp(-static_cast<double>(j * j + k * k) / (2 * sigma * sigma)) / (sum * sum) *
                             pixel_or_border(v, c, y + j, x + k, s.border, s.fill);
  return o;
}
/// The mean of the image along the line, read between its pixels.
inline picture blurred(au::motion_blur const& s, float const* drawn, picture const& v) {
  double const length = static_cast<double>(drawn[0]), angle = static_cast<double>(drawn[1]) * pi / 180;
  if (length <= 1) return v;
  int const points = static_cast<int>(4 * length);
  picture o(v.channels, v.height, v.width);
  for (std::int64_t c = 0; c < v.channels; ++c)
    for (std::int64_t y = 0; y < v.height; ++y)
      for (std::int64_t x = 0; x < v.width; ++x) {
        double sum = 0, weights = 0;
        for (int k = 0; k < points; ++k) {
          double const along = 2.0 * k / (points - 1) - 1, at = along * (length - 1) / 2;
          double const weight = 1 + static_cast<double>(drawn[2]) * along;
          point const q{static_cast<double>(y) + 0.5 - std::sin(angle) * at,
                        static_cast<double>(x) + 0.5 + std::cos(angle) * at};
          sum += weight * value_at(v, c, q, au::interpolation::bilinear, s.border, s.fill);
          weights += weight;
        }
        o.at(c, y, x) = sum / weights;
      }
  return o;
}

// ---- a whole chain ----

/// One image after its chain. Consecutive geometric steps are one map, read as `interpolation`, `border` and `fill`,
/// with one point a pixel, or `samples` along each side. `ties` counts pixels so near to a border of two pixels that
/// nearest reading may choose the other one.
struct reading {
  au::interpolation interpolation = au::interpolation::bilinear;
  au::border border = au::border::constant;
  au::per_channel fill = 0.0f;
  int samples_x = 1, samples_y = 1;
};
inline picture augmented(au::plan const& p, std::int64_t i, picture v, reading const& how = {}) {
  auto const& steps = p.chain().steps;
  int const n = static_cast<int>(steps.size());
  double const range = static_cast<double>(p.in().range);
  bool unclipped = false;
  auto const clip = [&] {
    for (double& q : v.value) q = std::fmin(std::fmax(q, 0), range);
    unclipped = false;
  };
  auto const geometric = [&](int k) {
    return std::visit([](auto const& s) { return moves_pixels<std::remove_cvref_t<decltype(s)>>; },
                      steps[static_cast<std::size_t>(k)]);
  };
  for (int k = 0; k < n;) {
    int last = k;
    std::vector<extent> size{{static_cast<double>(v.height), static_cast<double>(v.width)}};
    for (; last < n && geometric(last); ++last)
      std::visit(
          [&](auto const& s) {
            if constexpr (moves_pixels<std::remove_cvref_t<decltype(s)>>) {
              au::image_size const o = s.out({v.channels, static_cast<std::int64_t>(size.back().height),
                                              static_cast<std::int64_t>(size.back().width), 1.0f});
              size.push_back({static_cast<double>(o.height), static_cast<double>(o.width)});
            }
          },
          steps[static_cast<std::size_t>(last)]);
    if (last > k) {
      auto const back = [&](point q) {
        for (int m = last - 1; m >= k; --m)
          std::visit(
              [&](auto const& s) {
                if constexpr (moves_pixels<std::remove_cvref_t<decltype(s)>>)
                  q = source_of(s, p.drawn(i, m), size[static_cast<std::size_t>(m - k)],
                                size[static_cast<std::size_t>(m - k + 1)], q);
              },
              steps[static_cast<std::size_t>(m)]);
        return q;
      };
      picture o(v.channels, static_cast<std::int64_t>(size.back().height),
                static_cast<std::int64_t>(size.back().width));
      for (std::int64_t y = 0; y < o.height; ++y)
        for (std::int64_t x = 0; x < o.width; ++x)
          for (int b = 0; b < how.samples_y; ++b)
            for (int a = 0; a < how.samples_x; ++a) {
              point const q = back({static_cast<double>(y) + (b + 0.5) / how.samples_y,
                                    static_cast<double>(x) + (a + 0.5) / how.samples_x});
              for (std::int64_t c = 0; c < v.channels; ++c)
                o.at(c, y, x) +=
                    value_at(v, c, q, how.interpolation, how.border, how.fill) / (how.samples_x * how.samples_y);
            }
      v = o;
      k = last;
      continue;
    }
    std::visit(
        [&](auto const& s) {
          using S = std::remove_cvref_t<decltype(s)>;
          if constexpr (!moves_pixels<S>) {
            if (std::is_same_v<S, au::normalise> && unclipped) clip();
            if (p.fired(i, k)) {
              if constexpr (requires(picture const& q, float const* d) { blurred(s, d, q); })
                v = blurred(s, p.drawn(i, k), v);
              else if constexpr (requires(picture & q) { colour(s, p.drawn(i, k), q, range); })
                colour(s, p.drawn(i, k), v, range);
              else if constexpr (!std::is_same_v<S, au::elastic>)  // its tests see the field from outside
                noise(s, p.drawn(i, k), v, range,
                      noise_place{p.drawn_with, static_cast<std::uint64_t>(p.drawn_with.first + i), k});
            }
            bool const bounded = std::is_same_v<S, au::normalise> || std::is_same_v<S, au::gaussian_blur> ||
                                 std::is_same_v<S, au::motion_blur>;
            unclipped = unclipped || !bounded;
            if (p.chain().clip_each_step && unclipped) clip();
          }
        },
        steps[static_cast<std::size_t>(k)]);
    ++k;
  }
  if (unclipped) clip();
  return v;
}

}  // namespace chain_reference
