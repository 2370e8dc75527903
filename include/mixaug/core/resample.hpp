// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// How a box that is resized is read.
enum class interpolation : unsigned char {
  nearest,  ///< pixel d of D reads pixel floor(d S / D) of S; ids can follow
  linear  ///< at (d + 1/2) S / D - 1/2, clamped to the first and the last pixel, between the two neighbours along each
          ///< axis; no filter where the box shrinks
};

namespace detail {

/// a / b of numbers >= 0: nearly all fit 32 bits, whose division takes a fraction of the time.
MIXAUG_HD constexpr index_t pixel_quotient(index_t a, index_t b) noexcept {
  if (((a | b) >> 32) == 0) return static_cast<std::uint32_t>(a) / static_cast<std::uint32_t>(b);
  return a / b;
}
/// The pixel of S that pixel d of D reads.
MIXAUG_HD constexpr index_t nearest_pixel(index_t d, index_t source, index_t target) noexcept {
  return pixel_quotient(d * source, target);
}
/// Two neighbours along an axis, and the weight of the second in units of 2^-11. What has no weight is not read.
struct resize_tap {
  static constexpr int bits = 11;
  static constexpr std::int32_t one = 1 << bits;
  index_t at;           ///< the first of the two
  std::int32_t weight;  ///< of pixel at + 1, less than one
  MIXAUG_HD constexpr index_t next() const noexcept { return weight == 0 ? at : at + 1; }
  /// The weight of pixel s.
  MIXAUG_HD constexpr std::int32_t of(index_t s) const noexcept {
    return s == at ? one - weight : s == next() ? weight : 0;
  }
};
/// Where pixel d of D reads S pixels: ((2 d + 1) S - D) / (2 D), its fraction rounded to 2^-11, halves up.
MIXAUG_HD constexpr resize_tap tap_of(index_t d, index_t source, index_t target) noexcept {
  index_t const position = (2 * d + 1) * source - target;  // in units of 1 / (2 D)
  if (position <= 0) return {0, 0};
  index_t const at = pixel_quotient(position, 2 * target), rest = position - at * 2 * target;
  if (at >= source - 1) return {source - 1, 0};
  auto const weight = static_cast<std::int32_t>(pixel_quotient(rest * resize_tap::one + target, 2 * target));
  if (weight == resize_tap::one) return {at + 1, 0};
  return {at, weight};
}
/// Pixels [begin, end) of the target.
struct pixel_range {
  index_t begin, end;
};
/// Those that read pixel s of S by the nearest.
MIXAUG_HD constexpr pixel_range nearest_readers(index_t s, index_t source, index_t target) noexcept {
  return {ceil_div(s * target, source), ceil_div((s + 1) * target, source)};
}
/// Those that may read pixel s of S between two: where ((2 d + 1) S - D) / (2 D) is less than 1 from s, or clamped to
/// it. Some may have no weight for it.
MIXAUG_HD constexpr pixel_range linear_readers(index_t s, index_t source, index_t target) noexcept {
  index_t const before = target * (2 * s - 1) - source, behind = target * (2 * s + 3) - source;
  index_t const begin = s == 0 || before <= 0 ? 0 : pixel_quotient(before, 2 * source);
  if (s == source - 1) return {begin, target};
  return {begin, behind <= 0 ? 0 : lesser(ceil_div(behind, 2 * source), target)};
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
