// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/chain.hpp>
#include <mixaug/augment/detail/affine_map.hpp>

MIXAUG_EXACT_BEGIN

/// Steps of colour as linear maps of a pixel's channels, composed in double with fixed roundings.
namespace mixaug::augment {
namespace detail {

/// Of three channels: v' = matrix v + offset. Of any other number: v' = scale v + offset, for each channel; beyond the
/// eighth all channels have the numbers of the eighth.
struct colour_map {
  double matrix[3][3] = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}};
  double scale[8] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
  double offset[8] = {};

  /// v' = a v + b of each channel.
  static colour_map diagonal(double a, double b) noexcept {
    colour_map m;
    for (int c = 0; c < 8; ++c) {
      m.scale[c] = a;
      m.offset[c] = b;
    }
    for (int c = 0; c < 3; ++c) m.matrix[c][c] = a;
    return m;
  }
  /// The map that first applies `first`, then this one.
  colour_map after(colour_map const& first) const noexcept {
    colour_map m;
    for (int c = 0; c < 8; ++c) {
      m.scale[c] = scale[c] * first.scale[c];
      m.offset[c] = fused_sum(scale[c], first.offset[c], offset[c]);
    }
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c)
        m.matrix[r][c] = row(r, first.matrix[0][c], first.matrix[1][c], first.matrix[2][c], 0.0);
    }
    return m;
  }
  /// The same for three channels, whose offsets mix.
  colour_map after_three(colour_map const& first) const noexcept {
    colour_map m = after(first);
    for (int r = 0; r < 3; ++r) m.offset[r] = row(r, first.offset[0], first.offset[1], first.offset[2], offset[r]);
    return m;
  }

 private:
  double row(int r, double x, double y, double z, double plus) const noexcept {
    return fused_sum(matrix[r][0], x, fused_sum(matrix[r][1], y, fused_sum(matrix[r][2], z, plus)));
  }
};

/// Weights of the grey of Rec. 601.
inline constexpr double grey_of[3] = {0.299, 0.587, 0.114};

/// v' = s v + (1 - s) grey.
inline colour_map saturation_map(double s) noexcept {
  colour_map m;
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 3; ++c) m.matrix[r][c] = fused_sum(1.0 - s, grey_of[c], r == c ? s : 0.0);
  return m;
}
/// RGB to YIQ (FCC 1953, as NTSC). The rows of I and Q sum to 0, so grey has neither.
inline constexpr double to_yiq[3][3] = {{0.299, 0.587, 0.114}, {0.5959, -0.2746, -0.3213}, {0.2115, -0.5227, 0.3112}};

/// Turns I and Q by a fraction of the full turn.
inline colour_map hue_map(double turn) noexcept {
  // The inverse of to_yiq, by cofactors.
  double inverse[3][3] = {};
  double const(&a)[3][3] = to_yiq;
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 3; ++c) {
      int const i = (c + 1) % 3, j = (c + 2) % 3, k = (r + 1) % 3, l = (r + 2) % 3;
      inverse[r][c] = sum_of_products(a[i][k], a[j][l], -a[i][l], a[j][k]);
    }
  double const determinant =
      fused_sum(a[0][0], inverse[0][0], fused_sum(a[0][1], inverse[1][0], a[0][2] * inverse[2][0]));
  sine_cosine const angle = mixaug::detail::sine_cosine_of(360.0 * turn);
  colour_map forth, back, turned;
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 3; ++c) {
      forth.matrix[r][c] = a[r][c];
      back.matrix[r][c] = inverse[r][c] / determinant;
    }
  turned.matrix[1][1] = turned.matrix[2][2] = angle.cosine;
  turned.matrix[1][2] = -angle.sine;
  turned.matrix[2][1] = angle.sine;
  return back.after(turned.after(forth));
}

/// Without what contrast about the mean adds to all channels, which saturation and hue keep: see mean_factor.
inline colour_map map_of(color_jitter const& s, float const* drawn, image_facts const& in) noexcept {
  double const middle = s.needs_mean() ? 0.0 : 0.5 * static_cast<double>(in.range),
               contrast = static_cast<double>(drawn[1]);
  colour_map m = colour_map::diagonal(static_cast<double>(drawn[0]), 0.0);
  m = colour_map::diagonal(contrast, middle * (1.0 - contrast)).after_three(m);
  if (drawn[2] != 1.0f) m = saturation_map(static_cast<double>(drawn[2])).after_three(m);
  if (drawn[3] != 0.0f) m = hue_map(static_cast<double>(drawn[3])).after_three(m);
  return m;
}
/// The part of the image's mean that contrast about it adds to all channels.
inline double mean_factor(float const* drawn) noexcept {
  return (1.0 - static_cast<double>(drawn[1])) * static_cast<double>(drawn[0]);
}
inline colour_map map_of(pca_color const& s, float const* drawn, image_facts const& in) noexcept {
  colour_map m;
  for (int c = 0; c < 3; ++c) {
    double sum = 0.0;
    for (int k = 0; k < 3; ++k)
      sum = fused_sum(static_cast<double>(s.eigenvectors[c][k]),
                      static_cast<double>(drawn[k]) * static_cast<double>(s.eigenvalues[k]), sum);
    m.offset[c] = static_cast<double>(in.range) * sum;
  }
  return m;
}
inline colour_map map_of(color_cast const&, float const* drawn, image_facts const&) noexcept {
  colour_map m;
  for (int c = 0; c < 8; ++c) m.offset[c] = static_cast<double>(drawn[c]);
  return m;
}
inline colour_map map_of(grayscale const&, float const*, image_facts const&) noexcept { return saturation_map(0.0); }
inline colour_map map_of(normalise const& s, float const*, image_facts const& in) noexcept {
  colour_map m;
  for (int c = 0; c < 8; ++c) {
    index_t const of = mixaug::detail::lesser(c, in.channels - 1);
    m.scale[c] = 1.0 / static_cast<double>(s.std.at(of));
    m.offset[c] = -static_cast<double>(s.mean.at(of)) / static_cast<double>(s.std.at(of));
  }
  for (int c = 0; c < 3; ++c) m.matrix[c][c] = m.scale[c];
  return m;
}

/// True for steps that are linear maps of the channels.
template <class S>
inline constexpr bool is_linear =
    std::is_same_v<S, color_jitter> || std::is_same_v<S, pca_color> || std::is_same_v<S, color_cast> ||
    std::is_same_v<S, grayscale> || std::is_same_v<S, normalise>;
/// True if a linear step of three channels mixes them.
template <class S>
bool mixes_channels(S const& s) noexcept {
  if constexpr (std::is_same_v<S, color_jitter>) return s.mixes_channels();
  return std::is_same_v<S, grayscale>;
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_EXACT_END
