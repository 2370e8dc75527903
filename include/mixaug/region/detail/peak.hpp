// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/element.hpp>

MIXAUG_EXACT_BEGIN

/// Positions of the largest and smallest scores of a map: single pixels and windows. Maps are h x w, contiguous, finite
/// and >= 0. Ties go to the first position in row order, on every backend.
namespace mixaug::detail {

struct pixel_place {
  std::int32_t y, x;
  friend constexpr bool operator==(pixel_place, pixel_place) = default;
};
MIXAUG_HD constexpr pixel_place place_of(index_t at, index_t w) noexcept {
  return {static_cast<std::int32_t>(at / w), static_cast<std::int32_t>(at % w)};
}

/// Integer that is greater for the better score: floats >= 0 order as their bits (-0 as 0), and flipping all bits
/// reverses the order.
MIXAUG_HD inline std::int32_t score_rank(float score, bool least) noexcept {
  std::int32_t const bits = static_cast<std::int32_t>(bits_of(score) & 0x7FFFFFFFu);
  return least ? ~bits : bits;
}
/// Returns the greatest rank of n scores. Inlined with constant n: gcc -O2 vectorises no other loops.
template <bool Least>
std::int32_t best_rank(float const* score, index_t n) noexcept {
  std::int32_t best = INT32_MIN;
  for (index_t u = 0; u < n; ++u) {
    std::int32_t const rank = score_rank(score[u], Least);
    best = rank > best ? rank : best;
  }
  return best;
}
/// Returns the first of the best scores. Makes one pass over blocks, then searches the first block that
/// contains the best score.
template <bool Least>
index_t best_score(float const* map, index_t n) noexcept {
  constexpr index_t block = 256, part = 32;
  index_t const whole = n - n % block;
  index_t from = 0;
  std::int32_t best = INT32_MIN;
  for (index_t j = 0; j < whole; j += block)
    if (std::int32_t const rank = best_rank<Least>(map + j, block); rank > best) best = rank, from = j;
  if (std::int32_t const rank = best_rank<Least>(map + whole, n - whole); rank > best) best = rank, from = whole;
  while (from + part <= n && best_rank<Least>(map + from, part) != best) from += part;
  while (score_rank(map[from], Least) != best) ++from;
  return from;
}
/// Returns the first maximum of the map.
inline pixel_place peak(float const* map, index_t h, index_t w) noexcept {
  return place_of(best_score<false>(map, h * w), w);
}
/// Returns the first minimum of the map.
inline pixel_place valley(float const* map, index_t h, index_t w) noexcept {
  return place_of(best_score<true>(map, h * w), w);
}

/// Windows compare exact sums: scores become integers in [0, 255 * 65536], so that the order of summation cannot change
/// a tie. A map of levels k / 255 whose maximum is m / 255 becomes round(k * 255 / m * 65536). The scale is twice that,
/// for the rounding.
MIXAUG_HD inline double score_scale(float maximum) noexcept {
  return maximum > 0 ? 2.0 * 255 * 65536 / static_cast<double>(maximum) : 0.0;
}
/// round(score * scale / 2), halves up: one product in double, then integers, so nothing can be contracted.
MIXAUG_HD inline std::int32_t score_units(float score, double scale) noexcept {
  return (static_cast<std::int32_t>(static_cast<double>(score) * scale) + 1) >> 1;
}

/// columns[x] += units(enter[x]) - units(leave[x]).
inline void slide_columns(float const* MIXAUG_RESTRICT enter, float const* MIXAUG_RESTRICT leave, index_t w,
                          double scale, std::int64_t* MIXAUG_RESTRICT columns) noexcept {
  for (index_t x = 0; x < w; ++x) columns[x] += score_units(enter[x], scale) - score_units(leave[x], scale);
}
inline void enter_columns(float const* MIXAUG_RESTRICT enter, index_t w, double scale,
                          std::int64_t* MIXAUG_RESTRICT columns) noexcept {
  for (index_t x = 0; x < w; ++x) columns[x] += score_units(enter[x], scale);
}
/// before[x] = columns[0] + ... + columns[x - 1], x in [0, w]. Only one addition in four depends on the one before.
inline void sum_before(std::int64_t const* MIXAUG_RESTRICT columns, index_t w,
                       std::int64_t* MIXAUG_RESTRICT before) noexcept {
  std::int64_t sum = before[0] = 0;
  index_t x = 0;
  for (; x + 4 <= w; x += 4) {
    std::int64_t const two = columns[x] + columns[x + 1], three = two + columns[x + 2], four = three + columns[x + 3];
    before[x + 1] = sum + columns[x], before[x + 2] = sum + two, before[x + 3] = sum + three;
    before[x + 4] = sum += four;
  }
  for (; x < w; ++x) before[x + 1] = sum += columns[x];
}
/// Returns the sum of the window at x; with turn = -1 all bits are flipped, so that the smallest sum ranks first.
inline std::int64_t window_rank(std::int64_t const* before, index_t x, index_t box_w, std::int64_t turn) noexcept {
  return (before[x + box_w] - before[x]) ^ turn;
}
inline std::int64_t best_window(std::int64_t const* before, index_t places, index_t box_w, std::int64_t turn) noexcept {
  std::int64_t best = INT64_MIN;
  for (index_t x = 0; x < places; ++x) {
    std::int64_t const rank = window_rank(before, x, box_w, turn);
    best = rank > best ? rank : best;
  }
  return best;
}

inline std::size_t window_bytes(index_t, index_t w) noexcept {
  return static_cast<std::size_t>(2 * w + 1) * sizeof(std::int64_t) + 64;
}
/// Returns the top left corner of the box_h x box_w window inside the map (1 <= box <= side) with the largest or
/// smallest sum. Scratch of window_bytes: the sums of the columns over box_h rows | the sums before each column.
inline pixel_place window_peak(float const* map, index_t h, index_t w, index_t box_h, index_t box_w, bool least,
                               std::byte* scratch) noexcept {
  std::byte* const begin = scratch + (64 - reinterpret_cast<std::uintptr_t>(scratch) % 64) % 64;
  std::int64_t *const columns = reinterpret_cast<std::int64_t*>(begin), *const before = columns + w;
  double const scale = score_scale(map[best_score<false>(map, h * w)]);
  std::int64_t const turn = least ? -1 : 0;
  std::int64_t best = INT64_MIN;
  index_t best_y = 0, best_x = 0;
  for (index_t x = 0; x < w; ++x) columns[x] = 0;
  for (index_t y = 0; y < box_h - 1; ++y) enter_columns(map + y * w, w, scale, columns);
  for (index_t y = 0; y + box_h <= h; ++y) {
    float const* const enter = map + (y + box_h - 1) * w;
    if (y == 0)
      enter_columns(enter, w, scale, columns);
    else
      slide_columns(enter, map + (y - 1) * w, w, scale, columns);
    sum_before(columns, w, before);
    if (std::int64_t const most = best_window(before, w - box_w + 1, box_w, turn); most > best) {
      best = most, best_y = y, best_x = 0;
      while (window_rank(before, best_x, box_w, turn) != best) ++best_x;
    }
  }
  return {static_cast<std::int32_t>(best_y), static_cast<std::int32_t>(best_x)};
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
