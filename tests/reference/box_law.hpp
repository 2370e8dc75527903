#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <utility>

/// Distributions of boxes, from the papers and the documentation: intervals along one axis with their probabilities.
namespace reference {

using interval = std::pair<std::int64_t, std::int64_t>;
using law = std::map<interval, double>;

/// The largest s with s^d <= (1 - lambda) S^d / boxes, lambda = parts / 2^20, in integers only.
inline std::int64_t side(std::int64_t size, std::int64_t parts, int d, std::int64_t boxes = 1) {
  auto power = [d](std::int64_t v) {
    std::int64_t p = 1;
    for (int k = 0; k < d; ++k) p *= v;
    return p;
  };
  std::int64_t s = 0;
  while (s < size && power(s + 1) * (std::int64_t{1} << 20) * boxes <= ((std::int64_t{1} << 20) - parts) * power(size))
    ++s;
  return s;
}

/// numpy.clip
constexpr std::int64_t clip(std::int64_t v, std::int64_t low, std::int64_t high) {
  return v < low ? low : v > high ? high : v;
}

/// The published box of CutMix: a uniform integer centre, half = cut // 2 on either side, clipped.
inline interval published(std::int64_t size, std::int64_t cut, std::int64_t centre) {
  return {clip(centre - cut / 2, 0, size), clip(centre + cut / 2, 0, size)};
}

/// timm 1.0.31's: cut // 2 pixels before the centre, (cut + 1) // 2 from it on, clipped.
inline interval published_odd(std::int64_t size, std::int64_t cut, std::int64_t centre) {
  return {clip(centre - cut / 2, 0, size), clip(centre + (cut + 1) / 2, 0, size)};
}

enum class where { clipped, inside, shifted, uniform_pixels, clipped_odd };

/// Number of axes that count in the side exponent: those longer than one pixel.
inline int exponent(std::initializer_list<std::int64_t> sizes) {
  int d = 0;
  for (std::int64_t size : sizes)
    if (size != 1) ++d;
  return d;
}

/// Empty intervals are listed as {0, 0}. Every box holds an axis of one pixel whole, at every placement.
inline law intervals(where w, std::int64_t size, std::int64_t cut) {
  law out;
  if (size == 1) return {{{0, 1}, 1.0}};
  auto put = [&](std::int64_t begin, std::int64_t end, double chance) {
    if (begin >= end) begin = end = 0;
    out[{begin, end}] += chance;
  };
  double const n = static_cast<double>(size), s = static_cast<double>(cut);
  if (w == where::inside)
    for (std::int64_t b = 0; b + cut <= size; ++b) put(b, b + cut, 1 / (n - s + 1));
  for (std::int64_t c = 0; c < size && (w == where::clipped || w == where::shifted); ++c) {
    interval const box = published(size, cut, c);
    std::int64_t const moved = clip(c - cut / 2, 0, size - cut);
    if (w == where::clipped)
      put(box.first, box.second, 1 / n);
    else
      put(moved, moved + cut, 1 / n);
  }
  for (std::int64_t c = 0; c < size && w == where::clipped_odd; ++c) {
    interval const box = published_odd(size, cut, c);
    put(box.first, box.second, 1 / n);
  }
  if (w == where::uniform_pixels)  // every position that touches the image
    for (std::int64_t b = 1 - cut; b < size && cut > 0; ++b)
      put(clip(b, 0, size), clip(b + cut, 0, size), 1 / (n + s - 1));
  if (w == where::uniform_pixels && cut == 0) put(0, 0, 1);
  return out;
}

}  // namespace reference
