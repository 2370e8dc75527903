// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/element.hpp>
#include <mixaug/saliency/detail/binomial_blur.hpp>

MIXAUG_EXACT_BEGIN

/// Centre-surround differences of Montabone and Soto (Image and Vision Computing 28, 2010), with the arithmetic of
/// OpenCV's StaticSaliencyFineGrained: of the twice blurred gray image g, at six scales n,
///   d = g(x, y) - mean of the other pixels of the window [x - n + 1, x + n] x [y - n + 1, y + n] in the image;
///   on = sum of trunc(max(d, 0)), off = sum of trunc(max(-d, 0)), each scaled to 0..255 by its own maximum,
///   and the score is (on + off) / 255, at most 1.
namespace mixaug::detail {

inline constexpr int surround_scales = 6;
inline constexpr index_t surround_reach = 112;  ///< the largest scale
MIXAUG_HD constexpr index_t surround_scale(int s) noexcept {
  return s == 0 ? 12 : s == 1 ? 24 : s == 2 ? 28 : s == 3 ? 48 : s == 4 ? 56 : surround_reach;
}
/// The window along one axis of `size` pixels: [first, last).
MIXAUG_HD constexpr index_t surround_first(index_t x, index_t n) noexcept { return greater(x - n + 1, 0); }
MIXAUG_HD constexpr index_t surround_last(index_t x, index_t n, index_t size) noexcept {
  return lesser(x + n + 1, size);
}
/// trunc(centre - mean) of one scale, positive for on, negative for off. `sum` is that of the whole window, centre
/// included. A float mean gives the same result: a quotient that is not an integer differs from one by at least 1 /
/// others >= 1 / 50175, which is more than both roundings.
MIXAUG_HD constexpr std::int32_t surround_step(std::uint32_t sum, std::int32_t centre, std::int32_t area) noexcept {
  std::int32_t const others = area - 1;
  return others == 0 ? 0 : (centre * area - static_cast<std::int32_t>(sum)) / others;
}
MIXAUG_HD constexpr std::int32_t surround_on(std::int32_t step) noexcept { return step > 0 ? step : 0; }
/// trunc(255 * v / most) for 0 <= v <= most. An image without differences has most = 0 and no salient pixel. OpenCV's
/// float quotient gives the same: none of the fractions of 255 is rounded down.
MIXAUG_HD constexpr std::int32_t surround_level(std::int32_t v, std::int32_t most) noexcept {
  return most == 0 ? 0 : 255 * v / most;
}
/// The sum seldom exceeds 255 (3 of 77 million pixels tried); it is 255 then, where OpenCV's byte wraps around to 0.
MIXAUG_HD constexpr float surround_score(std::int32_t on, std::int32_t off) noexcept {
  std::int32_t const sum = on + off;
  return static_cast<float>(sum < 255 ? sum : 255) * (1.0f / 255.0f);
}

/// (1 + 2^-23) / (area - 1), an upper bound of the reciprocal of the number of other pixels; finite for 1, 0 for 0.
MIXAUG_HD constexpr float surround_reciprocal(float area) noexcept {
  return (area < 1.0f + 0x1p-23f ? area : 1.0f + 0x1p-23f) / (area > 2.0f ? area - 1.0f : 1.0f);
}
/// True if the largest window of a scale has more than 12543 other pixels.
MIXAUG_HD constexpr bool surround_fine(index_t n) noexcept { return 4 * n * n - 1 > 12543; }
/// trunc(p / q) of integers, |p| < 2^24 and |p / q| <= 255, without a division. The product with a reciprocal rounded
/// up is never less than an integer that the quotient reaches, and stays below the next integer as long as 1 / q is
/// more than 255 * 2^-22 (`Fine` = false), that is for q <= 12543. For larger q (`Fine` = true) the quotient is
/// corrected to the correctly rounded one.
template <bool Fine>
MIXAUG_HD std::int32_t truncated_quotient(float p, float q, float reciprocal) noexcept {
  float t = p * reciprocal;
  if constexpr (Fine) {
#if defined(MIXAUG_FMA)
    t = fused_sum(fused_sum(-t, q, p), reciprocal, t);
#else
    t = reciprocal > 0.0f ? p / (q > 0.0f ? q : 1.0f) : 0.0f;
#endif
  }
  return static_cast<std::int32_t>(t);
}

/// A tile of columns, for all rows of the image. Its rows have constant lengths, so that one address is enough for all.
struct surround_tile {
  static constexpr index_t columns = 256;
  static constexpr index_t reached = columns + 2 * surround_reach;  ///< columns that windows of the tile may cover
  static constexpr index_t rows = 2 * surround_reach + 2;           ///< rows of the integral image in use
  static constexpr index_t margin = blur_block;

  /// Row differences of the integral image, for the current window of each scale; column x of the tile is at x +
  /// surround_reach. 0 before the image and the last value behind it, so that no window needs clipping.
  std::uint32_t heights[surround_scales][reached + margin];
  float areas[surround_scales][columns], reciprocals[surround_scales][columns], widths[surround_scales][columns];
  float centres[columns];
  std::uint16_t levels[margin + reached + margin], fours[margin + reached + margin];
  std::int32_t most_on[blur_block], most_off[blur_block];
};

/// Layout of an image's scratch: the tile, the last rows of the integral image, two byte images.
struct surround_space {
  index_t stride, rows, pitch;                        ///< of the byte images; of the integral image
  index_t integral, sums, image, blurred, all_bytes;  ///< offsets in bytes
  std::byte* scratch;

  constexpr surround_space(index_t h, index_t w, std::byte* memory) noexcept
      : stride(ceil_div(w, blur_block) * blur_block),
        rows(lesser(h + 1, surround_tile::rows)),
        pitch(lesser(stride, surround_tile::reached + blur_block) + 16),
        integral(static_cast<index_t>(sizeof(surround_tile))),
        sums(integral + 4 * rows * pitch),
        image(sums + 2 * (stride + 2 * blur_block)),
        blurred(image + h * stride + blur_block),
        all_bytes(blurred + h * stride + blur_block),
        scratch(memory) {}
  surround_tile& tile() const noexcept { return *reinterpret_cast<surround_tile*>(scratch); }
  std::uint16_t* column_sums() const noexcept { return reinterpret_cast<std::uint16_t*>(scratch + sums) + blur_block; }
  std::uint8_t* bytes(index_t at) const noexcept { return reinterpret_cast<std::uint8_t*>(scratch + at); }
  /// Returns the sums of all pixels above row y and up to each column.
  std::uint32_t* sums_above(index_t y) const noexcept {
    return reinterpret_cast<std::uint32_t*>(scratch + integral) + y % rows * pitch;
  }
};
inline std::size_t center_surround_bytes(index_t h, index_t w) noexcept {
  return static_cast<std::size_t>(surround_space(h, w, nullptr).all_bytes);
}

/// out = bottom - top for n columns, then the last value up to `end`; if no window needs more, only the latter.
inline void surround_heights(std::uint32_t const* MIXAUG_RESTRICT top, std::uint32_t const* MIXAUG_RESTRICT bottom,
                             index_t n, index_t end, bool all, std::uint32_t* MIXAUG_RESTRICT out) noexcept {
  for (index_t x = 0; x < n && all; x += blur_block)
    for (index_t u = x; u < x + blur_block; ++u) out[u] = bottom[u] - top[u];
  std::uint32_t const last = bottom[n - 1] - top[n - 1];
  for (index_t x = n; x < end; x += blur_block)
    for (index_t u = x; u < x + blur_block; ++u) out[u] = last;
}

/// Computes the widths of the windows of a scale, from column `first` of an image of w columns; 0 behind the image.
inline void surround_widths(index_t first, index_t w, index_t scale, float* MIXAUG_RESTRICT out) noexcept {
  std::int32_t const size = static_cast<std::int32_t>(lesser(w - first, 2 * surround_tile::columns)),
                     left = -static_cast<std::int32_t>(lesser(first, surround_reach)),
                     n = static_cast<std::int32_t>(scale);
  for (std::int32_t x = 0; x < surround_tile::columns && x < size; x += blur_block)
    for (std::int32_t u = x; u < x + blur_block; ++u) {
      std::int32_t const from = u - n + 1 > left ? u - n + 1 : left, to = u + n + 1 < size ? u + n + 1 : size;
      out[u] = static_cast<float>(u < size ? to - from : 0);
    }
}
/// Computes the areas of the windows of a scale and height, and their reciprocals.
inline void surround_areas(float const* MIXAUG_RESTRICT widths, float height, index_t n, float* MIXAUG_RESTRICT areas,
                           float* MIXAUG_RESTRICT reciprocals) noexcept {
  for (index_t x = 0; x < n; x += blur_block)
    for (index_t u = x; u < x + blur_block; ++u) {
      float const area = widths[u] * height;
      areas[u] = area, reciprocals[u] = surround_reciprocal(area);
    }
}

template <int Scale>
std::int32_t surround_term(surround_tile const& t, index_t x) noexcept {
  constexpr index_t n = surround_scale(Scale), at = surround_reach;
  std::uint32_t const* const height = t.heights[Scale];
  float const sum = static_cast<float>(static_cast<std::int32_t>(height[at + n + x] - height[at - n + x]));
  float const area = t.areas[Scale][x];  // products and sums of integers below 2^24: no rounding
  return truncated_quotient<surround_fine(n)>(t.centres[x] * area - sum, area - 1.0f, t.reciprocals[Scale][x]);
}

/// Packs on and off into one float until their maxima are known: at most 1530 + 2048 * 1530.
inline void surround_pack(std::int32_t const* MIXAUG_RESTRICT on, std::int32_t const* MIXAUG_RESTRICT off,
                          std::int32_t* MIXAUG_RESTRICT most_on, std::int32_t* MIXAUG_RESTRICT most_off,
                          float* MIXAUG_RESTRICT out) noexcept {
  for (index_t u = 0; u < blur_block; ++u) {
    out[u] = static_cast<float>(on[u] + off[u] * 2048);
    most_on[u] = on[u] > most_on[u] ? on[u] : most_on[u];
    most_off[u] = off[u] > most_off[u] ? off[u] : most_off[u];
  }
}
/// Computes one block of the tile's columns.
inline void surround_pixels(surround_tile& t, index_t first, float* out) noexcept {
  std::int32_t on[blur_block], off[blur_block];
  for (index_t u = 0; u < blur_block; ++u) {
    index_t const x = first + u;
    std::int32_t const t0 = surround_term<0>(t, x), t1 = surround_term<1>(t, x), t2 = surround_term<2>(t, x),
                       t3 = surround_term<3>(t, x), t4 = surround_term<4>(t, x), t5 = surround_term<5>(t, x);
    on[u] = surround_on(t0) + surround_on(t1) + surround_on(t2) + surround_on(t3) + surround_on(t4) + surround_on(t5);
    off[u] = on[u] - (t0 + t1 + t2 + t3 + t4 + t5);
  }
  surround_pack(on, off, t.most_on, t.most_off, out);
}
/// Computes a row of n columns; the part of the last block behind the image is discarded.
inline void surround_row(surround_tile& t, index_t n, float* out) noexcept {
  index_t const whole = n / blur_block * blur_block;
  for (index_t x = 0; x < whole; x += blur_block) surround_pixels(t, x, out + x);
  if (whole == n) return;
  float rest[blur_block];
  surround_pixels(t, whole, rest);
  std::memcpy(out + whole, rest, static_cast<std::size_t>(4 * (n - whole)));
}

/// Factor such that trunc(v * gain) is surround_level(v, most).
MIXAUG_HD constexpr float surround_gain(std::int32_t most) noexcept {
  return most == 0 ? 0.0f : 255.0f * (1.0f + 0x1p-23f) / static_cast<float>(most);
}
template <index_t N>
void surround_normalise(float* out, float gain_on, float gain_off) noexcept {
  for (index_t u = 0; u < N; ++u) {
    std::int32_t const v = static_cast<std::int32_t>(out[u]);
    out[u] = surround_score(static_cast<std::int32_t>(static_cast<float>(v & 2047) * gain_on),
                            static_cast<std::int32_t>(static_cast<float>(v >> 11) * gain_off));
  }
}

/// Computes the tile that begins at column `first`.
inline void surround_columns(surround_space const& s, index_t h, index_t w, index_t first, float* out) noexcept {
  surround_tile& t = s.tile();
  index_t const n = lesser(surround_tile::columns, w - first), padded = ceil_div(n, blur_block) * blur_block;
  index_t const before = lesser(first, surround_reach), reached = before + lesser(w - first, n + surround_reach);
  std::uint8_t const* const image = s.bytes(s.image);
  index_t from[surround_scales], to[surround_scales];
  for (int k = 0; k < surround_scales; ++k) {
    surround_widths(first, w, surround_scale(k), t.widths[k]);
    std::memset(t.heights[k], 0, 4 * surround_reach);
    from[k] = to[k] = 0;
  }
  std::memset(s.sums_above(0), 0, static_cast<std::size_t>(4 * s.pitch));
  std::memset(t.levels, 0, 2 * surround_tile::margin), std::memset(t.fours, 0, 2 * surround_tile::margin);
  for (index_t y = 0, summed = 0; y < h; ++y) {
    for (; summed < lesser(y + surround_reach + 1, h); ++summed)
      integrate_row(image + summed * s.stride + first - before, s.sums_above(summed), reached,
                    t.levels + surround_tile::margin, t.fours + surround_tile::margin, s.sums_above(summed + 1));
    for (int k = 0; k < surround_scales; ++k) {
      index_t const scale = surround_scale(k), top = surround_first(y, scale), bottom = surround_last(y, scale, h);
      if (top == from[k] && bottom == to[k]) continue;
      surround_heights(s.sums_above(top), s.sums_above(bottom), reached, before + padded + scale, scale < reached,
                       t.heights[k] + surround_reach - before);
      if (bottom - top != to[k] - from[k])
        surround_areas(t.widths[k], static_cast<float>(bottom - top), n, t.areas[k], t.reciprocals[k]);
      from[k] = top, to[k] = bottom;
    }
    widen_row(image + y * s.stride + first, n, t.centres);
    surround_row(t, n, out + y * w + first);
  }
}

/// Computes the map of one image: gray, h x w bytes, to scores k / 255, h x w. `scratch`:
/// center_surround_bytes, aligned to 64.
inline void center_surround(std::uint8_t const* gray, index_t h, index_t w, float* out, std::byte* scratch) noexcept {
  surround_space const s(h, w, scratch);
  surround_tile& t = s.tile();
  std::uint8_t *const image = s.bytes(s.image), *const blurred = s.bytes(s.blurred);
  for (index_t y = 0; y < h; ++y) std::memcpy(image + y * s.stride, gray + y * w, static_cast<std::size_t>(w));
  binomial_blur(image, h, w, s.stride, s.column_sums(), blurred);
  binomial_blur(blurred, h, w, s.stride, s.column_sums(), image);

  std::memset(t.most_on, 0, sizeof t.most_on), std::memset(t.most_off, 0, sizeof t.most_off);
  for (index_t x = 0; x < w; x += surround_tile::columns) surround_columns(s, h, w, x, out);
  std::int32_t on = 0, off = 0;
  for (index_t u = 0; u < blur_block; ++u) {
    on = t.most_on[u] > on ? t.most_on[u] : on;
    off = t.most_off[u] > off ? t.most_off[u] : off;
  }
  float const gain_on = surround_gain(on), gain_off = surround_gain(off);
  float* const end = out + h * w;
  for (; end - out >= blur_block; out += blur_block) surround_normalise<blur_block>(out, gain_on, gain_off);
  for (; out != end; ++out) surround_normalise<1>(out, gain_on, gain_off);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
