// SPDX-License-Identifier: MIT
#pragma once
// What a person wants to see of a plan: its boxes, and the samples that tell most.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "image_set.hpp"
#include "sheet.hpp"

namespace example {

struct plan_boxes {
  std::vector<outlined> read, written;
};

// The boxes whose pixels the sample has lost, whatever kind of region the plan has, and where in
// the partner their new pixels come from; none where there are so many that they would hide the picture.
template <class Plan>
plan_boxes boxes_of(Plan const& plan, std::int64_t i) {
  plan_boxes out;
  auto const state = plan.state(i);
  for (std::int64_t j = 0; j < state.tiles(); ++j) {
    mixaug::tile const tile = state.tile_at(j);
    mixaug::box const where = tile.where;
    if (tile.m != 0 || where.empty() || where.y1 > plan.shape.size[1]) continue;
    mixaug::offset const by = tile.source.by;
    mixaug::box const from =
        tile.source.resized ? tile.source.from
                            : mixaug::box{0, 1, where.y0 + by.y, where.y1 + by.y, where.x0 + by.x, where.x1 + by.x};
    out.written.push_back({where.y0, where.y1, where.x0, where.x1});
    out.read.push_back({from.y0, from.y1, from.x0, from.x1});
  }
  if (out.written.size() > 64) return {};
  return out;
}

// Whether the output is the sample as it was: paired with itself, or left without a partner.
template <class Plan>
bool untouched(Plan const& plan, std::int64_t i) {
  return (plan.shape.own_source && plan.partner[i] == plan.self[i]) ||
         (plan.partner[i] < 0 && mixaug::pixel_share(plan, i) == 1);
}

// How little there is to see in a row: from 0 where both classes show well. Partners are rows of `sources`.
template <class Plan>
int dullness(Plan const& plan, image_set const& images, image_set const& sources, std::int64_t i) {
  double const share = mixaug::pixel_share(plan, i);
  std::int64_t const partner = plan.partner[i];
  if (untouched(plan, i)) return 3;
  if (share < (plan.share_partner[i] > 0 ? 0.3 : 0.5) || share > 0.8) return 2;
  return partner >= 0 && sources.class_of(partner) == images.class_of(plan.self[i]) ? 1 : 0;
}

// The least dull samples in order; where a method chooses among others, the choices in turn.
template <class Plan>
std::vector<std::int64_t> telling_samples(Plan const& plan, image_set const& images, std::size_t count) {
  std::vector<std::int64_t> left(static_cast<std::size_t>(images.n)), out;
  std::iota(left.begin(), left.end(), std::int64_t{0});
  while (!left.empty() && out.size() < count) {
    auto const cost = [&](std::int64_t i) {
      bool const again = !out.empty() && plan.choice[i] == plan.choice[out.back()];
      return 2 * dullness(plan, images, images, i) + (again ? 1 : 0);
    };
    auto const best = std::min_element(left.begin(), left.end(), [&](auto i, auto j) { return cost(i) < cost(j); });
    out.push_back(*best);
    left.erase(best);
  }
  return out;
}

// A share with two decimals.
inline std::string rounded(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", share);
  return text;
}

// The label of a row, a line for each class that it holds. Partners are rows of `sources`.
template <class Plan>
std::vector<std::string> label_lines(Plan const& plan, image_set const& images, image_set const& sources,
                                     std::int64_t i) {
  std::int64_t const partner = plan.partner[i];
  std::vector<std::string> out{rounded(plan.share_self[i]) + " " + images.class_of(plan.self[i])};
  if (partner >= 0 && plan.share_partner[i] > 0)
    out.push_back("+ " + rounded(plan.share_partner[i]) + " " + sources.class_of(partner));
  return out;
}

}  // namespace example
