// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/simd.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS

namespace mixaug::augment {
namespace detail {

/// Writes the pixels of a tile to an image, at the tile's place. Clipping and conversion are loops of their own, for
/// compilers make branches of a choice before a conversion.
template <class T>
void write_tile(tile& t, image<T> const& out) noexcept {
  auto const clip = [&](int c, int first, int n) {
    if constexpr (limits_of<T>::limited) clip_run(t.plane[c] + first, n, limits_of<T>::least, limits_of<T>::most);
  };
  bool const pixels = t.channels == 3 && out.plane == 1 && out.column == 3;
  for (int r = 0; r < t.rows; ++r) {
    int const first = r * t.width, n = t.width;
    T* MIXAUG_RESTRICT const o = out.at(t.channel, t.y + r, t.x);
    if (pixels) {
      float const *const a = t.plane[0] + first, *const b = t.plane[1] + first, *const c = t.plane[2] + first;
      int k = 0;
      if constexpr (std::is_same_v<T, std::uint8_t>) k = simd::store_rgb(a, b, c, n, o);  // which clips
      for (int plane = 0; plane < 3; ++plane) clip(plane, first + k, n - k);
      for (; k < n; ++k) {
        o[3 * k] = element_of<T>(a[k]);
        o[3 * k + 1] = element_of<T>(b[k]);
        o[3 * k + 2] = element_of<T>(c[k]);
      }
      continue;
    }
    for (int c = 0; c < t.channels; ++c) {
      float const* const from = t.plane[c] + first;
      clip(c, first, n);
      T* MIXAUG_RESTRICT const to = o + c * out.plane;
      if (out.column == 1)
        for (int k = 0; k < n; ++k) to[k] = element_of<T>(from[k]);
      else
        for (int k = 0; k < n; ++k) to[k * out.column] = element_of<T>(from[k]);
    }
  }
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
