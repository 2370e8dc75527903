// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/plan.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The smallest box that holds all pixels of the partner that row i of a plan reads; empty if it reads none.
template <class Plan>
box read_box(Plan const& p, index_t i) {
  plan_shape const& s = p.shape;
  index_t const partner = p.partner[i];
  bool const own = s.own_source && partner - s.first == p.self[i];
  if (partner < 0 || own || !p.blend.reads_source(p.choice[i])) return no_box;
  auto const size = [&](int d) { return static_cast<std::int32_t>(s.size[d]); };
  box const all{0, size(0), 0, size(1), 0, size(2)};
  auto const state = p.state(i);
  float m = 0.0f;
  if (state.constant(m)) return m >= 1.0f ? no_box : all;
  box b{INT32_MAX, 0, INT32_MAX, 0, INT32_MAX, 0};
  auto const add = [](std::int32_t& low, std::int32_t& high, index_t from, index_t to, std::int32_t extent) {
    low = static_cast<std::int32_t>(lesser(low, greater(0, from)));
    high = static_cast<std::int32_t>(greater(high, lesser(to, extent)));
  };
  for (index_t j = 0; j < state.tiles(); ++j) {
    tile const t = state.tile_at(j);
    if (!(t.m < 1.0f) || t.where.empty()) continue;
    bool const resized = t.source.resized;
    box const read = resized ? t.source.from : t.where;
    offset const by = resized ? offset{} : t.source.by;
    add(b.z0, b.z1, index_t{read.z0} + by.z, index_t{read.z1} + by.z, size(0));
    add(b.y0, b.y1, index_t{read.y0} + by.y, index_t{read.y1} + by.y, size(1));
    add(b.x0, b.x1, index_t{read.x0} + by.x, index_t{read.x1} + by.x, size(2));
  }
  return b.empty() ? no_box : b;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
