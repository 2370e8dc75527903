// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/saliency/detail/reflect.hpp>

MIXAUG_EXACT_BEGIN

/// Operations on rows of 8-bit images: the 3 x 3 binomial filter [1 2 1]' [1 2 1] / 16, which equals OpenCV's
/// GaussianBlur with a 3 x 3 kernel, and running sums.
namespace mixaug::detail {

MIXAUG_HD constexpr std::uint16_t binomial_sum(std::uint16_t a, std::uint16_t b, std::uint16_t c) noexcept {
  return static_cast<std::uint16_t>(a + 2 * b + c);
}
/// Returns the filtered level from three column sums, rounded once for both directions, halves up.
MIXAUG_HD constexpr std::uint8_t binomial_level(std::uint16_t a, std::uint16_t b, std::uint16_t c) noexcept {
  return static_cast<std::uint8_t>((binomial_sum(a, b, c) + 8) >> 4);
}

/// Rows are padded to whole blocks, so that loops of constant length vectorise at -O2 too.
inline constexpr index_t blur_block = 32;

/// Filters one row of w pixels. `sums` needs blur_block - 1 values before the padded row and blur_block after it.
inline void binomial_row(std::uint8_t const* MIXAUG_RESTRICT above, std::uint8_t const* MIXAUG_RESTRICT row,
                         std::uint8_t const* MIXAUG_RESTRICT below, index_t w, std::uint16_t* MIXAUG_RESTRICT sums,
                         std::uint8_t* MIXAUG_RESTRICT out) noexcept {
  for (index_t x = 0; x < w; x += blur_block)
    for (index_t u = x; u < x + blur_block; ++u) sums[u] = binomial_sum(above[u], row[u], below[u]);
  sums[-1] = sums[reflect_101(-1, w)], sums[w] = sums[reflect_101(w, w)];
  for (index_t x = 0; x < w; x += blur_block)
    for (index_t u = x; u < x + blur_block; ++u) out[u] = binomial_level(sums[u - 1], sums[u], sums[u + 1]);
}

/// Both images have rows of `stride` bytes, a multiple of blur_block; values behind w in a row are arbitrary.
inline void binomial_blur(std::uint8_t const* a, index_t h, index_t w, index_t stride, std::uint16_t* sums,
                          std::uint8_t* out) noexcept {
  for (index_t y = 0; y < h; ++y)
    binomial_row(a + reflect_101(y - 1, h) * stride, a + y * stride, a + reflect_101(y + 1, h) * stride, w, sums,
                 out + y * stride);
}

/// Appends a row of n pixels to the integral image, 16 pixels at a time. First computes the sum over the last 16 pixels
/// at each position, in two steps of four; a running sum is that plus the running sum 16 pixels before. `levels` and
/// `fours` are 0 in the blur_block positions before the row.
inline void integrate_row(std::uint8_t const* MIXAUG_RESTRICT g, std::uint32_t const* MIXAUG_RESTRICT above, index_t n,
                          std::uint16_t* MIXAUG_RESTRICT levels, std::uint16_t* MIXAUG_RESTRICT fours,
                          std::uint32_t* MIXAUG_RESTRICT out) noexcept {
  for (index_t x = 0; x < n; x += blur_block)
    for (index_t u = x; u < x + blur_block; ++u) levels[u] = g[u];
  for (index_t x = 0; x < n; x += blur_block)
    for (index_t u = x; u < x + blur_block; ++u)
      fours[u] = static_cast<std::uint16_t>(levels[u] + levels[u - 1] + levels[u - 2] + levels[u - 3]);
  for (index_t x = 0; x < n; x += blur_block)
    for (index_t u = x; u < x + blur_block; ++u)
      levels[u] = static_cast<std::uint16_t>(fours[u] + fours[u - 4] + fours[u - 8] + fours[u - 12]);
  std::uint32_t run[16] = {};
  for (index_t x = 0; x < n; x += 16)
    for (index_t u = 0; u < 16; ++u) run[u] += levels[x + u], out[x + u] = above[x + u] + run[u];
}

/// Converts a row of n pixels to floats.
inline void widen_row(std::uint8_t const* MIXAUG_RESTRICT g, index_t n, float* MIXAUG_RESTRICT out) noexcept {
  for (index_t x = 0; x < n; x += blur_block)
    for (index_t u = x; u < x + blur_block; ++u) out[u] = static_cast<float>(g[u]);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
