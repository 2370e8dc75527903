#pragma once
#include <cmath>
#include <mixaug/mixaug.hpp>
#include <vector>

/// SaliencyMix's boxes as the paper and its code describe them, from score maps, by brute force.
namespace reference {

struct salient_options {
  bool source_valley = false;
  int target = 0;  // 0 the same place, 1 the target's peak, 2 its valley
  bool window = false, clipped = false;
};

/// Returns the first pixel with the largest (or smallest) score, in row order.
inline std::int64_t extreme_pixel(float const* map, std::int64_t n, bool least) {
  std::int64_t best = 0;
  for (std::int64_t k = 1; k < n; ++k)
    if (least ? map[k] < map[best] : map[k] > map[best]) best = k;
  return best;
}

/// Returns the first position, in row order, at which a box has the largest (or smallest) summed score. Scores of the
/// tests are multiples of 1/32, so that these sums are exact.
inline std::int64_t extreme_window(float const* map, std::int64_t h, std::int64_t w, std::int64_t bh, std::int64_t bw,
                                   bool least) {
  std::int64_t best = -1;
  double best_sum = 0;
  for (std::int64_t y = 0; y + bh <= h; ++y)
    for (std::int64_t x = 0; x + bw <= w; ++x) {
      double sum = 0;
      for (std::int64_t v = y; v < y + bh; ++v)
        for (std::int64_t u = x; u < x + bw; ++u) sum += static_cast<double>(map[v * w + u]);
      if (best >= 0 && !(least ? sum < best_sum : sum > best_sum)) continue;
      best = y * w + x, best_sum = sum;
    }
  return best;
}

inline mixaug::box salient_box(float const* map, std::int64_t h, std::int64_t w, float lambda, bool least,
                               salient_options const& o) {
  // (1 - lambda)^(1/d) of each of the d axes longer than one pixel; an axis of one pixel is whole
  auto const cut = [&](std::int64_t side) {
    double const area = 1.0 - static_cast<double>(lambda), part = h > 1 && w > 1 ? std::sqrt(area) : area;
    return side == 1 ? 1 : static_cast<std::int64_t>(static_cast<double>(side) * part);
  };
  std::int64_t const bh = cut(h), bw = cut(w);
  if (bh == 0 || bw == 0) return mixaug::no_box;
  std::int64_t y0, x0, y1, x1;
  if (o.window) {
    std::int64_t const k = extreme_window(map, h, w, bh, bw, least);
    y0 = k / w, x0 = k % w, y1 = y0 + bh, x1 = x0 + bw;
  } else {
    std::int64_t const k = extreme_pixel(map, h * w, least), y = k / w, x = k % w;
    y0 = y - bh / 2, x0 = x - bw / 2;
    if (o.clipped) {
      y1 = std::min(y + bh / 2, h), x1 = std::min(x + bw / 2, w), y0 = std::max<std::int64_t>(y0, 0),
      x0 = std::max<std::int64_t>(x0, 0);
      if (h == 1) y0 = 0, y1 = 1;
      if (w == 1) x0 = 0, x1 = 1;
      if (y0 >= y1 || x0 >= x1) return mixaug::no_box;
    } else {
      while (y0 < 0) ++y0;
      while (x0 < 0) ++x0;
      while (y0 + bh > h) --y0;
      while (x0 + bw > w) --x0;
      y1 = y0 + bh, x1 = x0 + bw;
    }
  }
  return {0,
          1,
          static_cast<std::int32_t>(y0),
          static_cast<std::int32_t>(y1),
          static_cast<std::int32_t>(x0),
          static_cast<std::int32_t>(x1)};
}

/// Returns the first row of a plan whose boxes differ from these; -1 = all are right. The map of batch row i is at maps
/// + i * h * w, that of source row p at sources + (p - first) * h * w. `to` and `from` are the plan's columns.
template <class Plan, class Columns>
std::int64_t first_misplaced(Plan const& p, Columns const& columns, float const* maps, float const* sources,
                             std::int64_t first, salient_options const& o, int member = -1) {
  std::int64_t const h = p.shape.size[1], w = p.shape.size[2], n = h * w;
  for (std::int64_t i = 0; i < p.rows(); ++i) {
    if (member >= 0 && p.choice[i] != member) continue;
    mixaug::box from = mixaug::no_box, to = mixaug::no_box;
    if (p.partner[i] >= 0 && p.ratio[i] < 1.0f) {
      from = to = salient_box(sources + (p.partner[i] - first) * n, h, w, p.ratio[i], o.source_valley, o);
      if (o.target != 0) to = salient_box(maps + i * n, h, w, p.ratio[i], o.target == 2, o);
    }
    if (!(columns.from[i] == from) || !(columns.to[i] == to)) return i;
  }
  return -1;
}

}  // namespace reference
