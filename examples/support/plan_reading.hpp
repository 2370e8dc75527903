// SPDX-License-Identifier: MIT
#pragma once
// What a person wants to see of a plan: its boxes, and the samples that tell most.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mixaug/mixaug.hpp>
#include <numeric>
#include <vector>

#include "image_set.hpp"
#include "sheet.hpp"

namespace example {

// The boxes whose pixels the sample has lost, whatever kind of region the plan has.
template <class Plan>
std::vector<outlined> boxes_of(Plan const& plan, std::int64_t i) {
  std::vector<outlined> out;
  auto const state = plan.state(i);
  for (std::int64_t j = 0; j < state.patches(); ++j) {
    auto const [where, m] = state.get(j);
    if (m == 0 && !where.empty() && where.y1 <= plan.shape.size[1])
      out.push_back({where.y0, where.y1, where.x0, where.x1});
  }
  return out;
}

// How little there is to see in a sample: from 0 where both classes show well.
template <class Plan>
int dullness(Plan const& plan, image_set const& images, std::int64_t i) {
  double const share = mixaug::pixel_share(plan, i);
  std::int64_t const partner = plan.partner[i];
  if (partner == i) return 3;
  if (share < 0.3 || share > 0.8) return 2;
  return partner >= 0 && images.class_of(partner) == images.class_of(i) ? 1 : 0;
}

// The least dull samples in order; where a method chooses among others, the choices in turn.
template <class Plan>
std::vector<std::int64_t> telling_samples(Plan const& plan, image_set const& images,
                                          std::size_t count) {
  std::vector<std::int64_t> left(static_cast<std::size_t>(images.n)), out;
  std::iota(left.begin(), left.end(), std::int64_t{0});
  while (!left.empty() && out.size() < count) {
    auto const cost = [&](std::int64_t i) {
      bool const again = !out.empty() && plan.choice[i] == plan.choice[out.back()];
      return 2 * dullness(plan, images, i) + (again ? 1 : 0);
    };
    auto const best = std::min_element(left.begin(), left.end(),
                                       [&](auto i, auto j) { return cost(i) < cost(j); });
    out.push_back(*best);
    left.erase(best);
  }
  return out;
}

}  // namespace example
