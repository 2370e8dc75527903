// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/passes.hpp>
#include <mixaug/augment/detail/read_tile.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS

/// Passes that blur. Rows of the image become floats with a margin at both ends, those of a normal kernel blurred along
/// x, and stand in a ring from which the tiles of the output sum the rows around them.
namespace mixaug::augment {
namespace detail {

/// sum[k] += w[0] (a[0][k] + b[0][k]) + ..., one after the other; where there is a `middle`, it begins with
/// first middle[k].
template <std::size_t N, bool Begins>
void add_pairs(float* MIXAUG_RESTRICT sum, float const* const* a, float const* const* b, float const* w, int n,
               float first, float const* middle) noexcept {
  float const* p[N];
  float const* q[N];
  float m[N];
  for (std::size_t t = 0; t < N; ++t) {
    p[t] = a[t];
    q[t] = b[t];
    m[t] = w[t];
  }
  for (int k = 0; k < n; ++k) {
    float s = Begins ? first * middle[k] : sum[k];
    for (std::size_t t = 0; t < N; ++t) s = s + mixaug::detail::rounded_product(m[t], p[t][k] + q[t][k]);
    sum[k] = s;
  }
}
/// The same for 1 to 4 pairs.
template <bool Begins>
void add_some(int pairs, float* MIXAUG_RESTRICT sum, float const* const* a, float const* const* b, float const* w,
              int n, float first, float const* middle) noexcept {
  switch (pairs) {
    case 1:
      return add_pairs<1, Begins>(sum, a, b, w, n, first, middle);
    case 2:
      return add_pairs<2, Begins>(sum, a, b, w, n, first, middle);
    case 3:
      return add_pairs<3, Begins>(sum, a, b, w, n, first, middle);
    default:
      return add_pairs<4, Begins>(sum, a, b, w, n, first, middle);
  }
}
/// sum[k] += w[0] a[0][k] + ...
template <std::size_t N>
void add_rows(float* MIXAUG_RESTRICT sum, float const* const* a, float const* w, int n) noexcept {
  float const* p[N];
  float m[N];
  for (std::size_t t = 0; t < N; ++t) {
    p[t] = a[t];
    m[t] = w[t];
  }
  for (int k = 0; k < n; ++k) {
    float s = sum[k];
    for (std::size_t t = 0; t < N; ++t) s = s + mixaug::detail::rounded_product(m[t], p[t][k]);
    sum[k] = s;
  }
}
/// w[0] middle + the pairs of rows at the distances 1 to reach; rows_at(d) is the row at distance d.
template <class Rows>
void normal_sum(float* MIXAUG_RESTRICT sum, int reach, float const* w, int n, Rows const& rows_at) noexcept {
  float const* const middle = rows_at(0);
  float const *before[4], *behind[4];
  auto const take = [&](int d, int many) {
    for (int t = 0; t < many; ++t) {
      before[t] = rows_at(-(d + t));
      behind[t] = rows_at(d + t);
    }
    if (d == 1)
      add_some<true>(many, sum, before, behind, w + d, n, w[0], middle);
    else
      add_some<false>(many, sum, before, behind, w + d, n, 0.0f, nullptr);
  };
  if (reach == 0)
    for (int k = 0; k < n; ++k) sum[k] = w[0] * middle[k];
  for (int d = 1; d <= reach; d += 4) take(d, reach - d < 4 ? reach - d + 1 : 4);
}

/// Memory of one blur for one thread, in floats.
struct ring_size {
  index_t rows = 0, row = 0, channels = 0;
  /// For images of these facts and a kernel that reaches so far.
  static ring_size of(image_facts const& in, int reach) noexcept {
    ring_size s;
    s.rows = mixaug::detail::lesser(in.height, 2 * index_t{reach} + tile::room + 1);
    s.row = in.width + 2 * index_t{reach} + 16;
    s.channels = mixaug::detail::lesser(in.channels, tile::most_channels);
    return s;
  }
  index_t floats() const noexcept { return (rows + 1) * channels * row; }
};

/// Reads the tiles of one image through a blur; tiles come in the order of their rows.
template <class T>
class filter_reader {
 public:
  filter_reader(image<T const> const& from, sampling const& how, bool normal, float const* kernel, int most,
                float* memory) noexcept
      : from_(from),
        how_(how),
        normal_(normal),
        reach_(static_cast<int>(kernel[0])),
        weights_(kernel + 1),
        size_(ring_size::of(image_facts{from.channels, from.height, from.width, 1.0f}, most)),
        ring_(memory) {
    // As few rows as the kernel needs for the tiles that are there, so that they stay in the cache.
    index_t const tile_rows = mixaug::detail::greater(1, tile::room / from.width);
    if (!normal) list_cells();
    size_.rows = mixaug::detail::lesser(size_.rows, mixaug::detail::greater(2 * reach_, 1) + tile_rows);
  }
  void operator()(tile& t) noexcept {
    if (t.y == 0 && t.x == 0) made_ = 0;  // the first tile of some channels
    index_t const last = mixaug::detail::lesser(t.y + t.rows - 1 + reach_, from_.height - 1);
    for (; made_ <= last; ++made_) make(t, made_);
    for (int c = 0; c < t.channels; ++c)
      for (int r = 0; r < t.rows; ++r) {
        float* const to = t.plane[c] + r * t.width;
        if (normal_)
          normal_sum(to, reach_, weights_, t.width, [&](int d) { return row(c, t.y + r + d) + t.x; });
        else
          line_sum(to, c, t.y + r, t.x, t.width);
      }
  }

 private:
  float* slot(int c, index_t y) const noexcept { return ring_ + ((y % size_.rows) * size_.channels + c) * size_.row; }
  float* spare(int c) const noexcept { return ring_ + (size_.rows * size_.channels + c) * size_.row; }
  /// Row y of channel c, beyond the image by the border: a constant one is written to the spare row, which then holds
  /// the same for every row of the channel.
  float const* row(int c, index_t y) const noexcept {
    if (y >= 0 && y < from_.height) return slot(c, y);
    if (how_.border != border::constant) return slot(c, inside(y, from_.height, how_.border));
    float const v = how_.fill.at(c);
    for (index_t k = 0; k < size_.row; ++k) spare(c)[k] = v;
    return spare(c);
  }
  /// Where the floats of row y go first.
  float* line_of(int c, index_t y) const noexcept { return normal_ ? spare(c) : slot(c, y); }
  /// Makes row y of all channels of a tile.
  void make(tile const& t, index_t y) const noexcept {
    index_t const w = from_.width;
    bool const together = t.channels == 3 && from_.interleaved();
    if (together) {
      T const* const p = from_.at(t.channel, y, 0);
      float *MIXAUG_RESTRICT const a = line_of(0, y) + reach_, *MIXAUG_RESTRICT const b = line_of(1, y) + reach_;
      float* MIXAUG_RESTRICT const c = line_of(2, y) + reach_;
      index_t x = 0;
      if constexpr (std::is_same_v<T, std::uint8_t>) x = simd::load_rgb(p, 3, static_cast<int>(w), a, b, c);
      for (; x < w; ++x) {
        a[x] = value_of(p[3 * x]);
        b[x] = value_of(p[3 * x + 1]);
        c[x] = value_of(p[3 * x + 2]);
      }
    }
    for (int c = 0; c < t.channels; ++c) {
      float* const to = slot(c, y);
      float* const line = line_of(c, y);
      T const* const p = from_.at(t.channel + c, y, 0);
      if (from_.column == 1)
        for (index_t x = 0; x < w; ++x) line[reach_ + x] = value_of(p[x]);
      else if (!together)
        for (index_t x = 0; x < w; ++x) line[reach_ + x] = value_of(p[x * from_.column]);
      for (index_t k = 1; k <= reach_; ++k) {
        bool const fills = how_.border == border::constant;
        line[reach_ - k] = fills ? how_.fill.at(c) : line[reach_ + inside(-k, w, how_.border)];
        line[reach_ + w - 1 + k] = fills ? how_.fill.at(c) : line[reach_ + inside(w - 1 + k, w, how_.border)];
      }
      if (normal_) normal_sum(to, reach_, weights_, static_cast<int>(w), [&](int d) { return line + reach_ + d; });
    }
  }
  /// Lists the cells of a line's kernel that hold a weight, row by row.
  void list_cells() noexcept {
    int const side = 2 * reach_ + 1;
    for (int i = 0; i < side; ++i)
      for (int j = 0; j < side; ++j)
        if (float const w = weights_[i * side + j]; w != 0.0f && cells_ < most_cells) {
          cell_[cells_] = {static_cast<std::int16_t>(i - reach_), static_cast<std::int16_t>(j)};
          weight_[cells_++] = w;
        }
  }
  void line_sum(float* MIXAUG_RESTRICT sum, int c, index_t y, index_t x, int n) const noexcept {
    for (int k = 0; k < n; ++k) sum[k] = 0.0f;
    float const* rows[4];
    float const* from = nullptr;
    for (int k = 0; k < cells_; k += 4) {
      int const many = cells_ - k < 4 ? cells_ - k : 4;
      for (int t = 0; t < many; ++t) {
        bool const same = k + t > 0 && cell_[k + t].y == cell_[k + t - 1].y;
        if (!same) from = row(c, y + cell_[k + t].y) + x;
        rows[t] = from + cell_[k + t].x;
      }
      float const* const w = weight_ + k;
      if (many == 4)
        add_rows<4>(sum, rows, w, n);
      else if (many == 3)
        add_rows<3>(sum, rows, w, n);
      else if (many == 2)
        add_rows<2>(sum, rows, w, n);
      else
        add_rows<1>(sum, rows, w, n);
    }
  }

  /// A cell of a kernel: rows from the middle, columns from the left.
  struct cell {
    std::int16_t y, x;
  };
  static constexpr int most_cells = 1024;  ///< 4 points a pixel of a line of 63, each shared by four cells

  image<T const> from_;
  sampling how_;
  bool normal_;
  int reach_;
  float const* weights_;
  ring_size size_;
  float* ring_;
  index_t made_ = 0;
  int cells_ = 0;
  cell cell_[most_cells];
  float weight_[most_cells];
};

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
