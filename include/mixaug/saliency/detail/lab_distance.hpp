// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/stream.hpp>
#include <mixaug/saliency/detail/lab.hpp>
#include <mixaug/saliency/detail/reflect.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// Frequency-tuned saliency (Achanta, Hemami, Estrada and Suesstrunk, CVPR 2009): the distance in CIE Lab between
/// the mean colour and each pixel of the image after a 5 x 5 binomial blur, (1, 4, 6, 4, 1) / 16 each way.
/// Only differences matter, so colours are stored relative to the first pixel's: a constant image is exactly 0. The
/// mean is summed in a fixed order: lane x mod 16 of a row in float, that lane of all rows in double,
/// then lanes 0 to 15.
namespace mixaug::detail {

inline constexpr index_t lab_lanes = 16;
/// In units of Lab. If no distance reaches this value, all distances are rounding errors (images that the blur makes
/// constant, such as 2 x 2 images or a checkerboard), and the map is 0. One level in one pixel gives more
/// than 100 times as much.
inline constexpr float lab_noise = 0x1p-12f;

/// Returns 16 times the binomial mean of five neighbours.
MIXAUG_HD inline float binomial(float a, float b, float c, float d, float e) noexcept {
  return rounded_product(6.0f, c) + ((a + e) + 4.0f * (b + d));  // a product with 4 is exact
}
/// Adds the squared difference of one channel to `sum`; v is 256 times the blurred value.
MIXAUG_HD inline float add_square(float v, float mean, float sum) noexcept {
  float const d = v * (1.0f / 256) - mean;  // a quotient by 256 is exact
  return rounded_product(d, d) + sum;
}

/// Scratch: colours (h rows of `channels` padded rows) | light of a row (3) | blurred rows, padded at both ends.
struct lab_planes {
  index_t h, w, channels, stride;
  float* data = nullptr;

  lab_planes(index_t height, index_t width, index_t count) noexcept
      : h(height), w(width), channels(count), stride(ceil_div(width, lab_lanes) * lab_lanes) {}
  index_t size() const noexcept { return (h * channels + 3) * stride + channels * (stride + 2 * lab_lanes); }
  float* row(index_t y, index_t c) const noexcept { return data + (y * channels + c) * stride; }
  float* light(index_t c) const noexcept { return row(h, 0) + c * stride; }
  /// Column 0 of a blurred row; columns -16 to stride + 15 exist.
  float* blurred(index_t c) const noexcept { return light(3) + c * (stride + 2 * lab_lanes) + lab_lanes; }
};

/// to[x] = table[from[x]]; behind the row the first pixel of the image, whose difference is 0.
inline void look_up(float const* table, std::uint8_t const* from, index_t w, index_t stride, std::uint8_t first,
                    float* MIXAUG_RESTRICT to) noexcept {
  for (index_t x = 0; x < w; ++x) to[x] = table[from[x]];
  for (index_t x = w; x < stride; ++x) to[x] = table[first];
}
/// total[u] += row[u] + row[u + 16] + ...
inline void add_lanes(float const* row, index_t stride, double* total) noexcept {
  float lane[lab_lanes]{};
  for (index_t x = 0; x < stride; x += lab_lanes) {
    MIXAUG_KEEP_LOOP
    for (index_t u = 0; u < lab_lanes; ++u) lane[u] += row[x + u];
  }
  for (index_t u = 0; u < lab_lanes; ++u) total[u] += static_cast<double>(lane[u]);
}

/// Converts the light of a row to differences of Lab.
inline void lab_row(float const* MIXAUG_RESTRICT r, float const* MIXAUG_RESTRICT g, float const* MIXAUG_RESTRICT b,
                    lab_responses first, index_t stride, float* MIXAUG_RESTRICT to_l, float* MIXAUG_RESTRICT to_a,
                    float* MIXAUG_RESTRICT to_b) noexcept {
  for (index_t x = 0; x < stride; x += lab_lanes) {
    MIXAUG_KEEP_LOOP
    for (index_t u = x; u < x + lab_lanes; ++u) {
      lab_colour const d = lab_difference(responses_of(r[u], g[u], b[u]), first);
      to_l[u] = d.l, to_a[u] = d.a, to_b[u] = d.b;
    }
  }
}
/// Blurs one row along columns; r: five rows.
inline void blur_column_row(float const* const* r, index_t stride, float* MIXAUG_RESTRICT to) noexcept {
  float const *r0 = r[0], *r1 = r[1], *r2 = r[2], *r3 = r[3], *r4 = r[4];
  for (index_t x = 0; x < stride; x += lab_lanes) {
    MIXAUG_KEEP_LOOP
    for (index_t u = x; u < x + lab_lanes; ++u) to[u] = binomial(r0[u], r1[u], r2[u], r3[u], r4[u]);
  }
}
/// Blurs row y along columns, and writes its reflections to the left and right.
inline void blur_columns(lab_planes const& p, index_t y, index_t c) noexcept {
  float const* rows[5];
  for (int k = 0; k < 5; ++k) rows[k] = p.row(reflect_101(y + k - 2, p.h), c);
  float* const to = p.blurred(c);
  blur_column_row(rows, p.stride, to);
  float const edge[4] = {to[reflect_101(-2, p.w)], to[reflect_101(-1, p.w)], to[reflect_101(p.w, p.w)],
                         to[reflect_101(p.w + 1, p.w)]};
  to[-2] = edge[0], to[-1] = edge[1], to[p.w] = edge[2], to[p.w + 1] = edge[3];
}
/// Blurs a row and computes its distances; returns the largest. Writes `stride` numbers.
template <int Channels>
float distance_row(lab_planes const& p, float const* mean, float* MIXAUG_RESTRICT to) noexcept {
  float const *v0 = p.blurred(0), *v1 = p.blurred(Channels / 2), *v2 = p.blurred(Channels - 1);
  float const m0 = mean[0], m1 = mean[1], m2 = mean[2];
  for (index_t x = 0; x < p.stride; x += lab_lanes) {
    MIXAUG_KEEP_LOOP
    for (index_t u = x; u < x + lab_lanes; ++u) {
      float square = add_square(binomial(v0[u - 2], v0[u - 1], v0[u], v0[u + 1], v0[u + 2]), m0, 0.0f);
      if constexpr (Channels == 3) {
        square = add_square(binomial(v1[u - 2], v1[u - 1], v1[u], v1[u + 1], v1[u + 2]), m1, square);
        square = add_square(binomial(v2[u - 2], v2[u - 1], v2[u], v2[u + 1], v2[u + 2]), m2, square);
      }
      to[u] = square_root(square);
    }
  }
  std::uint32_t greatest = 0;  // floats that are not negative order as their bits
  for (index_t x = 0; x < p.w; ++x) greatest = bits_of(to[x]) > greatest ? bits_of(to[x]) : greatest;
  return float_of(greatest);
}

inline std::size_t lab_distance_bytes(index_t h, index_t w, index_t channels) noexcept {
  return static_cast<std::size_t>(lab_planes(h, w, channels == 1 ? 1 : 3).size()) * sizeof(float) + 64;
}

/// planes: r, g, b, each h * w bytes (one channel: planes[0], gray of sRGB, the distance in L). out: h * w in [0, 1],
/// the distance divided by its maximum; all 0 if the maximum is 0 (below lab_noise). Scratch: lab_distance_bytes.
inline void lab_distance(std::uint8_t const* const planes[3], index_t channels, index_t h, index_t w, float* out,
                         std::byte* scratch) noexcept {
  lab_planes p(h, w, channels == 1 ? 1 : 3);
  p.data = reinterpret_cast<float*>(scratch + (64 - reinterpret_cast<std::uintptr_t>(scratch) % 64) % 64);
  float const* const light = srgb_lights.of;
  double total[3][lab_lanes]{};
  if (p.channels == 1) {
    float lightness[256];
    float const first = lab_response(light[planes[0][0]]);
    for (int v = 0; v < 256; ++v) lightness[v] = 116.0f * (lab_response(light[v]) - first);
    for (index_t y = 0; y < h; ++y) {
      look_up(lightness, planes[0] + y * w, w, p.stride, planes[0][0], p.row(y, 0));
      add_lanes(p.row(y, 0), p.stride, total[0]);
    }
  } else {
    lab_responses const first = responses_of(light[planes[0][0]], light[planes[1][0]], light[planes[2][0]]);
    for (index_t y = 0; y < h; ++y) {
      for (int c = 0; c < 3; ++c) look_up(light, planes[c] + y * w, w, p.stride, planes[c][0], p.light(c));
      lab_row(p.light(0), p.light(1), p.light(2), first, p.stride, p.row(y, 0), p.row(y, 1), p.row(y, 2));
      for (int c = 0; c < 3; ++c) add_lanes(p.row(y, c), p.stride, total[c]);
    }
  }
  float mean[3];
  for (int c = 0; c < 3; ++c) {
    double sum = 0;
    for (double const lane : total[c]) sum += lane;
    mean[c] = static_cast<float>(sum / static_cast<double>(h * w));
  }

  // A row is written with its padding, which the next row overwrites; the last rows are copied from a padded row.
  float greatest = 0;
  for (index_t y = 0; y < h; ++y) {
    for (index_t c = 0; c < p.channels; ++c) blur_columns(p, y, c);
    bool const fits = y * w + p.stride <= h * w;
    float* const to = fits ? out + y * w : p.light(0);
    float const most = p.channels == 1 ? distance_row<1>(p, mean, to) : distance_row<3>(p, mean, to);
    greatest = most > greatest ? most : greatest;
    if (!fits) std::memcpy(out + y * w, to, static_cast<std::size_t>(w) * sizeof(float));
  }
  if (greatest < lab_noise) {
    for (index_t j = 0; j < h * w; ++j) out[j] = 0.0f;
  } else {
    for (index_t j = 0; j < h * w; ++j) out[j] /= greatest;
  }
}

}  // namespace mixaug::detail

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
