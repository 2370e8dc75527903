// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/kind.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Properties of the tiles of one row.
struct field_facts {
  bool fractional = false;  ///< some m lies strictly between 0 and 1, or some source position lies between pixels
  bool moved = false;       ///< a side of some tile is read at another place than it is written
};

inline bool lies_inside(box const& b, offset const& by, plan_shape const& s) noexcept {
  return b.empty() || (b.z0 + by.z >= 0 && b.y0 + by.y >= 0 && b.x0 + by.x >= 0 && b.z1 + by.z <= s.size[0] &&
                       b.y1 + by.y <= s.size[1] && b.x1 + by.x <= s.size[2]);
}
/// True if a tile is written, and its sides read, inside the image.
inline bool lies_inside(tile const& t, plan_shape const& s) noexcept {
  if (t.where.empty()) return true;
  if (!lies_inside(t.where, {}, s) || !lies_inside(t.where, t.self, s)) return false;
  source_place const& p = t.source;
  if (!p.resized) return lies_inside(t.where, p.by, s);
  return !p.from.empty() && lies_inside(p.from, {}, s) && lies_inside(p.to, {}, s) && p.to.x0 <= t.where.x0 &&
         p.to.x1 >= t.where.x1 && p.to.y0 <= t.where.y0 && p.to.y1 >= t.where.y1 && p.to.z0 <= t.where.z0 &&
         p.to.z1 >= t.where.z1;
}
/// True if every m of a tile with one weight for each pixel lies in [0, 1]. Sets `fractional` if some m
/// lies strictly between.
template <class State>
bool weights_fit(State const& s, box const& where, bool& fractional) noexcept {
  constexpr index_t most = 256;
  float m[most];
  bool fit = true;
  for (index_t z = where.z0; z < where.z1; ++z)
    for (index_t y = where.y0; y < where.y1; ++y)
      for (index_t x = where.x0; x < where.x1; x += most) {
        index_t const n = lesser(where.x1 - x, most);
        s.weights(z, y, x, n, m);
        for (index_t k = 0; k < n; ++k) {
          fit = fit && m[k] >= 0.0f && m[k] <= 1.0f;
          fractional = fractional || (m[k] > 0.0f && m[k] < 1.0f);
        }
      }
  return fit;
}
/// Returns the facts of row i from all of its tiles; refuses a tile that leaves the image or an m outside [0, 1].
template <class Kind, class State>
field_facts facts_of(plan_shape const& shape, State const& s, index_t i) {
  field_facts f;
  float whole = 0.0f;
  bool const constant = s.constant(whole);
  for (index_t j = 0; j < s.tiles(); ++j) {
    tile const t = s.tile_at(j);
    bool const between = t.source.resized && t.source.how != interpolation::nearest && !t.where.empty();
    bool fits = t.m >= 0.0f && t.m <= 1.0f;
    if (t.weighted) {
      if constexpr (Kind::weighted) fits = weights_fit(s, t.where, f.fractional);
    } else {
      f.fractional = f.fractional || (t.m > 0.0f && t.m < 1.0f) || between;
    }
    f.moved = f.moved || t.source.elsewhere() || !(t.self == offset{});
    if ((!lies_inside(t, shape) && !constant) || !fits)
      fail("box " + text(j) + " of row " + text(i) +
           " leaves the image, or its m the range [0, 1]; the region rule must place boxes inside " +
           shape_text(shape.size, 3));
  }
  return f;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
