#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "reference/field.hpp"

/// Label coefficients by scores as label::by_score documents them, pixel by pixel.
namespace reference {

/// The score of each pixel of an image: that of the cell of a map of h x w that holds the pixel, less the smallest.
inline std::vector<double> pixel_scores(mixaug::plan_shape const& s, float const* map, std::int64_t h, std::int64_t w,
                                        bool above_least) {
  float const least = above_least ? *std::min_element(map, map + h * w) : 0.0f;
  std::vector<double> scores;
  for (std::int64_t y = 0; y < s.size[1]; ++y)
    for (std::int64_t x = 0; x < s.size[2]; ++x) {
      // k / h <= y / size < (k + 1) / h, searched.
      std::int64_t a = 0, b = 0;
      while ((a + 1) * s.size[1] <= y * h) ++a;
      while ((b + 1) * s.size[2] <= x * w) ++b;
      scores.push_back(static_cast<double>(map[a * w + b]) - static_cast<double>(least));
    }
  return scores;
}

/// The part of an image's scores that row i shows; `otherwise` if they sum to 0.
template <class R, class B>
double shown_part(mixaug::plan<R, B> const& p, std::int64_t i, std::vector<double> const& scores, bool own,
                  double otherwise) {
  double all = 0, shown = 0;
  for (double v : scores) all += v;
  if (!(all > 0)) return otherwise;
  resize const r = resize_of<R>(p.region, i, p.choice[i]);
  pixel_list const reads = reads_of<R>(p.region, i, p.choice[i], own);
  bool const box = !own && r.given && !mixaug::same_size(r.to, r.from);
  for (std::int64_t k = 0; k < p.shape.pixels() && !box; ++k) {
    double const m = static_cast<double>(weight(p, i, k));
    std::int64_t at = k;
    if (!reads.empty()) at = reads[static_cast<std::size_t>(k)];
    if (!own && r.given) {
      pixel const q = pixel_of(p.shape, k);
      at = (q.y + r.from.y0 - r.to.y0) * p.shape.size[2] + q.x + r.from.x0 - r.to.x0;
    } else if (!own && m < 1) {
      std::int64_t const moved_to = moved(p, i, k, 1);
      if (reads.empty()) at = moved_to;
    }
    double const part = own ? m : 1 - m;
    if (part > 0) shown += part * scores[static_cast<std::size_t>(at)];
  }
  for (std::int64_t y = r.from.y0; box && y < r.from.y1; ++y)  // a box that is resized shows all that it holds
    for (std::int64_t x = r.from.x0; x < r.from.x1; ++x)
      shown += scores[static_cast<std::size_t>(y * p.shape.size[2] + x)];
  return shown / all;
}

/// Maps (rows, h, w) of the batch, and of the rows that partners are read from, whose row 0 is `first`.
struct label_maps {
  float const* own;
  float const* source;
  std::int64_t h, w, first = 0;
};
/// Returns the first row whose two coefficients differ by more than 1e-6 from the definition; -1 = none.
template <class R, class B>
std::int64_t first_other_label(mixaug::plan<R, B> const& p, mixaug::label::by_score const& rule, label_maps const& maps,
                               int member = -1) {
  for (std::int64_t i = 0; i < p.rows(); ++i) {
    if (member >= 0 && p.choice[i] != member) continue;
    double area = 0;
    for (std::int64_t k = 0; k < p.shape.pixels(); ++k) area += static_cast<double>(weight(p, i, k));
    area /= static_cast<double>(p.shape.pixels());
    double self = area, partner = 1 - area, mix = static_cast<double>(rule.mix);
    bool const alone = p.shape.own_source && p.partner[i] == p.shape.first + p.self[i];
    if (area < 1 && !alone) {
      auto const scores = [&](float const* from, std::int64_t row) {
        return pixel_scores(p.shape, from + row * maps.h * maps.w, maps.h, maps.w, rule.above_least);
      };
      self = (1 - mix) * area + mix * shown_part(p, i, scores(maps.own, i), true, area);
      partner = 1 - self;
      if (rule.of == mixaug::scored::images)
        partner = (1 - mix) * (1 - area) +
                  mix * shown_part(p, i, scores(maps.source, p.partner[i] - maps.first), false, 1 - area);
    }
    if (std::fabs(self - static_cast<double>(p.share_self[i])) > 1e-6 ||
        std::fabs(partner - static_cast<double>(p.share_partner[i])) > 1e-6)
      return i;
  }
  return -1;
}

}  // namespace reference
