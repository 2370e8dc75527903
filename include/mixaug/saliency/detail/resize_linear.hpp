// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstddef>
#include <cstring>
#include <mixaug/core/detail/math/transpose.hpp>
#include <mixaug/core/element.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// Bilinear resizing with pixel centres at i + 1/2 and repeated edges, in OpenCV's arithmetic: bytes as its bit-exact
/// INTER_LINEAR_EXACT (weights in 1/256, rounded to even; one rounding of the result, half up), floats as INTER_LINEAR.
namespace mixaug::detail {

/// Position between pixels left and left + 1; if weight is 0 the right one may lie past the end.
template <class Weight>
struct linear_tap {
  std::int32_t left;
  Weight weight;  ///< of the right pixel
};

/// Input pixels per output pixel, with the two roundings of OpenCV, which decide ties.
MIXAUG_HD inline double linear_scale(index_t from, index_t to) noexcept {
  return 1.0 / (static_cast<double>(to) / static_cast<double>(from));
}
/// Position of output pixel i among the input pixels. The product is rounded before the sum, never contracted.
MIXAUG_HD inline double linear_position(index_t i, double scale) noexcept {
  return fused_sum(scale, static_cast<double>(i) + 0.5, unseen_zero<double>()) - 0.5;
}
MIXAUG_HD inline linear_tap<std::int32_t> byte_tap(index_t i, index_t from, double scale) noexcept {
  double const at = linear_position(i, scale), left = std::floor(at);
  if (left < 0.0) return {0, 0};
  if (left >= static_cast<double>(from - 1)) return {static_cast<std::int32_t>(from - 1), 0};
  return {static_cast<std::int32_t>(left), static_cast<std::int32_t>(std::nearbyint((at - left) * 256.0))};
}
MIXAUG_HD inline linear_tap<float> float_tap(index_t i, index_t from, double scale) noexcept {
  float const at = static_cast<float>(linear_position(i, scale)), left = std::floor(at);
  if (left < 0.0f) return {0, 0.0f};
  if (left >= static_cast<float>(from - 1)) return {static_cast<std::int32_t>(from - 1), 0.0f};
  return {static_cast<std::int32_t>(left), at - left};
}

/// Returns the right one of the two rows of a tap, inside the image.
template <class Weight>
MIXAUG_HD index_t right_of(linear_tap<Weight> t, index_t from) noexcept {
  return lesser(index_t{t.left} + 1, from - 1);
}
/// Returns 256 times the weighted mean of two bytes: below 65536.
MIXAUG_HD inline std::uint16_t byte_between(std::uint8_t a, std::uint8_t b, std::int32_t weight) noexcept {
  return static_cast<std::uint16_t>(a * (256 - weight) + b * weight);
}
/// Returns the weighted mean of two such values, rounded half up to a byte.
MIXAUG_HD inline std::uint8_t byte_between(std::uint16_t a, std::uint16_t b, std::int32_t weight) noexcept {
  return static_cast<std::uint8_t>((a * (256 - weight) + b * weight + 32768) >> 16);
}
MIXAUG_HD inline float float_between(float a, float b, float weight) noexcept {
  return two_products(a, 1.0f - weight, b, weight);
}

/// Smallest multiple of 64 that holds `count` items of `size` bytes.
MIXAUG_HD constexpr std::size_t aligned_bytes(index_t count, std::size_t size) noexcept {
  return (static_cast<std::size_t>(count) * size + 63) / 64 * 64;
}

inline void mix_byte_rows(index_t n, std::uint8_t const* MIXAUG_RESTRICT a, std::uint8_t const* MIXAUG_RESTRICT b,
                          std::int32_t weight, std::uint16_t* MIXAUG_RESTRICT out) noexcept {
  for (index_t j = 0; j < n; ++j) out[j] = byte_between(a[j], b[j], weight);
}
inline void mix_byte_columns(index_t n, std::uint16_t const* MIXAUG_RESTRICT a, std::uint16_t const* MIXAUG_RESTRICT b,
                             std::int32_t weight, std::uint8_t* MIXAUG_RESTRICT out) noexcept {
  for (index_t j = 0; j < n; ++j) out[j] = byte_between(a[j], b[j], weight);
}

inline std::size_t resize_bytes_scratch(index_t w, index_t to_h) noexcept {
  return 2 * aligned_bytes(to_h * (w + 2 * lane_block), sizeof(std::uint16_t));
}
/// Resizes `in` (h, w), contiguous, to `out`: `to_w` columns of to_h bytes, to_h a multiple of 4. Rows are interpolated
/// first (the sums are exact, so the order does not matter), then the columns of the transposed rows, so that
/// no item is gathered.
inline void resize_bytes_turned(std::uint8_t const* in, index_t h, index_t w, std::uint8_t* out, index_t to_h,
                                index_t to_w, std::byte* scratch) noexcept {
  auto* const mixed = reinterpret_cast<std::uint16_t*>(scratch);
  auto* const columns = reinterpret_cast<std::uint16_t*>(scratch + resize_bytes_scratch(w, to_h) / 2);
  index_t const pitch = (w + lane_block - 1) / lane_block * lane_block;
  std::uint16_t* const spare = mixed + to_h * pitch;
  double const scale_x = linear_scale(w, to_w), scale_y = linear_scale(h, to_h);
  for (index_t y = 0; y < to_h; ++y) {
    auto const t = byte_tap(y, h, scale_y);
    mix_byte_rows(w, in + t.left * w, in + right_of(t, h) * w, t.weight, mixed + y * pitch);
    for (index_t x = w; x < pitch; ++x) mixed[y * pitch + x] = 0;
  }
  for (index_t x = 0; x < w; x += lane_block) {
    std::uint16_t* const strip = columns + x * to_h;
    for (index_t y = 0; y < to_h; ++y)
      std::memcpy(strip + y * lane_block, mixed + y * pitch + x, sizeof(std::uint16_t) * lane_block);
    transpose_block(to_h, strip, spare);
  }
  for (index_t x = 0; x < to_w; ++x, out += to_h) {
    auto const t = byte_tap(x, w, scale_x);
    mix_byte_columns(to_h, columns + t.left * to_h, columns + right_of(t, w) * to_h, t.weight, out);
  }
}

/// Number of output columns computed at once, in strips of lane_block: few enough for the L1 cache, and enough for the
/// stores to be contiguous.
inline constexpr index_t resize_panel = 4 * lane_block;

inline void mix_floats(index_t n, float const* MIXAUG_RESTRICT a, float const* MIXAUG_RESTRICT b, float weight,
                       float* MIXAUG_RESTRICT out) noexcept {
  for (index_t j = 0; j < n; ++j) out[j] = float_between(a[j], b[j], weight);
}

inline std::size_t resize_floats_scratch(index_t to_h, index_t h) noexcept {
  return aligned_bytes(to_h, sizeof(linear_tap<float>)) +
         aligned_bytes((2 * lane_block + resize_panel) * h, sizeof(float));
}
/// Resizes `in`, w columns of h floats, `pitch` apart, h a multiple of 4, to `out` (to_h, to_w), contiguous.
inline void resize_floats_turned(float const* in, index_t pitch, index_t h, index_t w, float* out, index_t to_h,
                                 index_t to_w, std::byte* scratch) noexcept {
  auto* const taps = reinterpret_cast<linear_tap<float>*>(scratch);
  auto* const strip = reinterpret_cast<float*>(scratch + aligned_bytes(to_h, sizeof *taps));
  float *const spare = strip + lane_block * h, *const panel = spare + lane_block * h;
  double const scale_x = linear_scale(w, to_w), scale_y = linear_scale(h, to_h);
  for (index_t y = 0; y < to_h; ++y) taps[y] = float_tap(y, h, scale_y);
  for (index_t x = 0; x < to_w; x += resize_panel) {
    index_t const width = lesser(to_w - x, resize_panel);
    for (index_t j = 0; j < width; j += lane_block) {
      for (index_t i = 0; i < lesser(width - j, lane_block); ++i) {
        auto const t = float_tap(x + j + i, w, scale_x);
        mix_floats(h, in + t.left * pitch, in + right_of(t, w) * pitch, t.weight, strip + i * h);
      }
      transpose_back(h, strip, spare);
      for (index_t y = 0; y < h; ++y)
        std::memcpy(panel + y * resize_panel + j, strip + y * lane_block, sizeof(float) * lane_block);
    }
    for (index_t y = 0; y < to_h; ++y)
      mix_floats(width, panel + taps[y].left * resize_panel, panel + right_of(taps[y], h) * resize_panel,
                 taps[y].weight, out + y * to_w + x);
  }
}

}  // namespace mixaug::detail

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
