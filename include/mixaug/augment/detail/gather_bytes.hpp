// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cstring>
#include <mixaug/augment/detail/passes.hpp>
#include <mixaug/augment/detail/simd_bytes.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS

/// Bytes between pixels, bilinearly, in integers of 16 bits: rows are rounded to 7 bits behind the point, and what
/// stands between two rows to 8. A byte made of the float of that is the one that is rounded from the integer, so that
/// whoever writes bytes may take either way.
namespace mixaug::augment {
namespace detail {

/// The value between a and b above, and c and d below, in units of 2^-8; fractions in units of 2^-15. A value between v
/// and w is their mean and a product of their difference with the fraction less a half, so that all factors fit 16
/// bits.
MIXAUG_HD inline std::int32_t between_bytes(std::int32_t a, std::int32_t b, std::int32_t c, std::int32_t d,
                                            std::int32_t fx, std::int32_t fy) noexcept {
  std::int32_t const x = 2 * fx - 32768, y = 2 * fy - 32768, rounding = 1 << 14;
  std::int32_t const upper = 64 * (a + b) + ((64 * (b - a) * x + rounding) >> 15);
  std::int32_t const lower = 64 * (c + d) + ((64 * (d - c) * x + rounding) >> 15);
  return upper + lower + (((lower - upper) * y + rounding) >> 15);
}
MIXAUG_HD inline float float_of_sum(std::int32_t v) noexcept { return static_cast<float>(v) * 0x1p-8f; }
MIXAUG_HD inline std::uint8_t byte_of_sum(std::int32_t v) noexcept { return static_cast<std::uint8_t>((v + 128) >> 8); }

/// An image of bytes with each pixel's channels in one 32-bit word, and a rim around it, as wide as the taps of an
/// interpolation reach, so that reading needs no check of the borders, and neighbours in a row are one load. Words are
/// little-endian; a fourth channel that is not there is 0.
struct packed_image {
  static constexpr bool possible = std::endian::native == std::endian::little;
  std::uint32_t* data = nullptr;  ///< pixel (0, 0)
  index_t row = 0;
  int rim = 1;

  static int rim_of(augment::interpolation how) noexcept { return how == augment::interpolation::bicubic ? 3 : 1; }
  /// With a row below the rim, which is read with the weight 0 at points that lie on it.
  static std::size_t bytes(index_t height, index_t width, int rim) noexcept {
    return static_cast<std::size_t>((height + 2 * rim + 1) * (width + 2 * rim) + 16) * sizeof(std::uint32_t);
  }
  /// Pixel (-1, -1).
  std::uint32_t const* origin() const noexcept { return data - row - 1; }
};

/// Packs an image of 2 to 4 channels.
inline packed_image pack(image<std::uint8_t const> const& from, int rim, std::byte* scratch) noexcept {
  packed_image to;
  to.rim = rim;
  to.row = from.width + 2 * rim;
  std::uint32_t* const all = reinterpret_cast<std::uint32_t*>(scratch);
  to.data = all + rim * (to.row + 1);
  index_t const h = from.height, w = from.width;
  for (index_t y = 0; y < h; ++y) {
    std::uint32_t* MIXAUG_RESTRICT const o = to.data + y * to.row;
    std::uint8_t const* const p = from.at(0, y, 0);
    if (from.interleaved() && from.channels == 3) {
      for (index_t x = simd::pack_rgb(p, w, o); x < w - 1; ++x) {
        std::uint32_t v;
        std::memcpy(&v, p + 3 * x, 4);
        o[x] = v & 0xFFFFFFu;
      }
      std::uint8_t const* const last = p + 3 * (w - 1);
      o[w - 1] = static_cast<std::uint32_t>(last[0] | last[1] << 8 | last[2] << 16);
    } else if (from.channels == 3 && from.column == 1) {
      std::uint8_t const *const q = p + from.plane, *const r = q + from.plane;
      for (index_t x = 0; x < w; ++x) o[x] = std::uint32_t{p[x]} | std::uint32_t{q[x]} << 8 | std::uint32_t{r[x]} << 16;
    } else {
      for (index_t x = 0; x < w; ++x) {
        std::uint32_t v = 0;
        for (index_t c = 0; c < from.channels; ++c)
          v |= std::uint32_t{p[c * from.plane + x * from.column]} << (8 * static_cast<int>(c));
        o[x] = v;
      }
    }
  }
  return to;
}
/// Writes the rim: border pixels, or the fill, which is a byte.
inline void write_rim(packed_image const& to, index_t h, index_t w, index_t channels, sampling const& how) noexcept {
  index_t const r = to.rim;
  if (how.border == border::constant) {
    std::uint32_t fill = 0;
    for (index_t c = 0; c < channels; ++c)
      fill |= static_cast<std::uint32_t>(how.fill.at(c)) << (8 * static_cast<int>(c));
    for (index_t y = -r; y < h + r; ++y) {
      std::uint32_t* const o = to.data + y * to.row;
      bool const inner = y >= 0 && y < h;
      for (index_t x = -r; x < (inner ? 0 : w); ++x) o[x] = fill;
      for (index_t x = w; x < w + r; ++x) o[x] = fill;
    }
    return;
  }
  for (index_t y = 0; y < h; ++y) {
    std::uint32_t* const o = to.data + y * to.row;
    for (index_t x = 1; x <= r; ++x) {
      o[-x] = o[inside(-x, w, how.border)];
      o[w - 1 + x] = o[inside(w - 1 + x, w, how.border)];
    }
  }
  std::size_t const bytes = static_cast<std::size_t>(to.row) * sizeof(std::uint32_t);
  auto const copy = [&](index_t y) {
    std::memcpy(to.data + y * to.row - r, to.data + inside(y, h, how.border) * to.row - r, bytes);
  };
  for (index_t y = 1; y <= r; ++y) {
    copy(-y);
    copy(h - 1 + y);
  }
}

/// Where the pixels of a run go, one after the other: rows of floats, a channel each.
struct float_run {
  float* to;
  index_t plane;  ///< from a channel to the next
  int channels;

  float* at(int c) const noexcept { return to + c * plane; }
  void put(int k, int c, float v) const noexcept { at(c)[k] = v; }
  void put_sums(int c, std::int32_t const* sums, int first, int n) const noexcept {
    float* MIXAUG_RESTRICT const o = at(c) + first;
    for (int k = 0; k < n; ++k) o[k] = float_of_sum(sums[k]);
  }
  void fill(int begin, int end, per_channel const& v) const noexcept {
    for (int c = 0; c < channels; ++c) {
      float* const o = at(c);
      float const all = v.at(c);
      for (int k = begin; k < end; ++k) o[k] = all;
    }
  }
};
/// The same for bytes of an image, of 2 to 4 channels.
struct byte_run {
  std::uint8_t* to;
  index_t plane, column;
  int channels;

  byte_run behind(int n) const noexcept { return {to + n * column, plane, column, channels}; }
  void put(int k, int c, float v) const noexcept { to[c * plane + k * column] = element_of<std::uint8_t>(v); }
  void put_sums(int c, std::int32_t const* sums, int first, int n) const noexcept {
    std::uint8_t* MIXAUG_RESTRICT const o = to + c * plane + first * column;
    for (int k = 0; k < n; ++k) o[k * column] = byte_of_sum(sums[k]);
  }
  void fill(int begin, int end, per_channel const& v) const noexcept {
    if (begin >= end) return;
    std::size_t const n = static_cast<std::size_t>(end - begin);
    if (plane == 1 && column == channels && v.count == 1) {
      std::memset(to + begin * column, static_cast<std::uint8_t>(v.at(0)), n * static_cast<std::size_t>(channels));
      return;
    }
    for (int c = 0; c < channels; ++c) {
      std::uint8_t const all = static_cast<std::uint8_t>(v.at(c));
      if (column == 1)
        std::memset(to + c * plane + begin, all, n);
      else
        for (int k = begin; k < end; ++k) to[c * plane + k * column] = all;
    }
  }
};

/// Positions along both axes that grow by equal steps, in units of 2^-32 pixels.
struct stepped_points {
  std::int64_t x, step_x, y, step_y;
  static constexpr int shift = fixed_map::bits - fixed_map::parts;
  std::int32_t x_at(int k) const noexcept { return static_cast<std::int32_t>((x + k * step_x) >> shift); }
  std::int32_t y_at(int k) const noexcept { return static_cast<std::int32_t>((y + k * step_y) >> shift); }
};
/// Positions that stand in arrays, in units of 2^-15 pixels, with room for as many more as registers hold.
struct listed_points {
  static constexpr int more = 16;
  std::int32_t const *x, *y;
  std::int32_t x_at(int k) const noexcept { return x[k]; }
  std::int32_t y_at(int k) const noexcept { return y[k]; }
};

/// Bilinear reading of n points in the rectangle of the rim's centres, to the pixels of a run from `first` on: the
/// plain loop. The positions count from the centre of the first pixel of the rim.
template <class Points, class Run>
void gather_plainly(packed_image const& from, Points const& at, int n, Run const& to, int first) noexcept {
  constexpr int part = 64;
  alignas(64) std::int32_t place[part], sums[part];
  alignas(64) std::int16_t fx[part], fy[part];
  alignas(64) std::uint32_t word[4][part];
  std::int32_t const row = static_cast<std::int32_t>(from.row);
  std::uint32_t const* const origin = from.origin();
  for (int done = 0; done < n; done += part) {
    int const many = n - done < part ? n - done : part;
    for (int k = 0; k < many; ++k) {
      std::int32_t const px = at.x_at(done + k), py = at.y_at(done + k);
      place[k] = (py >> fixed_map::parts) * row + (px >> fixed_map::parts);
      fx[k] = static_cast<std::int16_t>(px & (fixed_map::pixel - 1));
      fy[k] = static_cast<std::int16_t>(py & (fixed_map::pixel - 1));
    }
    for (int k = 0; k < many; ++k) {
      std::uint32_t const* const p = origin + place[k];
      word[0][k] = p[0];
      word[1][k] = p[1];
      word[2][k] = p[row];
      word[3][k] = p[row + 1];
    }
    for (int c = 0; c < to.channels; ++c) {
      for (int k = 0; k < many; ++k) {
        auto const tap = [&](int t) { return std::int32_t{static_cast<std::int16_t>(word[t][k] >> (8 * c) & 255u)}; };
        sums[k] = between_bytes(tap(0), tap(1), tap(2), tap(3), fx[k], fy[k]);
      }
      to.put_sums(c, sums, first + done, many);
    }
  }
}

#if defined(MIXAUG_WIDE)

/// Puts a block of values where they belong.
inline void take_block(float_run const& to, int k, int many, simd::ints first, simd::ints second) noexcept {
  using namespace simd;
  auto const put = [&](int c, floats v) {
    if (many == lanes)
      store(to.at(c) + k, v);
    else
      store_first(to.at(c) + k, v, many);
  };
  channels_of const of(first, second);
  put(0, of.at<0>());
  put(1, of.at<1>());
  if (to.channels > 2) put(2, of.at<2>());
  if (to.channels > 3) put(3, of.at<3>());
}
inline void take_block(byte_run const& to, int k, int many, simd::ints first, simd::ints second) noexcept {
  using namespace simd;
  ints const words = words_of(first, second);
  std::size_t const n = static_cast<std::size_t>(many);
  if (to.column == 3 && to.plane == 1 && to.channels == 3) {
    if (many == lanes)
      store_three(to.to + 3 * k, words);
    else
      store_three_first(to.to + 3 * k, words, many);
    return;
  }
  alignas(64) std::uint8_t all[4 * lanes];
  if (to.column == 1) {
    store(all, planes_of(words));
    for (int c = 0; c < to.channels; ++c) {
      std::uint8_t* const o = to.to + c * to.plane + k;
      if (many == lanes)
        std::memcpy(o, all + c * lanes, static_cast<std::size_t>(lanes));
      else
        std::memcpy(o, all + c * lanes, n);
    }
    return;
  }
  store(all, words);
  for (int i = 0; i < many; ++i)
    for (int c = 0; c < to.channels; ++c) to.to[c * to.plane + (k + i) * to.column] = all[4 * i + c];
}

template <class Run>
void gather_packed(packed_image const& from, stepped_points const& at, int n, Run const& to, int first) noexcept {
  simd::bilinear_bytes<simd::stepped>(from.origin(), from.row, at, n, [&](int k, int many, simd::ints a, simd::ints b) {
    take_block(to, first + k, many, a, b);
  });
}
template <class Run>
void gather_packed(packed_image const& from, listed_points const& at, int n, Run const& to, int first) noexcept {
  simd::bilinear_bytes<simd::listed_in_blocks>(
      from.origin(), from.row, at, n,
      [&](int k, int many, simd::ints a, simd::ints b) { take_block(to, first + k, many, a, b); });
}

#else

template <class Points, class Run>
void gather_packed(packed_image const& from, Points const& at, int n, Run const& to, int first) noexcept {
  gather_plainly(from, at, n, to, first);
}

#endif

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
