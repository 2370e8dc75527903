// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/fft.hpp>
#include <mixaug/core/detail/math/normal_pair.hpp>
#include <mixaug/core/random.hpp>
#include <mixaug/core/workspace.hpp>
#include <utility>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// The gray image of FMix (Harris et al., arXiv 2002.12047): G = Re(F^-1(Z / f^decay)), Z complex with independent
/// standard normal parts, f the frequency of its bin in cycles a pixel. Only the order of the values of G counts, so
/// that a constant factor and the mean (the bin of frequency 0) are left out.
///
/// The transform has the next power of two of each extent, P, and G is its corner. Re turns bins k and -k into one; of
/// such pairs along the last axis, only the first is drawn, with the variance that both have together: columns k = 0 ..
/// P / 2, of which the first and the last are real. All arithmetic is in float, each product rounded before it is
/// added, so that the bits are the same everywhere.
namespace mixaug::detail {

inline index_t next_power_of_two(index_t n) noexcept {
  index_t p = 1;
  while (p < n) p *= 2;
  return p;
}

/// Sizes of the transform, and its parts of one block of memory.
struct gray_field {
  index_t size[3];    ///< pixels along each axis
  index_t padded[3];  ///< the next power of two
  index_t columns;    ///< bins of a half line
  index_t pitch;      ///< distance of half lines in memory
  index_t half;       ///< pairs of lines of a plane, which are transformed together
  index_t longest;    ///< longest transform

  double* roots;
  float *a, *b;            ///< spectra
  float *turned, *packed;  ///< one plane: half lines turned to columns, pairs of lines
  float *lines, *work;

  explicit gray_field(index_t const* extents) noexcept {
    for (int d = 0; d < 3; ++d) size[d] = extents[d], padded[d] = next_power_of_two(extents[d]);
    columns = padded[2] / 2 + 1;
    pitch = fft_pitch(ceil_div(columns, lane_block) * lane_block);  // whole blocks, so that planes are lanes, too
    half = ceil_div(size[1], 2);
    longest = greater(padded[0], greater(padded[1], padded[2]));
  }
  /// Padded pixels; the limit of planning is on these.
  static index_t pixels(index_t const* extents) noexcept {
    index_t all = 1;
    for (int d = 0; d < 3; ++d) all = saturating_multiply(all, next_power_of_two(extents[d]));
    return all;
  }

  /// Places the parts in `memory`; returns the bytes that they need.
  std::size_t place(std::byte* memory) noexcept {
    std::size_t used = 0;
    auto const put = [&](auto*& part, index_t count) {
      using item = std::remove_reference_t<decltype(*part)>;
      part = memory == nullptr ? nullptr : reinterpret_cast<item*>(memory + used);
      used += aligned(count * static_cast<index_t>(sizeof(item)));
    };
    put(roots, 2 * longest);
    put(a, 2 * spectrum());
    put(b, 2 * spectrum());
    put(turned, 2 * columns * fft_pitch(padded[1]));
    put(packed, 2 * padded[2] * fft_pitch(half));
    put(lines, 2 * half * fft_pitch(padded[2]));
    put(work, work_items());
    return used;
  }

  /// Draws the image, and calls out(z, y, line) with the `size[2]` values of every line.
  template <class Out>
  void operator()(random const& draw, float decay, Out const& out) noexcept {
    fill_roots(roots, longest);
    draw_bins(draw);
    weigh(decay);
    float *from = a, *other = b;
    if (padded[0] > 1) {
      index_t const plane = padded[1] * pitch;
      inverse(padded[0], plane, spectrum_of(from, plane), spectrum_of(other, plane), false);
      std::swap(from, other);
    }
    for (index_t z = 0; z < size[0]; ++z) each_line(from + z * padded[1] * pitch, z, out);
  }

 private:
  /// Transforms of a few lanes, and long ones, are done one after the other: blocks of lanes would be mostly empty, or
  /// beyond the caches.
  static constexpr index_t longest_in_lanes = index_t{1} << 16;

  index_t spectrum() const noexcept { return padded[0] * padded[1] * pitch + lane_block; }
  index_t work_items() const noexcept {
    return greater(6 * lesser(longest, longest_in_lanes) * lane_block, 4 * longest);
  }
  complex_rows<float> spectrum_of(float* at, index_t row) const noexcept { return {at, at + spectrum(), row}; }

  /// The inverse transform, without scaling, of `count` sequences of n bins; `turn`: to rows.
  void inverse(index_t n, index_t count, complex_rows<float> in, complex_rows<float> to, bool turn) const noexcept {
    in = in.swapped();
    to = to.swapped();
    if (count >= lane_block / 2 && n <= longest_in_lanes) {
      if (turn)
        fft_lanes_transposed(n, count, in, to, roots, longest, work);
      else
        fft_lanes(n, count, in, to, roots, longest, work);
      return;
    }
    for (index_t j = 0; j < count; ++j) {
      complex_rows<float> const row = turn ? to.at(j, 0) : to.at(0, j);
      fft<1>(n, in.at(0, j), complex_rows<float>{row.re, row.im, turn ? 1 : to.pitch}, roots, longest, work);
    }
  }

  /// Draws complex normal numbers for all bins into b, one after the other. Bin 64 g + i has half 0 of block 32 g + i
  /// of the draws, and bin 64 g + 32 + i half 1, for i < 32.
  void draw_bins(random const& draw) const noexcept {
    index_t const bins = padded[0] * padded[1] * columns;
    for (index_t k = 0; k < bins; k += 2 * bits_width) {
      std::uint64_t bits[2 * bits_width];
      float re[2 * bits_width], im[2 * bits_width];
      bits_of_draws(draw, static_cast<std::uint64_t>(k / 2), bits, bits + bits_width);
      for (int i = 0; i < 2 * bits_width; ++i) {
        float_pair const z = normal_pair(bits[i]);
        re[i] = z.x, im[i] = z.y;
      }
      auto const bytes = sizeof(float) * static_cast<std::size_t>(lesser(bins - k, 2 * bits_width));
      std::memcpy(b + k, re, bytes);
      std::memcpy(b + spectrum() + k, im, bytes);
    }
  }

  /// Frequency of bin k along an axis, in units of the lowest of all axes.
  float frequency(int axis, index_t k) const noexcept {
    return static_cast<float>(lesser(k, padded[axis] - k) * (longest / padded[axis]));
  }
  /// Writes the bins of b, each times (its frequency)^-decay, to a: lines with zeros behind them. The pairs of the
  /// inner columns have half the variance of the others.
  void weigh(float decay) const noexcept {
    float const power = 0.5f * decay;
    for (index_t z = 0; z < padded[0]; ++z)
      for (index_t y = 0; y < padded[1]; ++y) {
        index_t const line = z * padded[1] + y;
        float const fz = frequency(0, z), fy = frequency(1, y), across = two_products(fz, fz, fy, fy);
        float const *const re = b + line * columns, *const im = re + spectrum();
        weigh_line(across, power, re, im, a + line * pitch, a + spectrum() + line * pitch);
      }
    for (index_t k = spectrum() - lane_block; k < spectrum(); ++k) a[k] = a[spectrum() + k] = 0.0f;
    a[0] = a[spectrum()] = 0.0f;
  }
  void weigh_line(float across, float power, float const* MIXAUG_RESTRICT re, float const* MIXAUG_RESTRICT im,
                  float* MIXAUG_RESTRICT to_re, float* MIXAUG_RESTRICT to_im) const noexcept {
    float const step = static_cast<float>(longest / padded[2]);
    for (index_t k = 0; k < columns; k += lane_block)  // blocks of known length, which compilers vectorise
      for (std::int32_t u = 0; u < lane_block; ++u) {
        float const fx = static_cast<float>(static_cast<std::int32_t>(k) + u) * step;
        float const w = 0.70710678f * power_below_one(across + rounded_product(fx, fx), power);
        to_re[k + u] = re[k + u] * w, to_im[k + u] = im[k + u] * w;
      }
    for (index_t k = columns; k < pitch; ++k) to_re[k] = to_im[k] = 0.0f;
    for (index_t k : {index_t{0}, columns - 1}) {
      float const fx = static_cast<float>(static_cast<std::int32_t>(k)) * step;
      float const w = power_below_one(across + rounded_product(fx, fx), power);
      to_re[k] = re[k] * w, to_im[k] = im[k] * w;
    }
  }
  /// square^-power for power >= 0, but at least e^-79; square < 1 counts as 1. Floats >= 0 are limited by their bits,
  /// for compilers make branches of other limits.
  static float power_below_one(float square, float power) noexcept {
    std::uint32_t const one = bits_of(1.0f), most = bits_of(79.0f), from = bits_of(square);
    std::uint32_t const exponent = bits_of(rounded_product(power, fast_log(float_of(from > one ? from : one))));
    return fast_exp(-float_of(exponent < most ? exponent : most));
  }

  /// Transforms one plane, and passes its lines on.
  template <class Out>
  void each_line(float* plane, index_t z, Out const& out) const noexcept {
    complex_rows<float> const in = spectrum_of(plane, pitch);
    index_t const turned_pitch = fft_pitch(padded[1]), lines_pitch = fft_pitch(padded[2]);
    complex_rows<float> const column{turned, turned + columns * turned_pitch, turned_pitch};
    if (padded[1] > 1) {
      inverse(padded[1], columns, in, column, true);
    } else {
      for (index_t k = 0; k < columns; ++k) *column.at(k, 0).re = in.re[k], *column.at(k, 0).im = in.im[k];
    }
    if (padded[2] == 1) {
      for (index_t y = 0; y < size[1]; ++y) out(z, y, column.re + y);
      return;
    }
    complex_rows<float> const line{lines, lines + half * lines_pitch, lines_pitch};
    inverse(padded[2], half, pairs(column), line, true);
    for (index_t y = 0; y < size[1]; ++y) out(z, y, y < half ? line.at(y, 0).re : line.at(y - half, 0).im);
  }
  /// Puts lines j and half + j together: bin k of the pair is X_j[k] + i X_(half + j)[k], where X[-k] is the conjugate
  /// of X[k], so that the transform has line j as its real and line half + j as its imaginary parts.
  complex_rows<float> pairs(complex_rows<float> column) const noexcept {
    index_t const row = fft_pitch(half), n = padded[2];
    complex_rows<float> const to{packed, packed + n * row, row};
    for (index_t k = 0; k < columns; ++k) {
      bool const real = k == 0 || k == columns - 1, second = half < padded[1];
      float const *const re = column.at(k, 0).re, *const im = column.at(k, 0).im;
      complex_rows<float> const up = to.at(k, 0), down = to.at((n - k) % n, 0);
      if (real)
        pair_real(half, re, second ? re + half : nullptr, up.re, up.im);
      else
        pair_complex(half, re, im, second ? re + half : nullptr, second ? im + half : nullptr, up, down);
    }
    return to;
  }
  void pair_real(index_t count, float const* first, float const* second, float* re, float* im) const noexcept {
    for (index_t j = 0; j < count; ++j) re[j] = first[j];
    for (index_t j = 0; j < count; ++j) im[j] = second == nullptr ? 0.0f : second[j];
    for (index_t j = count; j < fft_pitch(count); ++j) re[j] = im[j] = 0.0f;
  }
  void pair_complex(index_t count, float const* re0, float const* im0, float const* re1, float const* im1,
                    complex_rows<float> up, complex_rows<float> down) const noexcept {
    if (re1 == nullptr) {
      for (index_t j = 0; j < count; ++j) up.re[j] = down.re[j] = re0[j], up.im[j] = im0[j], down.im[j] = -im0[j];
    } else {
      add_pair(count, re0, im0, re1, im1, up.re, up.im, down.re, down.im);
    }
    for (index_t j = count; j < fft_pitch(count); ++j) up.re[j] = up.im[j] = down.re[j] = down.im[j] = 0.0f;
  }
  static void add_pair(index_t count, float const* MIXAUG_RESTRICT re0, float const* MIXAUG_RESTRICT im0,
                       float const* MIXAUG_RESTRICT re1, float const* MIXAUG_RESTRICT im1, float* MIXAUG_RESTRICT up_re,
                       float* MIXAUG_RESTRICT up_im, float* MIXAUG_RESTRICT down_re,
                       float* MIXAUG_RESTRICT down_im) noexcept {
    for (index_t j = 0; j < count; ++j) up_re[j] = re0[j] - im1[j], up_im[j] = im0[j] + re1[j];
    for (index_t j = 0; j < count; ++j) down_re[j] = re0[j] + im1[j], down_im[j] = re1[j] - im0[j];
  }
};

}  // namespace mixaug::detail

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
