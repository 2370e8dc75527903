// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/line/arrays.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The state of a walk over the elements around a query: in the first turn their weights are summed, in the second the
/// element at a fraction of the sum is found; side 0 is left of the query.
struct kernel_walk {
  int turn = 0, side = 0;
  bool begun = false;  ///< the side is
  index_t at = 0, last = -1;
  double sum = 0.0, below = 0.0;
};

/// Draws for queries outside of all cells, and for queries whose proposals were rejected too often (a row that must not
/// be its own partner and outweighs the others). Weights are relative to the nearest label, exp(-(t^2 - t0^2) / 2), so
/// that they do not all vanish. The draw is exact after any number of rejections, since it is independent of them.
template <class T, class Arrays = kernel_arrays<T>>
struct kernel_far {
  Arrays const& table;
  double y;
  index_t self;

  static constexpr int attempts = 64;
  static constexpr double cells_within = 8.0;  ///< largest distance to the nearest label for proposals by cell
  static constexpr double least = 700.0;       ///< upper bound of the exponent: smaller weights vanish in rounding

  MIXAUG_HD index_t operator()(random const& draw, std::uint64_t number) const noexcept {
    index_t const right = skip(table.position(y), 1), left = skip(right_start() - 1, -1);
    bool const has_left = left >= 0, has_right = right < table.rows;
    if ((!has_left && !has_right) || table.missed()) return -1;
    double_double d0 = has_left ? distance(left) : distance(right);
    if (has_left && has_right && closer(distance(right), d0)) d0 = distance(right);
    if (table.missed()) return -1;
    double const t0 = table.scale.units(d0.hi);
    if (t0 < cells_within) {
      index_t const at = by_cells(t0, draw, number);
      if (at >= 0 || table.missed()) return at;
    }
    return by_elements(d0, random::unit(draw.bits(number)));
  }

 private:
  MIXAUG_HD index_t right_start() const noexcept { return table.position(y); }
  MIXAUG_HD index_t skip(index_t at, index_t step) const noexcept {
    return at >= 0 && at < table.rows && index_t{table.element[at].row} == self ? at + step : at;
  }
  MIXAUG_HD double_double distance(index_t at) const noexcept { return distance_to(table.element[at].key); }
  MIXAUG_HD double_double distance_to(T label) const noexcept {
    return exact_distance(y * table.scale.pre, to_double(label) * table.scale.pre);
  }
  MIXAUG_HD static bool closer(double_double a, double_double b) noexcept {
    return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
  }
  /// Returns the distance of cell k, at least t0, the distance of the nearest label: the cell of self may be nearer.
  MIXAUG_HD double gap(index_t k, double t0) const noexcept {
    auto const& c = table.cell[k];
    double const low = to_double(c.low), high = to_double(c.high);
    double const t = y < low ? table.scale(low, y) : y > high ? table.scale(y, high) : 0.0;
    return t > t0 ? t : t0;
  }
  /// Returns sum + the envelope of cell k, with fma, so that the bits are the same everywhere.
  MIXAUG_HD double add_envelope(index_t k, double t, double t0, double sum) const noexcept {
    index_t const n = index_t{table.cell[k + 1].start} - table.cell[k].start;
    return fused_sum(static_cast<double>(n), precise_falling_exp(-0.5 * (t - t0) * (t + t0)), sum);
  }
  /// Proposes from cells as slots, weighted for this query alone; returns -1 if nothing is accepted.
  MIXAUG_HD index_t by_cells(double t0, random const& draw, std::uint64_t& number) const noexcept {
    double const radius = std::sqrt(fused_sum(t0, t0, table.reach * table.reach));
    index_t const middle = table.cell_from(y), most = 4 * kernel_window_most;
    index_t first = middle, last = middle;
    while (first > 0 && middle - first < most && gap(first - 1, t0) <= radius) --first;
    while (last < table.cells && last - middle < most && gap(last, t0) <= radius) ++last;
    if (middle - first == most || last - middle == most) return -1;
    kernel_window const in{table.cell[first].start, table.cell[last].start};
    double sum = table.outside * static_cast<double>(table.rows - in.size());
    for (index_t k = first; k < last; ++k) sum = add_envelope(k, gap(k, t0), t0, sum);
    for (int attempt = 0; attempt < attempts; ++attempt, ++number) {
      std::uint64_t const bits = draw.bits(number, 1);
      double const target = random::unit(draw.bits(number)) * sum;
      double below = 0.0;
      index_t k = first;
      for (; k < last; ++k)
        if (target < (below = add_envelope(k, gap(k, t0), t0, below))) break;
      if (k == last && in.size() == table.rows) continue;  // rounding of the sum
      kernel_proposal p;
      if (k == last) {
        p = table.propose_outside(in, radius, bits);
      } else {
        index_t const start = table.cell[k].start;
        typename Arrays::word_of_place const w(bits, index_t{table.cell[k + 1].start} - start);
        p = {start + w.high, gap(k, t0), w.unit()};
      }
      auto const e = table.element[p.at];
      if (table.missed()) return -1;
      if (index_t{e.row} != self && table.accepts(y, to_double(e.key), p)) return index_t{e.row};
    }
    return -1;
  }
  /// Weighs all labels whose weight does not vanish in rounding, from the query outwards: computes the sum, then
  /// returns the element at the fraction u of it. Where an element is not here it stops, and goes on from there in the
  /// next call, by the walk that the elements keep.
  MIXAUG_HD index_t by_elements(double_double d0, double u) const noexcept {
    index_t const middle = table.position(y);
    kernel_walk here;
    kernel_walk& walk = kept_walk(here);
    for (; walk.turn < 2; ++walk.turn) {
      double const target = u * walk.sum;
      for (; walk.side < 2; ++walk.side, walk.begun = false) {
        if (!walk.begun) walk.at = walk.side == 0 ? middle - 1 : middle;
        walk.begun = true;
        for (; walk.at >= 0 && walk.at < table.rows; walk.at += walk.side == 0 ? -1 : 1) {
          auto const e = table.element[walk.at];
          if (table.missed()) return -1;
          if (index_t{e.row} == self) continue;
          double const x = table.scale.relative_exponent(distance_to(e.key), d0);
          if (!(x < least)) break;
          double const w = precise_falling_exp(-x);
          if (walk.turn == 0)
            walk.sum += w;
          else if (walk.last = index_t{e.row}; target < (walk.below += w))
            return walk.last;
        }
      }
      walk.side = 0;
    }
    return walk.last;
  }
  MIXAUG_HD kernel_walk& kept_walk(kernel_walk& here) const noexcept {
    if constexpr (Arrays::whole)
      return here;
    else
      return table.element.walk();
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
