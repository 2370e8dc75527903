// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/core/detail/math/transpose.hpp>
#include <mixaug/core/element.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// The discrete Fourier transform of lengths 2^k, out of place and without scaling (Stockham's radix-4 algorithm, no
/// bit reversal). Each product is rounded before it is added, so that builds with and without fma agree in every bit.
/// Sequences are stored in adjacent lanes, so that every inner loop is over contiguous memory.
namespace mixaug::detail {

/// Distance of rows of n items in memory: blocks fit, one item past the end is free, and columns do not
/// share cache sets.
MIXAUG_HD constexpr index_t fft_pitch(index_t n) noexcept { return n + lane_block; }

/// Complex numbers as two matrices: item k of sequence (lane) j at k * pitch + j.
template <class F>
struct complex_rows {
  F *re, *im;
  index_t pitch;
  MIXAUG_HD complex_rows at(index_t row, index_t lane) const noexcept {
    return {re + row * pitch + lane, im + row * pitch + lane, pitch};
  }
  /// Swaps the parts: the transform of swapped parts, swapped back, is the inverse transform (times n).
  MIXAUG_HD complex_rows swapped() const noexcept { return {im, re, pitch}; }
};

/// The longest transform: of 2^24 items.
inline constexpr index_t longest_fft = index_t{1} << 24;

/// cos and sin of 2 pi / 8, 2 pi / 16, ... 2 pi / 2^24, rounded to nearest; libm's results differ between machines.
struct root_table {
  double cosine[22] = {0.7071067811865476, 0.9238795325112867, 0.9807852804032304, 0.9951847266721969,
                       0.9987954562051724, 0.9996988186962042, 0.9999247018391445, 0.9999811752826011,
                       0.9999952938095762, 0.9999988234517019, 0.9999997058628822, 0.9999999264657179,
                       0.9999999816164293, 0.9999999954041073, 0.9999999988510269, 0.9999999997127567,
                       0.9999999999281892, 0.9999999999820472, 0.9999999999955118, 0.999999999998878,
                       0.9999999999997194, 0.9999999999999298};
  double sine[22] = {0.7071067811865476,     0.3826834323650898,     0.19509032201612828,   0.0980171403295606,
                     0.049067674327418015,   0.024541228522912288,   0.012271538285719925,  0.006135884649154475,
                     0.003067956762965976,   0.0015339801862847657,  0.0007669903187427045, 0.00038349518757139556,
                     0.00019174759731070332, 9.587379909597734e-05,  4.793689960306688e-05, 2.396844980841822e-05,
                     1.1984224905069707e-05, 5.9921124526424275e-06, 2.996056226334661e-06, 1.4980281131690111e-06,
                     7.490140565847157e-07,  3.7450702829238413e-07};
};

/// exp(-2 pi i k / n) for k < n <= longest_fft as n cosines, then n sines; each is a product of at most log2 n roots.
MIXAUG_HD inline void fill_roots(double* roots, index_t n) noexcept {
  double *re = roots, *im = roots + n;
  root_table const table;
  re[0] = 1.0, im[0] = 0.0;
  int level = -2;  // the root is exp(-2 pi i / 2^(level + 3))
  for (index_t step = n / 2; step > 0; step /= 2, ++level) {
    re[step] = level == -2 ? -1.0 : level == -1 ? 0.0 : table.cosine[level];
    im[step] = level == -2 ? 0.0 : level == -1 ? -1.0 : -table.sine[level];
    for (index_t k = 2 * step; k + step < n; k += 2 * step) {
      re[k + step] = rounded_product(re[k], re[step]) - rounded_product(im[k], im[step]);
      im[k + step] = rounded_product(re[k], im[step]) + rounded_product(im[k], re[step]);
    }
  }
}

template <class F>
struct twiddles {
  F re1, im1, re2, im2, re3, im3;  ///< w, w^2, w^3
};

/// One butterfly of Lanes sequences: y_k = w^k sum_j x_j (-i)^(jk), x_j = in[j * step]. Every output row has its own
/// restrict pointer, so that compilers know that the stores do not overlap.
template <index_t Lanes, bool Turned, class F>
MIXAUG_HD void butterfly4(F const* MIXAUG_RESTRICT in_re, F const* MIXAUG_RESTRICT in_im, index_t step,
                          F* MIXAUG_RESTRICT re0, F* MIXAUG_RESTRICT im0, F* MIXAUG_RESTRICT re1,
                          F* MIXAUG_RESTRICT im1, F* MIXAUG_RESTRICT re2, F* MIXAUG_RESTRICT im2,
                          F* MIXAUG_RESTRICT re3, F* MIXAUG_RESTRICT im3, twiddles<F> w) noexcept {
  for (index_t j = 0; j < Lanes; ++j) {
    F const ar = in_re[j], br = in_re[j + step], cr = in_re[j + 2 * step], dr = in_re[j + 3 * step];
    F const ai = in_im[j], bi = in_im[j + step], ci = in_im[j + 2 * step], di = in_im[j + 3 * step];
    F const even_r = ar + cr, even_i = ai + ci, gap_r = ar - cr, gap_i = ai - ci;
    F const odd_r = br + dr, odd_i = bi + di, turn_r = bi - di, turn_i = dr - br;  // turn = -i (b - d)
    F const r1 = gap_r + turn_r, i1 = gap_i + turn_i, r2 = even_r - odd_r, i2 = even_i - odd_i;
    F const r3 = gap_r - turn_r, i3 = gap_i - turn_i;
    re0[j] = even_r + odd_r, im0[j] = even_i + odd_i;
    re1[j] = Turned ? rounded_product(r1, w.re1) - rounded_product(i1, w.im1) : r1;
    im1[j] = Turned ? rounded_product(r1, w.im1) + rounded_product(i1, w.re1) : i1;
    re2[j] = Turned ? rounded_product(r2, w.re2) - rounded_product(i2, w.im2) : r2;
    im2[j] = Turned ? rounded_product(r2, w.im2) + rounded_product(i2, w.re2) : i2;
    re3[j] = Turned ? rounded_product(r3, w.re3) - rounded_product(i3, w.im3) : r3;
    im3[j] = Turned ? rounded_product(r3, w.im3) + rounded_product(i3, w.re3) : i3;
  }
}
template <index_t Lanes, bool Turned, class F>
MIXAUG_HD void butterfly4(complex_rows<F> x, index_t step, complex_rows<F> y, index_t to, twiddles<F> w) noexcept {
  complex_rows<F> const y1 = y.at(to, 0), y2 = y.at(2 * to, 0), y3 = y.at(3 * to, 0);
  butterfly4<Lanes, Turned, F>(x.re, x.im, step * x.pitch, y.re, y.im, y1.re, y1.im, y2.re, y2.im, y3.re, y3.im, w);
}
template <index_t Lanes, class F>
MIXAUG_HD void butterfly2(F const* MIXAUG_RESTRICT a, F const* MIXAUG_RESTRICT b, F* MIXAUG_RESTRICT sum,
                          F* MIXAUG_RESTRICT gap) noexcept {
  for (index_t j = 0; j < Lanes; ++j) sum[j] = a[j] + b[j], gap[j] = a[j] - b[j];
}

/// Transforms Lanes sequences of length n. roots: fill_roots(all), all a multiple of n; work: 4 * n * Lanes items.
template <index_t Lanes, class F>
MIXAUG_HD void fft(index_t n, complex_rows<F> in, complex_rows<F> out, double const* roots, index_t all,
                   F* work) noexcept {
  complex_rows<F> const spare[2] = {{work, work + n * Lanes, Lanes},
                                    {work + 2 * n * Lanes, work + 3 * n * Lanes, Lanes}};
  int turn = 0;
  for (index_t left = n, s = 1; left > 1; left /= 4, s *= 4, turn ^= 1) {  // s sequences of length `left` interleaved
    complex_rows<F> const to = left <= 4 ? out : spare[turn];
    for (index_t q = 0; left == 2 && q < s; ++q) {
      complex_rows<F> const a = in.at(q, 0), b = in.at(q + s, 0), sum = to.at(q, 0), gap = to.at(q + s, 0);
      butterfly2<Lanes, F>(a.re, b.re, sum.re, gap.re);
      butterfly2<Lanes, F>(a.im, b.im, sum.im, gap.im);
    }
    for (index_t p = 0, quarter = left / 4; p < quarter; ++p) {
      double const *re = roots, *im = roots + all;
      index_t const k = p * s * (all / n);
      twiddles<F> const w{static_cast<F>(re[k]),     static_cast<F>(im[k]),     static_cast<F>(re[2 * k]),
                          static_cast<F>(im[2 * k]), static_cast<F>(re[3 * k]), static_cast<F>(im[3 * k])};
      for (index_t q = 0; q < s; ++q) {
        complex_rows<F> const x = in.at(q + s * p, 0), y = to.at(q + s * 4 * p, 0);
        if (p == 0)
          butterfly4<Lanes, false>(x, s * quarter, y, s, w);
        else
          butterfly4<Lanes, true>(x, s * quarter, y, s, w);
      }
    }
    in = to;
  }
}

/// Runs fft on `count` lanes, on the host. `in` must be readable, and `out` writable, up to the next
/// multiple of lane_block.
template <class F>
void fft_lanes(index_t n, index_t count, complex_rows<F> in, complex_rows<F> out, double const* roots, index_t all,
               F* work) noexcept {
  for (index_t j = 0; j < count; j += lane_block) fft<lane_block>(n, in.at(0, j), out.at(0, j), roots, all, work);
}
/// fft_lanes, transposed: out has `count` rows of n items. work: 6 * n * lane_block items.
template <class F>
void fft_lanes_transposed(index_t n, index_t count, complex_rows<F> in, complex_rows<F> out, double const* roots,
                          index_t all, F* work) noexcept {
  F* const tile = work + 4 * n * lane_block;
  for (index_t j = 0; j < count; j += lane_block) {
    fft<lane_block>(n, in.at(0, j), complex_rows<F>{tile, tile + n * lane_block, lane_block}, roots, all, work);
    transpose_block(n, tile, work), transpose_block(n, tile + n * lane_block, work);
    for (index_t lane = 0, some = lesser(count - j, lane_block); lane < some; ++lane) {
      complex_rows<F> const row = out.at(j + lane, 0);
      std::memcpy(row.re, tile + lane * n, sizeof(F) * static_cast<std::size_t>(n));
      std::memcpy(row.im, tile + (lane_block + lane) * n, sizeof(F) * static_cast<std::size_t>(n));
    }
  }
}

}  // namespace mixaug::detail

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
