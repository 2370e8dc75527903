// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/random.hpp>
#include <mixaug/core/tensor_view.hpp>

MIXAUG_EXACT_BEGIN

/// Components of a fused pass: squared distances of a few queries to a tile of rows, weights, online choice.
namespace mixaug::detail {

/// Rows are stored in chunks of `lanes` rows, [chunk][column][lane]; a tile of `tile` rows is one step of the choice.
/// `group` queries share each load.
struct pass_shape {
  static constexpr int lanes = 16, group = 4, tile = 256, chunks = tile / lanes;
};

/// Adds d columns to the squared distances of 4 queries, [column][4], to one chunk (First: overwrites them). Each pair
/// is summed in the order of its columns with fma, with one lane for each pair, so that the bits do not depend on the
/// vector width of the machine. Uses differences, not |x|^2 + |y|^2 - 2xy: nothing cancels, and on processors that add
/// in parallel with fma the cost is the same. out[4][tile]. (Four named arrays, which compilers keep in registers.)
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
/// Squared distances of some groups of queries to one tile, [query][tile]. Columns are processed in blocks that stay in
/// the L1 cache while all groups use them.
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

/// Kernel of a squared distance, relative to the distance `from` of a nearest row.
template <class A>
struct pass_kernel {
  A rate, limit;
  bool tophat;
  MIXAUG_HD A operator()(A d2, A from) const noexcept {
    return tophat ? (d2 < limit ? A{1} : A{0}) : falling_exp((from - d2) * rate);
  }
};
/// Replaces the squared distances of a tile by weights and returns their sum: 16 partial sums, added in order.
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

/// Number of a random word: slot << 20 | attempt.
MIXAUG_HD constexpr std::uint64_t kernel_number(std::uint32_t slot, std::uint32_t attempt) noexcept {
  return std::uint64_t{slot} << 20 | (attempt & 0xFFFFFu);
}
/// Running sum of one query, relative to its nearest row so far (log-sum-exp: weights of distant queries
/// do not vanish).
template <class A>
struct pass_sum {
  double total;
  A nearest;
  /// Makes a nearer row the reference; returns the factor by which all earlier sums shrink. The product
  /// is rounded separately.
  MIXAUG_HD double come_nearer(pass_kernel<A> const& kernel, A least) noexcept {
    double const f = kernel.tophat ? 1.0 : static_cast<double>(falling_exp((least - nearest) * kernel.rate));
    total = fused_sum(total, f, unseen_zero<double>());
    nearest = least;
    return f;
  }
};
/// Current choice of one partner. Tile t stays chosen while total <= limit = (total when chosen) / u. It survives to a
/// total S with probability (total when chosen) / S, as it would with one uniform for each tile, but few
/// uniforms are drawn.
struct pass_choice {
  double limit;
  std::int32_t used;  ///< uniforms drawn
  std::int32_t tile;
  MIXAUG_HD void offer(double total, index_t t, mixaug::random const& draw, std::uint32_t slot) noexcept {
    if (!(total > limit)) return;
    ++used, tile = static_cast<std::int32_t>(t);
    limit = total / (1.0 - mixaug::random::unit(draw.bits(kernel_number(slot, static_cast<std::uint32_t>(used)))));
  }
};

/// Arguments of a pass. Query i receives out(i, s), s = 0 ... slots - 1, from the random numbers of global row
/// first_row + i, slots first_slot + s. The query is row i of `queries` (m, d), and row self[i] of the table or -1
/// (null: no query is a row); or row rows(i) of the table if `rows` is given. All views are of the
/// memory space of the pass.
template <class Q>
struct pass_request {
  tensor_view<Q const, 2> queries;
  index_t const* self;
  mixaug::key key;
  index_t first_row;
  tensor_view<index_t, 2> out;
  std::uint32_t first_slot = 0;
  tensor_view<index_t const, 1> rows = {};

  MIXAUG_HD index_t row(index_t i) const noexcept {
    return rows.data != nullptr ? rows(i) : self != nullptr ? self[i] : -1;
  }
  MIXAUG_HD mixaug::random draw(index_t i) const noexcept {
    return {key, static_cast<std::uint64_t>(first_row + i), purpose::pairing};
  }
  MIXAUG_HD std::uint32_t slot(index_t s) const noexcept { return first_slot + static_cast<std::uint32_t>(s); }
};

/// The rows of a pass, packed; A is the type in which distances and weights are computed.
template <class A>
struct kernel_pass_view {
  A const* rows;  ///< [chunk][column][lane], scaled; whole tiles
  index_t n, d;
  double unit;
  pass_kernel<A> kernel;
  bool with_self;

  MIXAUG_HD index_t tiles() const noexcept { return ceil_div(n, pass_shape::tile); }
  MIXAUG_HD A const* tile(index_t t) const noexcept { return rows + t * pass_shape::tile * d; }
  /// Column k of row i is at(i)[k lanes].
  MIXAUG_HD A const* at(index_t i) const noexcept {
    constexpr index_t W = pass_shape::lanes;
    return rows + i / W * W * d + i % W;
  }
  /// Returns column k of a query, scaled, and limited so that squares stay finite. NaN if the row is not in the table
  /// or the value is not finite; then no row is chosen.
  template <class Q>
  MIXAUG_HD A query(pass_request<Q> const& r, index_t i, index_t k) const noexcept {
    if (r.rows.data != nullptr) {
      index_t const row = r.rows(i);
      return row >= 0 && row < n ? at(row)[k * pass_shape::lanes] : static_cast<A>(NAN);
    }
    constexpr double most = sizeof(A) == 8 ? 0x1p500 : 0x1p55;
    double const v = static_cast<double>(r.queries(i, k)), z = v * unit;
    if (!(std::fabs(v) < HUGE_VAL)) return static_cast<A>(NAN);
    return static_cast<A>(z > most ? most : z < -most ? -most : z);
  }
  /// Returns the row that must not be chosen, or -1.
  template <class Q>
  MIXAUG_HD index_t left_out(pass_request<Q> const& r, index_t i) const noexcept {
    return with_self ? -1 : r.row(i);
  }
};
/// Places a column of scratch in one block; with base = nullptr it only measures.
template <class Column>
Column* place_column(std::size_t& at, index_t count, std::byte* base) noexcept {
  Column* const p = base == nullptr ? nullptr : reinterpret_cast<Column*>(base + at);
  at += (sizeof(Column) * static_cast<std::size_t>(count) + 63) / 64 * 64;
  return p;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
