// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/chain.hpp>
#include <mixaug/augment/detail/affine_map.hpp>
#include <mixaug/augment/detail/tile.hpp>
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/workspace.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS

/// Maps that are not affine, as lists of items: the positions of a run of pixels go through them from the last to the
/// first, in double, each product rounded before it is added: the same bits everywhere.
namespace mixaug::augment {
namespace detail {

enum class warp_kind : unsigned char {
  affine,      ///< an affine_map; of no steps, the change between the pixels of features and those of their images
  projective,  ///< 9 numbers, row by row
  radial,      ///< centre x and y, 1 / (half diagonal)^2, k1, k2
  spline       ///< 1 / spacing, rows and columns of the nodes, 1 if they move anything, spacing
};
/// One item: its kind, and the steps that it stands for.
struct warp_item {
  warp_kind kind;
  int step = 0, last = 0;
  index_t first = 0;  ///< the first of its doubles
  index_t nodes = 0;  ///< the first node of a spline, among the floats
};
inline constexpr int doubles_of_warp[] = {6, 9, 5, 5};

/// The grid of a spline: nodes (-1 .. rows - 2) at a spacing, the first at the border of the image.
struct spline_grid {
  int spacing = 1;
  index_t rows = 0, columns = 0;
  static spline_grid of(image_facts const& in, float sigma) noexcept {
    spline_grid g;
    g.spacing = static_cast<int>(sigma);
    g.rows = in.height / g.spacing + 4;
    g.columns = in.width / g.spacing + 4;
    return g;
  }
  index_t nodes() const noexcept { return rows * columns; }
};

/// Weights of four nodes at the fraction t behind the second: the cubic B-spline.
struct spline_weights {
  double w[4];
  MIXAUG_HD explicit spline_weights(double t) noexcept {
    using mixaug::detail::rounded_product;
    double const u = 1.0 - t, t2 = t * t, u2 = u * u;
    constexpr double sixth = 1.0 / 6.0;
    w[0] = u * u2 * sixth;
    w[1] = (4.0 - rounded_product(t2, 6.0 - rounded_product(3.0, t))) * sixth;
    w[2] = (4.0 - rounded_product(u2, 6.0 - rounded_product(3.0, u))) * sixth;
    w[3] = t * t2 * sixth;
  }
};

/// Blur of the noise on the grid: weights of the distances 0 to reach, and their reach.
struct grid_blur {
  static constexpr int most = 6;
  int reach = 0;
  double w[most + 1] = {};
  /// The variance of the spline's kernel is 1/3 in units of the grid; the blur has the rest.
  grid_blur(double sigma, int spacing) noexcept {
    double const units = sigma / static_cast<double>(spacing), variance = units * units - 1.0 / 3.0;
    reach = static_cast<int>(3.0 * std::sqrt(variance)) + 1;
    if (reach > most) reach = most;
    double sum = 0.0;
    for (int k = reach; k >= 0; --k) {
      w[k] = mixaug::detail::precise_exp(-0.5 * static_cast<double>(k * k) / variance);
      sum += k == 0 ? w[k] : 2.0 * w[k];
    }
    for (int k = 0; k <= reach; ++k) w[k] /= sum;
  }
  /// The variance of a field of unit noise along one axis, as a mean over all places between two nodes: the sum over n
  /// of the correlation of the weights, and that of the spline with itself at the distance n.
  double mean_square() const noexcept {
    constexpr double spline[4] = {151.0 / 315.0, 397.0 / 1680.0, 1.0 / 42.0, 1.0 / 5040.0};
    double sum = 0.0;
    for (int n = 0; n < 4; ++n) {
      double correlation = 0.0;
      for (int k = -reach; k + n <= reach; ++k) {
        int const a = k < 0 ? -k : k, b = k + n < 0 ? -(k + n) : k + n;
        correlation = fused_sum(w[a], w[b], correlation);
      }
      sum = fused_sum(n == 0 ? spline[n] : 2.0 * spline[n], correlation, sum);
    }
    return sum;
  }
};

/// to[k] = the sum over d of w[|d|] from[k + d step].
inline void blur_line(grid_blur const& blur, double const* MIXAUG_RESTRICT from, index_t step, index_t n,
                      double* MIXAUG_RESTRICT to) noexcept {
  using mixaug::detail::rounded_product;
  for (index_t k = 0; k < n; ++k) to[k] = blur.w[0] * from[k];
  for (int d = 1; d <= blur.reach; ++d) {
    double const w = blur.w[d];
    double const *const a = from - d * step, *const b = from + d * step;
    for (index_t k = 0; k < n; ++k) to[k] = to[k] + rounded_product(w, a[k] + b[k]);
  }
}

/// Writes the nodes of a field, first those of x, then those of y, in pixels, of which there are at most 8191: the
/// field between them is no farther away.
inline void make_nodes(elastic const& s, float const* drawn, image_facts const& in, key const& k, std::uint64_t row,
                       int step, float* to) {
  spline_grid const g = spline_grid::of(in, drawn[1]);
  if (drawn[0] == 0.0f) {
    for (index_t n = 0; n < 2 * g.nodes(); ++n) to[n] = 0.0f;
    return;
  }
  constexpr double farthest = 8191.0;
  grid_blur const blur(static_cast<double>(drawn[1]), g.spacing);
  double const scale = static_cast<double>(drawn[0]) / blur.mean_square();
  constexpr int lanes = mixaug::detail::bits_width;
  index_t const r = blur.reach, wide = g.columns + 2 * r, tall = g.rows + 2 * r;
  index_t const blocks = (wide + 7) / 8, all = tall * blocks;  // of eight numbers, one row of blocks after the other
  index_t const room = (all + lanes) * 8;
  // as much as the finest grid needs, so that no later draw asks for more
  spline_grid const finest = spline_grid::of(in, s.sigma.low);
  index_t const most_tall = finest.rows + 2 * grid_blur::most, most_wide = finest.columns + 2 * grid_blur::most;
  index_t const numbers = (most_tall * ((most_wide + 7) / 8) + lanes) * 8 + (most_tall + 1) * finest.columns;
  double* const raw = reinterpret_cast<double*>(
      mixaug::detail::kept_scratch(1).reserve(static_cast<std::size_t>(numbers) * sizeof(double)));
  double *const along = raw + room, *const sum = along + tall * g.columns;
  for (int c = 0; c < 2; ++c) {
    for (index_t done = 0; done < all; done += lanes) {
      std::uint64_t number[lanes];
      std::uint16_t bits[8 * lanes];
      float z[8 * lanes];
      for (int b = 0; b < lanes; ++b)
        number[b] = static_cast<std::uint64_t>(c) << 29 | static_cast<std::uint64_t>((done + b) / blocks) << 13 |
                    static_cast<std::uint64_t>((done + b) % blocks);
      mixaug::detail::halves_of_numbers(k, row, static_cast<purpose>(128 + step), number, bits);
      for (int j = 0; j < 8 * lanes; ++j) z[j] = mixaug::detail::normal_of(bits[j]);
      for (int j = 0; j < 8 * lanes; ++j) raw[8 * done + j] = static_cast<double>(z[j]);
    }
    for (index_t y = 0; y < tall; ++y) blur_line(blur, raw + 8 * blocks * y + r, 1, g.columns, along + y * g.columns);
    for (index_t y = 0; y < g.rows; ++y) {
      blur_line(blur, along + (y + r) * g.columns, g.columns, g.columns, sum);
      float* const o = to + c * g.nodes() + y * g.columns;
      for (index_t x = 0; x < g.columns; ++x) {
        double const v = scale * sum[x], above = v > -farthest ? v : -farthest;
        o[x] = static_cast<float>(above < farthest ? above : farthest);
      }
    }
  }
}

/// The projective map that takes the moved corners of the output to the corners of the input.
inline void make_projective(float const* drawn, image_facts const& in, double* to) noexcept {
  double const w = static_cast<double>(in.width), h = static_cast<double>(in.height);
  double const x[4] = {static_cast<double>(drawn[0]), w - static_cast<double>(drawn[2]),
                       w - static_cast<double>(drawn[4]), static_cast<double>(drawn[6])};
  double const y[4] = {static_cast<double>(drawn[1]), static_cast<double>(drawn[3]), h - static_cast<double>(drawn[5]),
                       h - static_cast<double>(drawn[7])};
  // The unit square to the corners (Heckbert 1989, section 2.2.3), whose inverse is the adjoint matrix.
  double const sx = ((x[0] - x[1]) + x[2]) - x[3], sy = ((y[0] - y[1]) + y[2]) - y[3];
  double const dx1 = x[1] - x[2], dx2 = x[3] - x[2], dy1 = y[1] - y[2], dy2 = y[3] - y[2];
  double const determinant = sum_of_products(dx1, dy2, -dx2, dy1);
  double const g = sum_of_products(sx, dy2, -dx2, sy) / determinant,
               q = sum_of_products(dx1, sy, -sx, dy1) / determinant;
  double const a = fused_sum(g, x[1], x[1] - x[0]), b = fused_sum(q, x[3], x[3] - x[0]), c = x[0];
  double const d = fused_sum(g, y[1], y[1] - y[0]), e = fused_sum(q, y[3], y[3] - y[0]), f = y[0];
  double const inverse[9] = {fused_sum(-f, q, e),          fused_sum(c, q, -b),          sum_of_products(b, f, -c, e),
                             fused_sum(f, g, -d),          fused_sum(-c, g, a),          sum_of_products(c, d, -a, f),
                             sum_of_products(d, q, -e, g), sum_of_products(b, g, -a, q), sum_of_products(a, e, -b, d)};
  for (int k = 0; k < 3; ++k) {
    to[k] = w * inverse[k];
    to[3 + k] = h * inverse[3 + k];
    to[6 + k] = inverse[6 + k];
  }
}

/// The numbers of one item for one image, but those of affine ones.
inline void make_warp(perspective const&, float const* drawn, image_facts const& in, double* to) noexcept {
  make_projective(drawn, in, to);
}
inline void make_warp(lens const&, float const* drawn, image_facts const& in, double* to) noexcept {
  double const w = static_cast<double>(in.width), h = static_cast<double>(in.height);
  to[0] = 0.5 * w;
  to[1] = 0.5 * h;
  to[2] = 4.0 / sum_of_products(w, w, h, h);
  to[3] = static_cast<double>(drawn[0]);
  to[4] = static_cast<double>(drawn[1]);
}
inline void make_warp(elastic const&, float const* drawn, image_facts const& in, double* to) noexcept {
  spline_grid const g = spline_grid::of(in, drawn[1]);
  to[0] = 1.0 / static_cast<double>(g.spacing);
  to[1] = static_cast<double>(g.rows);
  to[2] = static_cast<double>(g.columns);
  to[3] = drawn[0] == 0.0f ? 0.0 : 1.0;
  to[4] = static_cast<double>(g.spacing);
}

/// True if the step moves anything with these numbers.
inline bool is_active(perspective const&, float const* drawn) noexcept {
  for (int k = 0; k < perspective::numbers; ++k)
    if (drawn[k] != 0.0f) return true;
  return false;
}
inline bool is_active(lens const&, float const* drawn) noexcept { return drawn[0] != 0.0f || drawn[1] != 0.0f; }
inline bool is_active(elastic const&, float const* drawn) noexcept { return drawn[0] != 0.0f; }

/// The weights of four nodes at the fraction t behind the second, in float.
MIXAUG_HD inline void weigh_nodes(float t, float* MIXAUG_RESTRICT w) noexcept {
  using mixaug::detail::rounded_product;
  constexpr float sixth = 1.0f / 6.0f;
  float const r = 1.0f - t, t2 = t * t, r2 = r * r;
  w[0] = r * r2 * sixth;
  w[1] = (4.0f - rounded_product(t2, 6.0f - rounded_product(3.0f, t))) * sixth;
  w[2] = (4.0f - rounded_product(r2, 6.0f - rounded_product(3.0f, r))) * sixth;
  w[3] = t * t2 * sixth;
}

/// Moves n points, anywhere, by a spline. Its weights and sums are in float: displacements are exact to 2^-20 of
/// themselves.
inline void spline_run(double const* m, float const* nodes, int n, double* MIXAUG_RESTRICT x,
                       double* MIXAUG_RESTRICT y) noexcept {
  using mixaug::detail::rounded_product;
  constexpr int part = 64;
  alignas(64) std::int32_t place[part];
  alignas(64) float wx[part][4], wy[part][4], line[part][4];
  std::int32_t const columns = static_cast<std::int32_t>(m[2]);
  index_t const all = static_cast<index_t>(m[1]) * columns;
  // beyond the image the field goes on as at its border
  double const unit = m[0], most_u = m[2] - 4.0 + 0.999, most_v = m[1] - 4.0 + 0.999;
  for (int done = 0; done < n; done += part) {
    int const many = n - done < part ? n - done : part;
    alignas(64) double u[part], v[part];
    for (int k = 0; k < many; ++k) {
      double const pu = x[done + k] * unit, pv = y[done + k] * unit;
      double const above_u = pu > 0.0 ? pu : 0.0, above_v = pv > 0.0 ? pv : 0.0;
      u[k] = above_u < most_u ? above_u : most_u;
      v[k] = above_v < most_v ? above_v : most_v;
    }
    alignas(64) float fx[part], fy[part];
    for (int k = 0; k < many; ++k) {
      std::int32_t const i = static_cast<std::int32_t>(v[k]), j = static_cast<std::int32_t>(u[k]);
      place[k] = i * columns + j;
      fx[k] = static_cast<float>(u[k] - static_cast<double>(j));
      fy[k] = static_cast<float>(v[k] - static_cast<double>(i));
    }
    auto const weigh = [many](float const* f, float(*MIXAUG_RESTRICT w)[4]) {
      for (int k = 0; k < many; ++k) weigh_nodes(f[k], w[k]);
    };
    weigh(fx, wx);
    weigh(fy, wy);
    for (int c = 0; c < 2; ++c) {
      float const* const of = nodes + c * all;
      // four neighbours in a row at a time: their sums over rows, weighted along x
      for (int k = 0; k < many; ++k) {
        float const *const p = of + place[k], *const q = p + columns, *const r = q + columns, *const s = r + columns;
        float const a = wy[k][0], b = wy[k][1], d = wy[k][2], e = wy[k][3];
        for (int t = 0; t < 4; ++t)
          line[k][t] = rounded_product(
              wx[k][t], ((rounded_product(a, p[t]) + rounded_product(b, q[t])) + rounded_product(d, r[t])) +
                            rounded_product(e, s[t]));
      }
      double* MIXAUG_RESTRICT const to = (c == 0 ? x : y) + done;
      for (int k = 0; k < many; ++k)
        to[k] = to[k] + static_cast<double>((line[k][0] + line[k][1]) + (line[k][2] + line[k][3]));
    }
  }
}

/// The same for one point, with the same bits.
MIXAUG_HD inline void spline_point(double const* m, float const* nodes, double& x, double& y) noexcept {
  using mixaug::detail::rounded_product;
  index_t const columns = static_cast<index_t>(m[2]), all = static_cast<index_t>(m[1]) * columns;
  double const most_u = m[2] - 4.0 + 0.999, most_v = m[1] - 4.0 + 0.999;
  double const pu = rounded_product(x, m[0]), pv = rounded_product(y, m[0]);
  double const above_u = pu > 0.0 ? pu : 0.0, above_v = pv > 0.0 ? pv : 0.0;
  double const u = above_u < most_u ? above_u : most_u, v = above_v < most_v ? above_v : most_v;
  index_t const i = static_cast<index_t>(v), j = static_cast<index_t>(u);
  float wx[4], wy[4], sum[2];
  weigh_nodes(static_cast<float>(u - static_cast<double>(j)), wx);
  weigh_nodes(static_cast<float>(v - static_cast<double>(i)), wy);
  for (int c = 0; c < 2; ++c) {
    float const *const p = nodes + c * all + i * columns + j, *const q = p + columns, *const r = q + columns,
                       *const s = r + columns;
    float line[4];
    for (int t = 0; t < 4; ++t)
      line[t] = rounded_product(
          wx[t], ((rounded_product(wy[0], p[t]) + rounded_product(wy[1], q[t])) + rounded_product(wy[2], r[t])) +
                     rounded_product(wy[3], s[t]));
    sum[c] = (line[0] + line[1]) + (line[2] + line[3]);
  }
  x = x + static_cast<double>(sum[0]);
  y = y + static_cast<double>(sum[1]);
}

/// Takes a point of the continuous output through one item.
MIXAUG_HD inline void warp_point(warp_kind kind, double const* m, float const* nodes, double& x, double& y) noexcept {
  using mixaug::detail::rounded_product;
  double const a = x, b = y;
  switch (kind) {
    case warp_kind::affine:
      x = (rounded_product(m[0], a) + rounded_product(m[1], b)) + m[2];
      y = (rounded_product(m[3], a) + rounded_product(m[4], b)) + m[5];
      break;
    case warp_kind::projective: {
      double const over = (rounded_product(m[6], a) + rounded_product(m[7], b)) + m[8];
      x = ((rounded_product(m[0], a) + rounded_product(m[1], b)) + m[2]) / over;
      y = ((rounded_product(m[3], a) + rounded_product(m[4], b)) + m[5]) / over;
      break;
    }
    case warp_kind::radial: {
      double const dx = a - m[0], dy = b - m[1];
      double const r2 = (rounded_product(dx, dx) + rounded_product(dy, dy)) * m[2];
      double const stretch = 1.0 + rounded_product(r2, m[3] + rounded_product(r2, m[4]));
      x = m[0] + rounded_product(dx, stretch);
      y = m[1] + rounded_product(dy, stretch);
      break;
    }
    case warp_kind::spline:
      if (m[3] != 0.0) spline_point(m, nodes, x, y);
      break;
  }
}
/// The same for n points of one kind, in a loop that compilers vectorise.
template <warp_kind Kind>
void warp_points(double const* m, int n, double* MIXAUG_RESTRICT x, double* MIXAUG_RESTRICT y) noexcept {
  double own[9];
  for (int k = 0; k < doubles_of_warp[static_cast<int>(Kind)]; ++k) own[k] = m[k];
  for (int k = 0; k < n; ++k) warp_point(Kind, own, nullptr, x[k], y[k]);
}
/// The same for n points of any kind.
inline void warp_run(warp_kind kind, double const* m, float const* nodes, int n, double* MIXAUG_RESTRICT x,
                     double* MIXAUG_RESTRICT y) noexcept {
  switch (kind) {
    case warp_kind::affine:
      return warp_points<warp_kind::affine>(m, n, x, y);
    case warp_kind::projective:
      return warp_points<warp_kind::projective>(m, n, x, y);
    case warp_kind::radial:
      return warp_points<warp_kind::radial>(m, n, x, y);
    case warp_kind::spline:
      if (m[3] != 0.0) spline_run(m, nodes, n, x, y);
      break;
  }
}

/// The items of one pass for one image.
struct warp_list {
  warp_item const* items = nullptr;
  int count = 0;
  double const* doubles = nullptr;
  float const* floats = nullptr;

  /// The numbers of a spline that is the last item and moves anything, so that it takes pixels of the output; or null.
  MIXAUG_HD double const* spline() const noexcept {
    if (count == 0 || items[count - 1].kind != warp_kind::spline) return nullptr;
    double const* const m = doubles + items[count - 1].first;
    return m[3] == 0.0 ? nullptr : m;
  }
  MIXAUG_HD float const* nodes() const noexcept { return floats + items[count - 1].nodes; }
  /// True if what comes before the spline is affine.
  MIXAUG_HD bool only_spline() const noexcept {
    return count == 1 || (count == 2 && items[0].kind == warp_kind::affine);
  }
  /// Takes points of the output to those of the input that they show.
  void operator()(int n, double* x, double* y) const noexcept { first(count, n, x, y); }
  /// One point through the first `many` items.
  MIXAUG_HD void point(int many, double& x, double& y) const noexcept {
    for (int k = many - 1; k >= 0; --k)
      warp_point(items[k].kind, doubles + items[k].first, floats + items[k].nodes, x, y);
  }
  /// The first `many` items alone.
  void first(int many, int n, double* x, double* y) const noexcept {
    for (int k = many - 1; k >= 0; --k)
      warp_run(items[k].kind, doubles + items[k].first, floats + items[k].nodes, n, x, y);
  }
};

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
