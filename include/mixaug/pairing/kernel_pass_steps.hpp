// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/random.hpp>
#include <mixaug/pairing/kernel_exp.hpp>

/// The parts of a fused pass: squared distances of a few queries to a tile of rows, weights, online choice.
namespace mixaug::detail {

/// Rows lie in chunks of `lanes` side by side, [chunk][column][lane]; a tile of `tile` rows is one step of the
/// choice. `group` queries share each load.
struct pass_shape {
  static constexpr int lanes = 16, group = 4, tile = 256, chunks = tile / lanes;
};

/// Adds d columns (the first: sets) to the squared distances of 4 queries, [column][4], to one chunk: each pair is
/// summed in the order of its columns with fma, lanes over pairs, so that the bits do not depend on the width of the
/// machine's vectors. Differences, not |x|^2 + |y|^2 - 2xy: nothing cancels, and where processors add beside fma it
/// costs no more. out[4][tile]. (Four arrays by name: compilers keep them in registers.)
template <bool First, class A>
void add_squares(A const* MIXAUG_RESTRICT rows, A const* MIXAUG_RESTRICT queries, index_t d,
                 A* MIXAUG_RESTRICT out) noexcept {
  constexpr int W = pass_shape::lanes, tile = pass_shape::tile;
  A s0[W] = {}, s1[W] = {}, s2[W] = {}, s3[W] = {};
  if constexpr (!First)
    for (int l = 0; l < W; ++l)
      s0[l] = out[l], s1[l] = out[tile + l], s2[l] = out[2 * tile + l], s3[l] = out[3 * tile + l];
  for (index_t k = 0; k < d; ++k) {
    A const x0 = queries[4 * k], x1 = queries[4 * k + 1], x2 = queries[4 * k + 2], x3 = queries[4 * k + 3];
    for (int l = 0; l < W; ++l) {
      A const y = rows[k * W + l], g0 = y - x0, g1 = y - x1, g2 = y - x2, g3 = y - x3;
      s0[l] = add_product(g0, g0, s0[l]);
      s1[l] = add_product(g1, g1, s1[l]);
      s2[l] = add_product(g2, g2, s2[l]);
      s3[l] = add_product(g3, g3, s3[l]);
    }
  }
  for (int l = 0; l < W; ++l)
    out[l] = s0[l], out[tile + l] = s1[l], out[2 * tile + l] = s2[l], out[3 * tile + l] = s3[l];
}
/// Squared distances of some groups of queries to one tile, [query][tile]. Many columns are taken in blocks that
/// stay in the first cache while all groups use them.
template <class A>
void squared_tile(A const* rows, A const* queries, index_t groups, index_t d, A* out) noexcept {
  constexpr index_t G = pass_shape::group, W = pass_shape::lanes, step = 512 / sizeof(A);
  for (index_t k = 0; k < d; k += step)
    for (index_t c = 0; c < pass_shape::chunks; ++c)
      for (index_t g = 0; g < groups; ++g) {
        A const *const r = rows + (c * d + k) * W, *const q = queries + (g * d + k) * G;
        A* const o = out + g * G * pass_shape::tile + c * W;
        if (k == 0)
          add_squares<true>(r, q, lesser(step, d), o);
        else
          add_squares<false>(r, q, lesser(step, d - k), o);
      }
}

template <class A>
A least_of_tile(A const* MIXAUG_RESTRICT d2) noexcept {
  constexpr int W = 32;
  A least[W];
  for (int l = 0; l < W; ++l) least[l] = d2[l];
  for (int j = W; j < pass_shape::tile; j += W)
    for (int l = 0; l < W; ++l) {
      A const a = d2[j + l], b = least[l];
      least[l] = a < b ? a : b;
    }
  for (int half = W / 2; half > 0; half /= 2)
    for (int l = 0; l < half; ++l) least[l] = least[l + half] < least[l] ? least[l + half] : least[l];
  return least[0];
}

/// The kernel of a squared distance, relative to the distance `from` of a nearest row.
template <class A>
struct pass_kernel {
  A rate, limit;
  bool tophat;
  MIXAUG_HD A operator()(A d2, A from) const noexcept {
    return tophat ? (d2 < limit ? A{1} : A{0}) : falling_exp((from - d2) * rate);
  }
};
/// Weights of a tile in place of its squared distances, and their sum: 16 partial sums, added in order.
template <class A>
double weigh_tile(pass_kernel<A> const& kernel, A from, A* MIXAUG_RESTRICT d2) noexcept {
  constexpr int W = 16;
  A part[W] = {};
  A const rate = kernel.rate, limit = kernel.limit;
  if (kernel.tophat) {
    for (int j = 0; j < pass_shape::tile; j += W)
      for (int l = 0; l < W; ++l) part[l] += (d2[j + l] = d2[j + l] < limit ? A{1} : A{0});
  } else {
    for (int j = 0; j < pass_shape::tile; j += W)
      for (int l = 0; l < W; ++l) part[l] += (d2[j + l] = falling_exp((from - d2[j + l]) * rate));
  }
  double sum = 0.0;
  for (int l = 0; l < W; ++l) sum += static_cast<double>(part[l]);
  return sum;
}

/// One query's sum so far, relative to its nearest row so far (log-sum-exp: far queries do not vanish).
template <class A>
struct pass_sum {
  double total;
  A nearest;
};
/// One partner's choice so far. Tile t stays chosen while total <= limit = (total when chosen) / u: it survives to a
/// total S with chance (total then) / S, which is what one uniform a tile would give; few uniforms are drawn.
struct pass_choice {
  double limit;
  std::int32_t used;  ///< uniforms drawn
  std::int32_t tile;
};
/// Number of a random word: slot << 20 | attempt.
MIXAUG_HD constexpr std::uint64_t kernel_number(std::uint32_t slot, std::uint32_t attempt) noexcept {
  return std::uint64_t{slot} << 20 | (attempt & 0xFFFFFu);
}

}  // namespace mixaug::detail
