// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/warps.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS

/// Elastic displacements at the pixels of the output, in floats and in units of 2^-18 pixels: the nodes of the field
/// are weighted along x, and these sums along y, each product rounded. The weights depend on the place of a pixel
/// between two nodes alone, and a row of nodes, weighted along x, serves all rows of pixels around it.
namespace mixaug::augment {
namespace detail {

struct displacement {
  float x, y;
};

/// The weights of four nodes for the pixel that lies `part` pixels behind the second of them.
struct node_weights {
  float w[4];
  MIXAUG_HD node_weights(index_t part, index_t spacing) noexcept {
    spline_weights const precise((static_cast<double>(part) + 0.5) / static_cast<double>(spacing));
    for (int b = 0; b < 4; ++b) w[b] = static_cast<float>(precise.w[b]);
  }
};
/// w0 a + w1 b + w2 c + w3 d, from the left.
MIXAUG_HD inline float weighted(float const* w, float a, float b, float c, float d) noexcept {
  using mixaug::detail::rounded_product;
  return ((rounded_product(w[0], a) + rounded_product(w[1], b)) + rounded_product(w[2], c)) + rounded_product(w[3], d);
}

/// The displacement of one pixel; m holds the numbers of a spline.
MIXAUG_HD inline displacement displacement_at(double const* m, float const* nodes, index_t x, index_t y) noexcept {
  index_t const rows = static_cast<index_t>(m[1]), columns = static_cast<index_t>(m[2]),
                spacing = static_cast<index_t>(m[4]);
  node_weights const wx(x % spacing, spacing), wy(y % spacing, spacing);
  float of[2];
  for (int c = 0; c < 2; ++c) {
    float line[4];
    for (int a = 0; a < 4; ++a) {
      float const* const p = nodes + (c * rows + y / spacing + a) * columns + x / spacing;
      line[a] = 0x1p18f * weighted(wx.w, p[0], p[1], p[2], p[3]);
    }
    of[c] = weighted(wy.w, line[0], line[1], line[2], line[3]);
  }
  return {of[0], of[1]};
}

/// The displacements of rows of pixels, in memory that holds the last four rows of nodes, weighted along x.
class spline_rows {
 public:
  static constexpr int most_spacing = 256, wide = 8;

  static index_t floats(index_t width) noexcept { return 8 * pitch(width); }

  /// Memory of floats(width).
  spline_rows(double const* m, float const* nodes, index_t width, float* memory) noexcept
      : nodes_(nodes),
        memory_(memory),
        width_(width),
        rows_(static_cast<index_t>(m[1])),
        columns_(static_cast<index_t>(m[2])),
        spacing_(static_cast<index_t>(m[4])) {
    for (index_t part = 0; part < spacing_; ++part) {
      node_weights const v(part, spacing_);
      for (int b = 0; b < 4; ++b) w_[b][part] = v.w[b];
    }
    for (index_t part = spacing_; part < spacing_ + wide; ++part)
      for (auto& w : w_) w[part] = 0.0f;
  }
  /// Pixels [first, first + n) of row y.
  void operator()(index_t y, index_t first, int n, float* MIXAUG_RESTRICT dx, float* MIXAUG_RESTRICT dy) noexcept {
    index_t const i = y / spacing_, part = y % spacing_;
    for (index_t a = i; a < i + 4; ++a)
      if (held_[a % 4] != a) spread(a);
    float const w[4] = {w_[0][part], w_[1][part], w_[2][part], w_[3][part]};
    for (int c = 0; c < 2; ++c) {
      float const *MIXAUG_RESTRICT const p = line(c, i) + first, *MIXAUG_RESTRICT const q = line(c, i + 1) + first,
                                         *MIXAUG_RESTRICT const r = line(c, i + 2) + first,
                                         *MIXAUG_RESTRICT const s = line(c, i + 3) + first;
      float* MIXAUG_RESTRICT const to = c == 0 ? dx : dy;
      for (int k = 0; k < n; ++k) to[k] = weighted(w, p[k], q[k], r[k], s[k]);
    }
  }

 private:
  static index_t pitch(index_t width) noexcept { return (width + most_spacing + wide + 15) / 16 * 16; }
  float* line(int c, index_t i) const noexcept { return memory_ + (4 * c + i % 4) * pitch(width_); }
  /// Weights a row of nodes along x. Pixels are done by `wide`, those beyond the next node in vain, so that short cells
  /// fill registers; the next cell writes them again.
  void spread(index_t i) noexcept {
    held_[i % 4] = i;
    for (int c = 0; c < 2; ++c) {
      float const* const nodes = nodes_ + (c * rows_ + i) * columns_;
      float* const to = line(c, i);
      for (index_t j = 0; j * spacing_ < width_; ++j) {
        float const n0 = nodes[j], n1 = nodes[j + 1], n2 = nodes[j + 2], n3 = nodes[j + 3];
        float* MIXAUG_RESTRICT const o = to + j * spacing_;
        for (index_t part = 0; part < spacing_; part += wide)
          for (index_t k = part; k < part + wide; ++k) {
            float const w[4] = {w_[0][k], w_[1][k], w_[2][k], w_[3][k]};
            o[k] = 0x1p18f * weighted(w, n0, n1, n2, n3);
          }
      }
    }
  }

  float const* nodes_;
  float* memory_;
  index_t width_, rows_, columns_, spacing_;
  index_t held_[4] = {-1, -1, -1, -1};
  alignas(64) float w_[4][most_spacing + wide];
};

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
