// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/step_memory.hpp>
#include <mixaug/plan/detail/device_score_stage.hpp>
#include <mixaug/region/salient_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Number of parts of a map that are searched at once.
inline constexpr index_t search_parts = 256;

/// A place and its rank. Order: the greater rank first, then the lower place.
struct ranked_place {
  std::int64_t rank, at;
  MIXAUG_HD void take(ranked_place const& o) noexcept {
    if (o.rank > rank || (o.rank == rank && o.at < at)) *this = o;
  }
};

/// Searches score maps on a device and places the boxes, in steps as those of a detector; map k is for row k of the
/// plan (with maps.lead only the first mixed row). Pixels: searches the parts of a map, then takes the best. Windows:
/// finds the largest score, builds the integral image of the scores as integers, searches the parts of all places,
/// takes the best.
template <class Rule, class Rows, class Columns>
struct placing_steps {
  static constexpr int steps = 6;
  Rule rule;
  Rows rows;  ///< the rows of the plan that are placed
  Columns columns;
  device_maps maps;
  bool target;  ///< true: searches the sample's own maps

  MIXAUG_HD bool windows() const noexcept { return rule.search == search::box_sum; }
  MIXAUG_HD index_t height() const noexcept { return rows.plan.shape.size[1]; }
  MIXAUG_HD index_t width() const noexcept { return rows.plan.shape.size[2]; }
  MIXAUG_HD index_t pixels() const noexcept { return height() * width(); }
  std::size_t fast_bytes() const noexcept { return parts_at + sizeof(ranked_place) * search_parts; }
  std::size_t slow_bytes() const noexcept { return windows() ? aligned(8 * pixels()) : 0; }
  MIXAUG_HD index_t count(int step) const noexcept {
    switch (step) {
      case 0:
        return windows() ? search_parts : 0;
      case 1:
        return windows() ? 1 : 0;
      case 2:
        return windows() ? height() : 0;
      case 3:
        return windows() ? width() : 0;
      case 4:
        return search_parts;
      default:
        return 1;
    }
  }
  MIXAUG_HD bool wants(index_t i) const noexcept { return rows.holds(i) && !size(i).empty(); }
  MIXAUG_HD box size(index_t i) const noexcept { return target ? columns.to.data[i] : columns.from.data[i]; }
  /// Returns the row of map k; -1 = none.
  MIXAUG_HD index_t row(index_t k) const noexcept {
    if (!maps.lead) return wants(k) ? k : -1;
    for (index_t i = 0; i < rows.plan.shape.rows; ++i)
      if (wants(i)) return i;
    return -1;
  }
  MIXAUG_HD bool skips(index_t k) const noexcept { return row(k) < 0; }
  MIXAUG_HD void run(int step, index_t k, index_t item, step_memory const& m) const noexcept {
    index_t const i = row(k), h = height(), w = width();
    float const* const map = maps.of(rows.plan, i, target);
    auto* const parts = m.shared_at<ranked_place>(parts_at);
    auto* const sums = m.global_at<std::int64_t>(0);
    auto& scale = *m.shared_at<double>(0);
    switch (step) {
      case 0:
        parts[item] = {0, 0};
        for (index_t p = item; p < pixels(); p += search_parts)
          parts[item].rank = greater(parts[item].rank, score_rank(map[p], false));
        return;
      case 1:
        scale = score_scale(float_of(static_cast<std::uint32_t>(best(parts).rank)));
        return;
      case 2:
        for (index_t x = 0, sum = 0; x < w; ++x) sums[item * w + x] = sum += score_units(map[item * w + x], scale);
        return;
      case 3:
        for (index_t y = 1; y < h; ++y) sums[y * w + item] += sums[(y - 1) * w + item];
        return;
      case 4:
        parts[item] = windows() ? best_window_of(sums, size(i), item) : best_pixel_of(map, item);
        return;
      default: {
        box const b = size(i);
        pixel_place const c = place_of(best(parts).at, w);
        box const placed = windows() ? sized(b, 0, c.y, c.x) : rule.around(c, b, h, w);
        (target ? columns.to : columns.from).data[i] = placed;
        if (!target && !rule.moves()) columns.to.data[i] = placed;
      }
    }
  }

 private:
  static constexpr std::size_t parts_at = 64;
  MIXAUG_HD static ranked_place best(ranked_place const* parts) noexcept {
    ranked_place b = parts[0];
    for (index_t j = 1; j < search_parts; ++j) b.take(parts[j]);
    return b;
  }
  MIXAUG_HD ranked_place best_pixel_of(float const* map, index_t part) const noexcept {
    ranked_place b{INT64_MIN, 0};
    for (index_t p = part; p < pixels(); p += search_parts) b.take({score_rank(map[p], rule.least(target)), p});
    return b;
  }
  MIXAUG_HD ranked_place best_window_of(std::int64_t const* sums, box const& b, index_t part) const noexcept {
    index_t const bh = b.y1 - b.y0, bw = b.x1 - b.x0, w = width(), across = w - bw + 1;
    std::int64_t const turn = rule.least(target) ? -1 : 0;
    ranked_place found{INT64_MIN, 0};
    for (index_t p = part; p < across * (height() - bh + 1); p += search_parts) {
      index_t const y = p / across, x = p - y * across, below = (y + bh - 1) * w, above = (y - 1) * w;
      std::int64_t sum = sums[below + x + bw - 1];
      if (x > 0) sum -= sums[below + x - 1];
      if (y > 0) sum -= sums[above + x + bw - 1];
      if (x > 0 && y > 0) sum += sums[above + x - 1];
      found.take({sum ^ turn, y * w + x});
    }
    return found;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
