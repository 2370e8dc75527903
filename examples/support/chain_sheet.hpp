// SPDX-License-Identifier: MIT
#pragma once
// A sheet of chains: a row a chain, a column an image. The boxes around the objects and their outermost points, where
// they are known, follow their images.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mixaug/augment/augment.hpp>
#include <mixaug/augment/follow.hpp>
#include <mixaug/mixaug.hpp>
#include <string>
#include <vector>

#include "canvas.hpp"
#include "image_set.hpp"
#include "shown_chains.hpp"

namespace example {

// Adds an image of grid lines, on which a map is seen.
inline void add_grid(image_set& set) {
  std::int64_t const cell = std::max<std::int64_t>(set.h / 8, 2);
  for (std::int64_t y = 0; y < set.h; ++y)
    for (std::int64_t x = 0; x < set.w; ++x) {
      bool const line = y % cell == cell / 2 || x % cell == cell / 2;
      rgb const ink = line ? rgb{50, 80, 150} : rgb{235, 232, 222};
      set.pixels.insert(set.pixels.end(), ink.begin(), ink.end());
    }
  set.labels.push_back(set.labels.empty() ? 0 : set.labels.front());
  if (!set.masks.empty()) set.masks.resize(set.masks.size() + static_cast<std::size_t>(set.h * set.w));
  ++set.n;
}

class chain_sheet {
 public:
  chain_sheet(image_set const& set, std::uint64_t seed)
      : set_(set),
        seed_(seed),
        side_(static_cast<int>(set.w)),
        picture_(label + static_cast<int>(set.n) * (side_ + gap), paper) {
    mark_objects();
  }
  void title(std::string const& words) {
    picture_.extend(70);
    picture_.text(24, 20, words, 22, ink, true);
  }
  // Takes the images through the chain and adds what comes out.
  void show(shown_chain const& chain) {
    namespace ma = mixaug;
    auto const in = ma::nhwc(set_.pixels.data(), {set_.n, set_.h, set_.w, 3});
    auto const plan = ma::make_plan(chain.steps, in, ma::key{.seed = seed_, .step = step_++});
    ma::index_t const h = plan.out().height, w = plan.out().width;
    std::vector<std::uint8_t> out(static_cast<std::size_t>(set_.n * 3 * h * w));
    ma::apply(plan, in, ma::nhwc(out.data(), {set_.n, h, w, 3}));

    int const top = picture_.height() + gap / 2;
    picture_.extend(std::max(static_cast<int>(h), 56) + gap);
    picture_.text(gap, top + 8, chain.name, 15, ink, true);
    picture_.text(gap, top + 34, chain.options, 11, grey);
    for (ma::index_t i = 0; i < set_.n; ++i)
      picture_.image(left(i), top, out.data() + static_cast<std::size_t>(i * 3 * h * w), static_cast<int>(h),
                     static_cast<int>(w), 1);
    if (!boxes_.empty()) show_marks(plan, top);
  }
  bool write_png(std::string const& path) { return picture_.write_png(path); }

 private:
  static constexpr int label = 250, gap = 14;
  static constexpr int points = 4;  // of each object
  static constexpr rgb paper{255, 255, 255}, ink{28, 30, 36}, grey{104, 108, 118}, yellow{255, 225, 60};

  int left(std::int64_t image) const { return label + static_cast<int>(image) * (side_ + gap); }

  // The box around each mask, and the middles of its outermost pixels: the highest, the lowest, and those at the left
  // and at the right.
  void mark_objects() {
    if (set_.masks.empty()) return;
    for (std::int64_t i = 0; i < set_.n; ++i) {
      std::int64_t y0 = set_.h, y1 = 0, x0 = set_.w, x1 = 0;
      std::int64_t outermost[points][2] = {};
      for (std::int64_t k = 0; k < set_.h * set_.w; ++k) {
        if (set_.masks[static_cast<std::size_t>(i * set_.h * set_.w + k)] == 0) continue;
        std::int64_t const y = k / set_.w, x = k % set_.w;
        auto const extend = [&](bool beyond, int point) {
          if (!beyond) return;
          outermost[point][0] = y;
          outermost[point][1] = x;
        };
        extend(y < y0, 0);
        extend(y + 1 > y1, 1);
        extend(x < x0, 2);
        extend(x + 1 > x1, 3);
        y0 = std::min(y0, y);
        y1 = std::max(y1, y + 1);
        x0 = std::min(x0, x);
        x1 = std::max(x1, x + 1);
      }
      bool const any = y1 > y0;
      for (std::int64_t v : {any ? y0 : 0, y1, any ? x0 : 0, x1}) boxes_.push_back(static_cast<float>(v));
      for (auto const& point : outermost)
        for (std::int64_t v : point) points_.push_back(static_cast<float>(v) + 0.5f);
      has_object_.push_back(any);
    }
  }
  void show_marks(mixaug::augment::plan const& plan, int top) {
    namespace ma = mixaug;
    std::vector<float> box(boxes_.size()), point(points_.size());
    std::vector<std::uint8_t> kept(static_cast<std::size_t>(set_.n)), seen(static_cast<std::size_t>(points * set_.n));
    ma::apply_boxes(plan, ma::row_major<float const>(boxes_.data(), ma::extents<3>{set_.n, 1, 4}),
                    ma::row_major(box.data(), ma::extents<3>{set_.n, 1, 4}),
                    ma::row_major(kept.data(), ma::extents<2>{set_.n, 1}), {.min_visibility = 0.2f});
    ma::apply_points(plan, ma::row_major<float const>(points_.data(), ma::extents<3>{set_.n, points, 2}),
                     ma::row_major(point.data(), ma::extents<3>{set_.n, points, 2}),
                     ma::row_major(seen.data(), ma::extents<2>{set_.n, points}));
    for (std::int64_t i = 0; i < set_.n; ++i) {
      std::size_t const row = static_cast<std::size_t>(i);
      if (!has_object_[row]) continue;
      float const* const b = box.data() + 4 * row;
      if (kept[row] != 0)
        picture_.marked_box(left(i) + static_cast<int>(b[2]), top + static_cast<int>(b[0]),
                            static_cast<int>(b[3] - b[2]), static_cast<int>(b[1] - b[0]));
      for (std::size_t k = 0; k < points; ++k) {
        if (seen[points * row + k] == 0) continue;
        float const* const p = point.data() + 2 * (points * row + k);
        int const x = left(i) + static_cast<int>(p[1]), y = top + static_cast<int>(p[0]);
        picture_.fill(x - 2, y - 2, 5, 5, ink);
        picture_.fill(x - 1, y - 1, 3, 3, yellow);
      }
    }
  }

  image_set const& set_;
  std::uint64_t seed_, step_ = 0;
  int side_;
  canvas picture_;
  std::vector<float> boxes_, points_;
  std::vector<bool> has_object_;
};

}  // namespace example
