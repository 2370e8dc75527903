// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The sum of a map's scores, and the part of it that a row shows.
struct score_sums {
  double all = 0.0, shown = 0.0;
  MIXAUG_HD void operator+=(score_sums const& o) noexcept { all += o.all, shown += o.shown; }
  /// The part that is shown; `otherwise` if the map has no mass.
  MIXAUG_HD double part(double otherwise) const noexcept {
    if (!(all > 0.0)) return otherwise;
    double const p = shown / all;
    return p > 1.0 ? 1.0 : p;
  }
};

/// The smallest of n scores.
MIXAUG_HD inline float least_score(float const* map, index_t n) noexcept {
  float least = map[0];
  for (index_t k = 1; k < n; ++k) least = map[k] < least ? map[k] : least;
  return least;
}

/// Sums the scores that a row of a plan shows of one of its images, line by line of the output; each line from left to
/// right, then the boxes that are resized. The map may be coarser than the image: pixel y has the score of cell floor(y
/// height / size). State: that of a region kind; Resizes: true if the kind reads boxes of another size.
template <class State, bool Resizes>
struct shown_of_map {
  State const& state;
  plan_shape const& shape;
  float const* map;
  index_t height, width;  ///< of the map
  float least;            ///< taken off every score
  bool own;               ///< the sample's map, not its partner's

  MIXAUG_HD score_sums line(index_t y) const noexcept {
    score_sums sums;
    add(sums.all, y, 0, shape.size[2], 1.0);
    for (index_t x = 0; x < shape.size[2];) {
      run_of_m const run = state.run_at(0, y, x);
      index_t const end = lesser(run.end, shape.size[2]);
      double const weight = own ? static_cast<double>(run.m) : 1.0 - static_cast<double>(run.m);
      offset const by = own ? run.self : run.source.by;
      if (weight > 0.0 && (own || !run.source.resized)) add(sums.shown, y + by.y, x + by.x, end + by.x, weight);
      x = end;
    }
    if constexpr (Resizes) {
      for (index_t j = 0; !own && j < state.tiles(); ++j) add_resized(sums.shown, y, state.tile_at(j));
    }
    return sums;
  }

 private:
  /// A box that is resized shows all of its scores, at whatever size: those of line y.
  MIXAUG_HD void add_resized(double& sum, index_t y, tile const& t) const noexcept {
    box const &from = t.source.from, &to = t.source.to;
    if (!t.source.resized || t.where.empty() || y < from.y0 || y >= from.y1) return;
    double const part = static_cast<double>(t.where.volume()) / static_cast<double>(to.volume());
    add(sum, y, from.x0, from.x1, (1.0 - static_cast<double>(t.m)) * part);
  }
  /// Adds the scores of the pixels [x, end) of line y.
  MIXAUG_HD void add(double& sum, index_t y, index_t x, index_t end, double weight) const noexcept {
    index_t const size = shape.size[2];
    float const* const line = map + (height == shape.size[1] ? y : y * height / shape.size[1]) * width;
    if (width == size) {
      if (weight == 1.0)
        for (; x < end; ++x) sum += score(line[x]);
      else
        for (; x < end; ++x) sum = fused_sum(weight, score(line[x]), sum);
      return;
    }
    for (index_t k = x * width / size; x < end; ++k) {
      index_t const border = lesser(ceil_div((k + 1) * size, width), end);
      sum = fused_sum(weight * static_cast<double>(border - x), score(line[k]), sum);
      x = border;
    }
  }
  MIXAUG_HD double score(float v) const noexcept { return static_cast<double>(v) - static_cast<double>(least); }
};

/// Calls the label rule of a row with what it shows of its maps. Rows that are not mixed keep their label; those that
/// are their own partner, whose pixels stay, count by their pixels, so that both coefficients sum to 1.
template <class Label, class State>
MIXAUG_HD label_shares label_by_scores(Label const& label, row_facts const& facts, State const& state,
                                       score_sums const& self, score_sums const& partner) noexcept {
  float m = 0.0f;
  if (state.constant(m) && m >= 1.0f) return {1.0f, 0.0f};
  double const share = state.mean(facts.shape);
  if (facts.shape.own_source && facts.partner == facts.shape.first + sample_of(facts).sample)
    return label(facts, share);
  return label(facts, share, shown_scores{self.part(share), partner.part(1.0 - share)});
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
