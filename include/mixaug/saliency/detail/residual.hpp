// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/fast_float.hpp>
#include <mixaug/core/detail/math/fft.hpp>
#include <mixaug/saliency/detail/reflect.hpp>
#include <mixaug/saliency/detail/resize_linear.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// The spectral residual of Hou and Zhang (CVPR 2007), with the steps and constants of OpenCV's detector, on a working
/// image of H rows and W columns:  F = DFT(resized gray), L = ln(|F| + 1), R = L - box3x3(L),
/// map = Gauss5x5(|IDFT(e^R F / |F|)|)^2 / maximum, resized to the image. All borders are reflect-101.
/// Images are stored as W rows of H lanes (transposed), spectra as H rows (frequencies along y) of W lanes (along x).
/// The forward transform combines two image rows into one complex row. It is computed in double: in float, the rounding
/// noise of the mean would exceed L and the phase of a weak bin. Everything after it is float.
namespace mixaug::detail {

/// Bytes of the parts of the scratch block. Two buffers are used in turns; each holds W x H/2 complex doubles or H x W
/// complex floats.
struct residual_sizes {
  index_t h, w;
  index_t all() const noexcept { return greater(h, w); }
  std::size_t roots() const noexcept { return aligned_bytes(2 * all(), sizeof(double)); }
  std::size_t work() const noexcept { return aligned_bytes(6 * all() * lane_block, sizeof(double)); }
  std::size_t buffer() const noexcept {
    return aligned_bytes(2 * greater(w * fft_pitch(h / 2), h / 2 * fft_pitch(w)), sizeof(double));
  }
  std::size_t level() const noexcept {
    return aligned_bytes(greater(h * fft_pitch(w), w * fft_pitch(h)), sizeof(float));
  }
  std::size_t before_resizing() const noexcept { return roots() + work() + 2 * buffer() + level(); }
};
struct residual_scratch : residual_sizes {
  double* roots;
  std::byte *work, *a, *b, *resizing;
  float* level;  ///< L, then the smoothed map

  residual_scratch(residual_sizes sizes, std::byte* block) noexcept
      : residual_sizes(sizes),
        roots(reinterpret_cast<double*>(block)),
        work(block + sizes.roots()),
        a(work + sizes.work()),
        b(a + buffer()),
        resizing(block + before_resizing()),
        level(reinterpret_cast<float*>(b + buffer())) {}
  template <class F>
  F* work_of() const noexcept {
    return reinterpret_cast<F*>(work);
  }
};
template <class F>
complex_rows<F> complex_buffer(std::byte* buffer, index_t n, index_t lanes) noexcept {
  F* const re = reinterpret_cast<F*>(buffer);
  return {re, re + n * fft_pitch(lanes), fft_pitch(lanes)};
}
/// Sets the lanes of a block that small images leave unused to zero, since they are transformed too.
template <class F>
void clear_unused(complex_rows<F> rows, index_t n, index_t lanes) noexcept {
  for (index_t y = 0; lanes < lane_block && y < n; ++y)
    for (index_t x = lanes; x < lane_block; ++x) *rows.at(y, x).re = *rows.at(y, x).im = F{0};
}

/// Bytes of scratch for one image; the block must be 64-byte aligned.
inline std::size_t residual_bytes(index_t h, index_t w, index_t work_h, index_t work_w) noexcept {
  std::size_t const down = aligned_bytes(work_h * work_w, 1) + resize_bytes_scratch(w, work_h);
  std::size_t const up = resize_floats_scratch(h, work_h);
  return residual_sizes{work_h, work_w}.before_resizing() + (down < up ? up : down);
}

/// Spectrum of a real image from that of row pairs: F(l, k) from z = Z(l, k) and c = Z(-l, -k), w = exp(-2 pi i l / H):
/// F = E + w O, E = (z + conj c) / 2, O = (z - conj c) / 2i.
MIXAUG_HD inline double unpaired_re(double z_re, double z_im, double c_re, double c_im, double w_re,
                                    double w_im) noexcept {
  return 0.5 * (z_re + c_re + rounded_product(w_re, z_im + c_im) + rounded_product(w_im, z_re - c_re));
}
MIXAUG_HD inline double unpaired_im(double z_re, double z_im, double c_re, double c_im, double w_re,
                                    double w_im) noexcept {
  return 0.5 * (z_im - c_im - rounded_product(w_re, z_re - c_re) + rounded_product(w_im, z_im + c_im));
}

/// Bins below this fraction of the largest one are rounding noise of bins that vanish: their amplitude and phase are
/// set to 0, as exact zeros have in OpenCV. No true bin of a byte image is that weak by chance; the noise
/// stays below 1e-14.
inline constexpr double vanished_bin = 1e-12;

/// e^R of a bin, from the level L and the sum of L over its 3 x 3 neighbours.
MIXAUG_HD inline float residual_gain(float level, float sum) noexcept {
  return fast_exp(level - rounded_product(sum, 1.0f / 9));
}

/// Computes row l of the half spectrum. z: row l of Z; c: row H/2 - l backwards, from -W to 0 (item W of a
/// row repeats item 0).
MIXAUG_HD inline void unpair_row(index_t w, double const* MIXAUG_RESTRICT z_re, double const* MIXAUG_RESTRICT z_im,
                                 double const* MIXAUG_RESTRICT c_re, double const* MIXAUG_RESTRICT c_im, double w_re,
                                 double w_im, double* MIXAUG_RESTRICT re, double* MIXAUG_RESTRICT im) noexcept {
  for (index_t k = 0; k < w; ++k) {
    re[k] = unpaired_re(z_re[k], z_im[k], c_re[-k], c_im[-k], w_re, w_im);
    im[k] = unpaired_im(z_re[k], z_im[k], c_re[-k], c_im[-k], w_re, w_im);
  }
}
/// Replaces F by its phase F / |F|, and writes ln(|F| + 1); 1 and 0 where |F|^2 <= limit.
MIXAUG_HD inline void phase_and_level(index_t w, double const* MIXAUG_RESTRICT f_re, double const* MIXAUG_RESTRICT f_im,
                                      double limit, float* MIXAUG_RESTRICT re, float* MIXAUG_RESTRICT im,
                                      float* MIXAUG_RESTRICT level) noexcept {
  for (index_t k = 0; k < w; ++k) {
    double const keep = two_products(f_re[k], f_re[k], f_im[k], f_im[k]) > limit ? 1.0 : 0.0;
    re[k] = static_cast<float>(keep * f_re[k]);
    im[k] = static_cast<float>(keep * f_im[k]);
  }
  for (index_t k = 0; k < w; ++k) {
    float const square = two_products(re[k], re[k], im[k], im[k]), inverse = fast_rsqrt(square);
    level[k] = fast_log(rounded_product(square, inverse) + 1.0f);
    re[k] = square > 0.0f ? re[k] * inverse : 1.0f;
    im[k] = im[k] * inverse;
  }
}

/// Computes row -l from row l of a real image's spectrum: F(-l, -k) = conj F(l, k). `sign` -1 for imaginary parts.
inline void mirror_row(index_t w, float const* MIXAUG_RESTRICT from, float sign, float* MIXAUG_RESTRICT to) noexcept {
  to[0] = sign * from[0];
  for (index_t k = 1; k < w; ++k) to[k] = sign * from[w - k];
}

/// Sums three rows, with a reflected item on either side.
inline void sum_rows(index_t w, float const* MIXAUG_RESTRICT a, float const* MIXAUG_RESTRICT b,
                     float const* MIXAUG_RESTRICT c, float* MIXAUG_RESTRICT sum) noexcept {
  for (index_t k = 0; k < w; ++k) sum[k] = a[k] + b[k] + c[k];
  sum[-1] = sum[1], sum[w] = sum[w - 2];
}
/// (re, im) *= e^R.
MIXAUG_HD inline void apply_gain(index_t w, float const* MIXAUG_RESTRICT level, float const* MIXAUG_RESTRICT sum,
                                 float* MIXAUG_RESTRICT re, float* MIXAUG_RESTRICT im) noexcept {
  for (index_t k = 0; k < w; ++k) {
    float const gain = residual_gain(level[k], sum[k - 1] + sum[k] + sum[k + 1]);
    re[k] *= gain, im[k] *= gain;
  }
}

/// Five taps of a Gaussian of sigma 8: exp(-i^2 / 128), normalised.
MIXAUG_HD inline float blur_tap(float a, float b, float c, float d, float e) noexcept {
  return rounded_product(0.203132203f, c) + rounded_product(0.201551416f, b + d) + rounded_product(0.196882482f, a + e);
}
/// Replaces the real parts of one row by magnitudes.
MIXAUG_HD inline void magnitude_row(index_t h, float* MIXAUG_RESTRICT re, float const* MIXAUG_RESTRICT im) noexcept {
  for (index_t y = 0; y < h; ++y) {
    float const square = two_products(re[y], re[y], im[y], im[y]);
    re[y] = square * fast_rsqrt(square);
  }
}
/// Blurs across five rows, with two reflected items on either side.
inline void blur_across(index_t h, float const* MIXAUG_RESTRICT a, float const* MIXAUG_RESTRICT b,
                        float const* MIXAUG_RESTRICT c, float const* MIXAUG_RESTRICT d, float const* MIXAUG_RESTRICT e,
                        float* MIXAUG_RESTRICT out) noexcept {
  for (index_t y = 0; y < h; ++y) out[y] = blur_tap(a[y], b[y], c[y], d[y], e[y]);
  out[-2] = out[2], out[-1] = out[1], out[h] = out[h - 2], out[h + 1] = out[h - 3];
}
/// Blurs along one row, and squares. Returns the larger of `top` and the maximum, as bits, which
/// order numbers >= 0 alike.
inline std::uint32_t blur_along(index_t h, float const* MIXAUG_RESTRICT in, float* MIXAUG_RESTRICT out,
                                std::uint32_t top) noexcept {
  for (index_t y = 0; y < h; ++y) {
    float const v = blur_tap(in[y - 2], in[y - 1], in[y], in[y + 1], in[y + 2]);
    out[y] = v * v;
    top = bits_of(v * v) > top ? bits_of(v * v) : top;
  }
  return top;
}
/// Copies even items to real parts, odd ones to imaginary parts; by way of integers, so that the loops vectorise.
inline void pair_bytes(index_t half, std::uint8_t const* MIXAUG_RESTRICT in, std::int32_t* MIXAUG_RESTRICT row,
                       double* MIXAUG_RESTRICT re, double* MIXAUG_RESTRICT im) noexcept {
  for (index_t y = 0; y < 2 * half; ++y) row[y] = in[y];
  for (index_t y = 0; y < half; ++y) re[y] = row[2 * y], im[y] = row[2 * y + 1];
}
/// Computes Z in `a`: the spectrum of row pairs (H/2 rows of W lanes), from the working image (transposed).
inline complex_rows<double> pair_spectrum(residual_scratch const& s, std::uint8_t const* resized) noexcept {
  index_t const h = s.h, w = s.w, half = h / 2;
  complex_rows<double> const pairs = complex_buffer<double>(s.a, w, half);
  complex_rows<double> const turned = complex_buffer<double>(s.b, half, w), z = complex_buffer<double>(s.a, half, w);
  for (index_t x = 0; x < w; ++x)
    pair_bytes(half, resized + x * h, s.work_of<std::int32_t>(), pairs.at(x, 0).re, pairs.at(x, 0).im);
  clear_unused(pairs, w, half);
  fft_lanes_transposed(w, half, pairs, turned, s.roots, s.all(), s.work_of<double>());
  clear_unused(turned, half, w);
  fft_lanes(half, w, turned, z, s.roots, s.all(), s.work_of<double>());
  for (index_t l = 0; l < half; ++l) *z.at(l, w).re = *z.at(l, 0).re, *z.at(l, w).im = *z.at(l, 0).im;
  return z;
}

/// Computes e^R F / |F| in `b`, H rows of W lanes; L in `level`.
inline complex_rows<float> residual_spectrum(residual_scratch const& s, complex_rows<double> z) noexcept {
  index_t const h = s.h, w = s.w, half = h / 2, pitch = fft_pitch(w);
  complex_rows<float> const f = complex_buffer<float>(s.b, h, w);
  double const largest = *z.re + *z.im;  // F(0), the sum of all pixels
  double const limit = largest * largest * (vanished_bin * vanished_bin);
  double *const re = s.work_of<double>(), *const im = re + w;
  for (index_t l = 0; l <= half; ++l) {
    index_t const root = l * (s.all() / h);
    complex_rows<double> const here = z.at(l % half, 0), there = z.at((half - l) % half, w);
    unpair_row(w, here.re, here.im, there.re, there.im, s.roots[root], s.roots[s.all() + root], re, im);
    phase_and_level(w, re, im, limit, f.at(l, 0).re, f.at(l, 0).im, s.level + l * pitch);
  }
  for (index_t l = half + 1; l < h; ++l) {
    mirror_row(w, f.at(h - l, 0).re, 1.0f, f.at(l, 0).re);
    mirror_row(w, f.at(h - l, 0).im, -1.0f, f.at(l, 0).im);
    mirror_row(w, s.level + (h - l) * pitch, 1.0f, s.level + l * pitch);
  }
  float* const sums = reinterpret_cast<float*>(s.a) + lane_block / 2;  // with space for the borders
  for (index_t l = 0; l < h; ++l)
    sum_rows(w, s.level + reflect_101(l - 1, h) * pitch, s.level + l * pitch, s.level + reflect_101(l + 1, h) * pitch,
             sums + l * pitch);
  for (index_t l = 0; l < h; ++l) apply_gain(w, s.level + l * pitch, sums + l * pitch, f.at(l, 0).re, f.at(l, 0).im);
  return f;
}

/// Computes the map before resizing in `level`: W rows of H lanes, in [0, 1].
inline void smoothed_energy(residual_scratch const& s, complex_rows<float> f) noexcept {
  index_t const h = s.h, w = s.w, pitch = fft_pitch(h);
  complex_rows<float> const turned = complex_buffer<float>(s.a, w, h), field = complex_buffer<float>(s.b, w, h);
  clear_unused(f, h, w);
  fft_lanes_transposed(h, w, f.swapped(), turned.swapped(), s.roots, s.all(), s.work_of<float>());
  clear_unused(turned, w, h);
  fft_lanes(w, h, turned.swapped(), field.swapped(), s.roots, s.all(), s.work_of<float>());
  for (index_t x = 0; x < w; ++x) magnitude_row(h, field.at(x, 0).re, field.at(x, 0).im);
  float* const across = reinterpret_cast<float*>(s.a) + lane_block / 2;
  for (index_t x = 0; x < w; ++x)
    blur_across(h, field.at(reflect_101(x - 2, w), 0).re, field.at(reflect_101(x - 1, w), 0).re, field.at(x, 0).re,
                field.at(reflect_101(x + 1, w), 0).re, field.at(reflect_101(x + 2, w), 0).re, across + x * pitch);
  std::uint32_t top = 0;
  for (index_t x = 0; x < w; ++x) top = blur_along(h, across + x * pitch, s.level + x * pitch, top);
  float const scale = top > 0 ? 1.0f / float_of(top) : 1.0f;  // the maximum times scale rounds to at most 1
  for (index_t x = 0; x < w; ++x)
    for (index_t y = 0; y < h; ++y) s.level[x * pitch + y] *= scale;
}

/// Computes the map of one image. gray (h, w) contiguous; out (h, w) contiguous, in [0, 1]; work_h, work_w: powers of
/// two, 8 to 1024; scratch: residual_bytes, 64-byte aligned.
inline void spectral_residual_map(std::uint8_t const* gray, index_t h, index_t w, index_t work_h, index_t work_w,
                                  float* out, std::byte* scratch) noexcept {
  residual_scratch const s({work_h, work_w}, scratch);
  std::uint8_t* const resized = reinterpret_cast<std::uint8_t*>(s.resizing);
  fill_roots(s.roots, s.all());
  resize_bytes_turned(gray, h, w, resized, work_h, work_w, s.resizing + aligned_bytes(work_h * work_w, 1));
  smoothed_energy(s, residual_spectrum(s, pair_spectrum(s, resized)));
  resize_floats_turned(s.level, fft_pitch(work_h), work_h, work_w, out, h, w, s.resizing);
}

}  // namespace mixaug::detail

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
