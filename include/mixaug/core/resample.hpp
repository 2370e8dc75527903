// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Interpolation used to read a resized box, of S source pixels along an axis for D that are written. The linear ones
/// read between two neighbours along each axis, clamped to the first and the last pixel, without a low-pass filter
/// where the box shrinks.
enum class interpolation : unsigned char {
  nearest,        ///< pixel d reads pixel floor(d S / D); also for ids
  linear,         ///< pixel d reads at (d + 1/2) S / D - 1/2
  linear_corners  ///< pixel d reads at d (S - 1) / (D - 1), so that corners meet corners; D = 1: at 0
};

namespace detail {

/// a / b for numbers >= 0. Nearly all fit 32 bits, whose division is several times faster.
MIXAUG_HD constexpr index_t pixel_quotient(index_t a, index_t b) noexcept {
  if (((a | b) >> 32) == 0) return static_cast<std::uint32_t>(a) / static_cast<std::uint32_t>(b);
  return a / b;
}
/// Pixel of S source pixels that pixel d of D target pixels reads with nearest interpolation.
MIXAUG_HD constexpr index_t nearest_pixel(index_t d, index_t source, index_t target) noexcept {
  return pixel_quotient(d * source, target);
}
/// Two neighbouring pixels along an axis, and the weight of the second in units of 2^-11. A pixel of
/// weight 0 is not read.
struct resize_tap {
  static constexpr int bits = 11;
  static constexpr std::int32_t one = 1 << bits;
  index_t at;           ///< index of the first pixel
  std::int32_t weight;  ///< weight of pixel at + 1, less than one
  MIXAUG_HD constexpr index_t next() const noexcept { return weight == 0 ? at : at + 1; }
  /// Returns the weight of pixel s.
  MIXAUG_HD constexpr std::int32_t of(index_t s) const noexcept {
    return s == at ? one - weight : s == next() ? weight : 0;
  }
};
/// Position at which pixel d of D reads S pixels with a linear interpolation, the fraction rounded to 2^-11, halves up.
MIXAUG_HD constexpr resize_tap tap_of(index_t d, index_t source, index_t target, interpolation how) noexcept {
  bool const corners = how == interpolation::linear_corners;
  index_t const position = corners ? d * (source - 1) : (2 * d + 1) * source - target;  // in units of 1 / unit
  index_t const unit = corners ? greater(target - 1, 1) : 2 * target;
  if (position <= 0) return {0, 0};
  index_t const at = pixel_quotient(position, unit), rest = position - at * unit;
  if (at >= source - 1) return {source - 1, 0};
  auto const weight = static_cast<std::int32_t>(pixel_quotient(rest * resize_tap::one + unit / 2, unit));
  if (weight == resize_tap::one) return {at + 1, 0};
  return {at, weight};
}
/// Range of target pixels [begin, end).
struct pixel_range {
  index_t begin, end;
};
/// Target pixels that read pixel s of S with nearest interpolation.
MIXAUG_HD constexpr pixel_range nearest_readers(index_t s, index_t source, index_t target) noexcept {
  return {ceil_div(s * target, source), ceil_div((s + 1) * target, source)};
}
/// Target pixels that may read pixel s of S with interpolation::linear: those whose position ((2 d + 1) S - D) / (2 D)
/// is less than 1 from s, or is clamped to it. Some may give it weight 0.
MIXAUG_HD constexpr pixel_range linear_readers(index_t s, index_t source, index_t target) noexcept {
  index_t const before = target * (2 * s - 1) - source, behind = target * (2 * s + 3) - source;
  index_t const begin = s == 0 || before <= 0 ? 0 : pixel_quotient(before, 2 * source);
  if (s == source - 1) return {begin, target};
  return {begin, behind <= 0 ? 0 : lesser(ceil_div(behind, 2 * source), target)};
}
/// The same with interpolation::linear_corners, at positions d (S - 1) / (D - 1).
MIXAUG_HD constexpr pixel_range corner_readers(index_t s, index_t source, index_t target) noexcept {
  if (source == 1) return {0, target};
  if (target == 1) return {0, s == 0 ? index_t{1} : index_t{0}};
  index_t const begin = s == 0 ? 0 : pixel_quotient((s - 1) * (target - 1), source - 1);
  return {begin, lesser(ceil_div((s + 1) * (target - 1), source - 1), target)};
}
/// Target pixels that may read pixel s of S.
MIXAUG_HD constexpr pixel_range readers_of(index_t s, index_t source, index_t target, interpolation how) noexcept {
  if (how == interpolation::nearest) return nearest_readers(s, source, target);
  return how == interpolation::linear ? linear_readers(s, source, target) : corner_readers(s, source, target);
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
