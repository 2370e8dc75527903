// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/core/detail/math/log.hpp>
#include <mixaug/core/image_batch.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/detail/puzzle/label_energy.hpp>
#include <mixaug/saliency/pixel_values.hpp>

MIXAUG_EXACT_BEGIN

/// The energy of PuzzleMix (Kim, Choo and Song, ICML 2020, arXiv 2009.06962, eq. 4 to 7) of one pair of images, as the
/// published code computes it.
namespace mixaug::detail {

/// The mean differences of pixels across the border of two cells: p[2 a + b] where the first cell shows image a, and
/// the second one image b; image 0 is the sample, image 1 its partner.
struct edge_differences {
  double p[4];
  /// What a cell pays for showing image a, whatever the other shows.
  MIXAUG_HD double of_first(int a) const noexcept { return (p[2 * a] + p[2 * a + 1]) * 0.5; }
  MIXAUG_HD double of_second(int b) const noexcept { return (p[b] + p[2 + b]) * 0.5; }
  /// What both pay for different labels.
  MIXAUG_HD double weight(double smooth, double times) const noexcept {
    return fused_sum(times, ((p[1] + p[2]) - (p[0] + p[3])) * 0.5, smooth);
  }
};

/// Options of the energy, of one row.
struct puzzle_terms {
  int blocks, labels, neighbours;
  double beta, gamma, eta;
  double lambda;  ///< the weight of the sample itself
  bool bilinear, swaps;
  pixel_map to_unit;

  MIXAUG_HD double smooth() const noexcept { return beta / (16.0 * blocks); }
  MIXAUG_HD double scale() const noexcept { return 1000.0 * blocks * blocks; }
  MIXAUG_HD double prior_of(int l) const noexcept;
  /// The cost of label l of a cell: data[1] for showing the sample, data[0] for its partner, `bend` for a blend.
  MIXAUG_HD double cost_of(int l, double const (&data)[2], double prior, double bend) const noexcept {
    double const t = static_cast<double>(l) / (labels - 1);
    double cost = fused_sum(1.0 - t, data[1], prior);
    cost = fused_sum(t, data[0], cost);
    if (bilinear) cost = fused_sum(t * (1.0 - t), bend, cost);
    return cost * scale();
  }
  /// Truncates a term to an integer; false, and 0, beyond its range.
  MIXAUG_HD static bool store(double v, std::int32_t& to) noexcept {
    bool const fits = v > -1e9 && v < 1e9;
    to = fits ? static_cast<std::int32_t>(v) : 0;
    return fits;
  }
};

MIXAUG_UNFUSED_BEGIN
/// -eta / n^2 log(C(L - 1, l) lambda^(L - 1 - l) (1 - lambda)^l + 1e-8)
MIXAUG_HD inline double puzzle_terms::prior_of(int l) const noexcept {
  int const last = labels - 1;
  double chance = 1.0;
  for (int k = 1; k <= l; ++k) chance = chance * (last - l + k) / k;
  for (int k = 0; k < last - l; ++k) chance = rounded_product(chance, lambda);
  for (int k = 0; k < l; ++k) chance = rounded_product(chance, 1.0 - lambda);
  double const n = blocks;
  return -(eta / (n * n)) * precise_log(chance + 1e-8);
}
MIXAUG_UNFUSED_END

/// Side of the squares whose mean pixels are compared, along an axis of `size` pixels: the largest divisor of a cell's
/// side that is not above `most`; 1 on an axis whose cells differ in size.
MIXAUG_HD inline index_t pool_side(index_t size, index_t cells, index_t most) noexcept {
  if (size % cells != 0) return 1;
  index_t const side = size / cells;
  index_t n = lesser(most, side);
  while (side % n != 0) --n;
  return n;
}

/// The cells of an image: along an axis of S pixels the borders of n cells are at ceil(k S / n), where floor(x n / S)
/// changes.
struct puzzle_grid {
  index_t size[2];  ///< height, width
  int cells;        ///< a side
  index_t at[2][label_energy::pitch + 1];

  puzzle_grid(index_t height, index_t width, int side) noexcept : size{height, width}, cells(side) {
    for (int axis = 0; axis < 2; ++axis)
      for (int k = 0; k <= side; ++k) at[axis][k] = ceil_div(k * size[axis], side);
  }
  index_t border(int axis, index_t k) const noexcept { return at[axis][k]; }
  index_t pool(int axis, index_t most) const noexcept { return pool_side(size[axis], cells, most); }
};

/// What a cell that holds `part` of the scores, of all cells' `sum`, has of them; of an image without scores as much as
/// the others.
MIXAUG_HD inline double share_of_scores(double part, double sum, int side) noexcept {
  return sum > 0.0 && finite(sum) ? part / sum : 1.0 / (static_cast<double>(side) * side);
}

/// The part of an image's scores that each cell holds, at 16 y + x; uniform if there is none. Summed in double, in row
/// order.
inline void cell_masses(float const* map, puzzle_grid const& grid, double* mass) noexcept {
  int const n = grid.cells;
  for (int i = 0; i < label_energy::cells; ++i) mass[i] = 0.0;
  for (int y = 0; y < n; ++y)
    for (index_t v = grid.border(0, y); v < grid.border(0, y + 1); ++v) {
      float const* const line = map + v * grid.size[1];
      for (int x = 0; x < n; ++x) {
        double part = mass[y * label_energy::pitch + x];
        for (index_t u = grid.border(1, x); u < grid.border(1, x + 1); ++u) part += static_cast<double>(line[u]);
        mass[y * label_energy::pitch + x] = part;
      }
    }
  double sum = 0.0;
  for (int y = 0; y < n; ++y)
    for (int x = 0; x < n; ++x) sum += mass[y * label_energy::pitch + x];
  for (int y = 0; y < n; ++y)
    for (int x = 0; x < n; ++x) {
      double& m = mass[y * label_energy::pitch + x];
      m = share_of_scores(m, sum, n);
    }
}

/// Scratch of puzzle_energy: two planes of pooled pixels, a row of numbers and one of floats, and the sums of the
/// edges.
inline std::size_t puzzle_energy_bytes(index_t height, index_t width) noexcept {
  return static_cast<std::size_t>(2 * height * width) * sizeof(double) + aligned(12 * width) +
         8 * label_energy::cells * sizeof(double) + 64;
}

/// Builds the energy of one pair.
class puzzle_problem {
  static constexpr int pitch = label_energy::pitch, cells = label_energy::cells;

 public:
  puzzle_problem(puzzle_terms const& terms, score_maps const& maps, std::byte* scratch) noexcept
      : terms_(terms), maps_(maps), grid_(maps.height, maps.width, terms.blocks) {
    auto* at = reinterpret_cast<double*>(scratch);
    plane_[0] = at;
    plane_[1] = at + maps.height * maps.width;
    at = plane_[1] + maps.height * maps.width;
    for (auto& axis : edge_)
      for (auto& pair : axis) {
        pair = at;
        at += cells;
      }
    unit_ = at;
    row_ = reinterpret_cast<float*>(at + maps.width);
  }

  /// What keeps a pair from having an energy.
  enum class fault { none, pixels, size };
  /// Writes the energy.
  fault operator()(label_energy& energy) const noexcept {
    energy.height = energy.width = terms_.blocks;
    energy.labels = terms_.labels;
    double data[2][cells];  // of image 1, the sample, and of image 2, its partner
    cell_masses(maps_.self, grid_, data[0]);
    cell_masses(maps_.partner, grid_, data[1]);
    if (!differences()) return fault::pixels;
    bool fits = true;
    double weight[2][cells] = {};
    energy.each_cell([&](int i) { energy.right[i] = energy.down[i] = 0; });
    for (int axis = 0; axis < 2; ++axis) fits = fold(axis, data, weight[axis], energy) && fits;
    if (terms_.bilinear) bend(weight);
    double prior[label_energy::most_labels];
    for (int l = 0; l < terms_.labels; ++l) prior[l] = terms_.prior_of(l);
    energy.each_cell([&](int i) {
      double const own[2] = {data[0][i], data[1][i]};
      double const bent = terms_.bilinear ? bend_[i] : 0.0;
      for (int l = 0; l < terms_.labels; ++l)
        fits = puzzle_terms::store(terms_.cost_of(l, own, prior[l], bent), energy.unary[l][i]) && fits;
    });
    return fits && energy.bounded(terms_.swaps) ? fault::none : fault::size;
  }

 private:
  /// Writes the pixels of a row in [0, 1]; false if one is not finite, or lies outside.
  bool unit_row(image_of_batch const& image, index_t channel, index_t y) const noexcept {
    constexpr int lanes = 8;
    image.batch->values(image.row, channel, y, row_);
    index_t const w = maps_.width;
    std::int64_t bad[lanes] = {};
    auto const one = [&](index_t x, int lane) {
      double const v = terms_.to_unit(static_cast<double>(row_[x]), channel);
      bad[lane] |= v >= -tolerance && v <= 1.0 + tolerance ? 0 : 1;
      unit_[x] = v < 0.0 ? 0.0 : v > 1.0 ? 1.0 : v;
    };
    index_t x = 0;
    for (; x + lanes <= w; x += lanes)
      for (int lane = 0; lane < lanes; ++lane) one(x + lane, lane);
    for (; x < w; ++x) one(x, 0);
    std::int64_t any = 0;
    for (std::int64_t lane : bad) any |= lane;
    return any == 0;
  }
  /// Pools one channel of an image.
  bool pool(image_of_batch const& image, index_t channel, index_t py, index_t px, double* plane) const noexcept {
    index_t const h = maps_.height / py, w = maps_.width / px;
    bool good = true;
    for (index_t k = 0; k < h * w; ++k) plane[k] = 0.0;
    for (index_t y = 0; y < h * py; ++y) {
      good = unit_row(image, channel, y) && good;
      double* const to = plane + y / py * w;
      if (px == 2)
        for (index_t x = 0; x < w; ++x) to[x] = to[x] + unit_[2 * x] + unit_[2 * x + 1];
      else
        for (index_t x = 0; x < w; ++x)
          for (index_t k = 0; k < px; ++k) to[x] += unit_[x * px + k];
    }
    divide(plane, h * w, py * px);
    return good;
  }
  /// Divides by a count: by a power of two with a product, which is as exact.
  static void divide(double* MIXAUG_RESTRICT v, index_t n, index_t count) noexcept {
    double const by = static_cast<double>(count), inverse = 1.0 / by;
    if ((count & (count - 1)) == 0)
      for (index_t k = 0; k < n; ++k) v[k] *= inverse;
    else
      for (index_t k = 0; k < n; ++k) v[k] /= by;
  }
  /// Writes for every edge and every pair of images (a of the first cell, b of the second) the mean of |I_a - I_b| over
  /// the pooled pixels along the border and over the channels.
  bool differences() const noexcept {
    index_t const py = grid_.pool(0, terms_.neighbours), px = grid_.pool(1, terms_.neighbours);
    index_t const channels = maps_.self_image.batch->channels();
    bool good = true;
    for (auto const& axis : edge_)
      for (double* pair : axis)
        for (int i = 0; i < cells; ++i) pair[i] = 0.0;
    index_t row[pitch + 1], column[pitch + 1];  // where cells begin on the pooled plane
    for (int k = 0; k <= terms_.blocks; ++k) {
      row[k] = grid_.border(0, k) / py;
      column[k] = grid_.border(1, k) / px;
    }
    for (index_t c = 0; c < channels; ++c) {
      good = pool(maps_.self_image, c, py, px, plane_[0]) && good;
      good = pool(maps_.partner_image, c, py, px, plane_[1]) && good;
      for (int a = 0; a < 2; ++a)
        for (int b = 0; b < 2; ++b) {
          add_down(a, b, row, column, maps_.width / px);
          add_right(a, b, row, column, maps_.width / px);
        }
    }
    for (int axis = 0; axis < 2; ++axis)
      for (double* pair : edge_[axis]) divide(pair, cells, channels);
    return good;
  }
  /// Adds the mean differences across the lower border of each cell, one channel; planes are w wide.
  void add_down(int a, int b, index_t const* row, index_t const* column, index_t w) const noexcept {
    int const n = terms_.blocks;
    for (int y = 0; y + 1 < n; ++y) {
      double const* const p = plane_[a] + (row[y + 1] - 1) * w;
      double const* const q = plane_[b] + row[y + 1] * w;
      double* const to = edge_[0][2 * a + b] + y * pitch;
      if (w == n) {  // a pooled pixel a cell
        for (int x = 0; x < n; ++x) to[x] += apart(p[x], q[x]);
        continue;
      }
      for (index_t k = 0; k < w; ++k) unit_[k] = apart(p[k], q[k]);
      for (int x = 0; x < n; ++x) {
        double sum = 0.0;
        for (index_t k = column[x]; k < column[x + 1]; ++k) sum += unit_[k];
        to[x] += sum / static_cast<double>(column[x + 1] - column[x]);
      }
    }
  }
  /// The same across the right border.
  void add_right(int a, int b, index_t const* row, index_t const* column, index_t w) const noexcept {
    int const n = terms_.blocks;
    for (int y = 0; y < n; ++y) {
      double sum[pitch] = {};
      for (index_t k = row[y]; k < row[y + 1]; ++k) {
        double const *const p = plane_[a] + k * w, *const q = plane_[b] + k * w;
        if (w == n)
          for (int x = 0; x + 1 < n; ++x) sum[x] += apart(p[x], q[x + 1]);
        else
          for (int x = 0; x + 1 < n; ++x) sum[x] += apart(p[column[x + 1] - 1], q[column[x + 1]]);
      }
      divide(sum, n - 1, row[y + 1] - row[y]);
      double* const to = edge_[1][2 * a + b] + y * pitch;
      for (int x = 0; x + 1 < n; ++x) to[x] += sum[x];
    }
  }
  static double apart(double p, double q) noexcept { return p < q ? q - p : p - q; }
  /// Calls act(i, y, x) for the first cell of every edge along an axis: 0 down, 1 to the right.
  template <class Act>
  void each_edge(int axis, Act const& act) const {
    int const n = terms_.blocks;
    for (int y = 0; y < n - (axis == 0 ? 1 : 0); ++y)
      for (int x = 0; x < n - (axis == 1 ? 1 : 0); ++x) act(y * pitch + x, y, x);
  }
  /// Adds the terms of the edges of an axis to the data terms, and writes their weights.
  bool fold(int axis, double (&data)[2][cells], double* weight, label_energy& energy) const noexcept {
    int const step = axis == 0 ? pitch : 1;
    double const smooth = terms_.smooth(), times = smooth * terms_.gamma;
    bool fits = true;
    each_edge(axis, [&](int i, int, int) {
      edge_differences const d{{edge_[axis][0][i], edge_[axis][1][i], edge_[axis][2][i], edge_[axis][3][i]}};
      for (int image = 0; image < 2; ++image) {
        data[1 - image][i] = fused_sum(times, d.of_first(image), data[1 - image][i]);
        data[1 - image][i + step] = fused_sum(times, d.of_second(image), data[1 - image][i + step]);
      }
      double const w = d.weight(smooth, times);
      weight[i] = w;
      std::int32_t& to = axis == 0 ? energy.down[i] : energy.right[i];
      fits = puzzle_terms::store(w * terms_.scale(), to) && to >= 0 && fits;
    });
    return fits;
  }
  /// For the bilinear energy: what each cell's incident edges add to z (1 - z).
  void bend(double const (&weight)[2][cells]) const noexcept {
    for (double& b : bend_) b = 0.0;
    for (int axis = 0; axis < 2; ++axis)
      each_edge(axis, [&](int i, int, int) {
        bend_[i] += weight[axis][i];
        bend_[i + (axis == 0 ? pitch : 1)] += weight[axis][i];
      });
  }

  /// How far a pixel may leave [0, 1], by the rounding of a normalisation; it is brought back.
  static constexpr double tolerance = 1e-4;

  puzzle_terms const& terms_;
  score_maps const& maps_;
  puzzle_grid grid_;
  double* plane_[2];
  double* edge_[2][4];  ///< by axis, and by the images of the two cells
  double* unit_;        ///< a row of pixels in [0, 1], or of differences
  float* row_;
  mutable double bend_[cells];
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
