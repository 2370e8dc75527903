// SPDX-License-Identifier: MIT
// Pairs by similarity in imbalanced data: a sample of a rare class takes its partner from classes
// that look like its own. Eight drawn shapes, each half as frequent as the one before, down to 4.
//
// The feature that says what looks alike is a simple one: the object's mask, cut to its bounding
// box and read at 8 x 8 points, minus the mean of all. A trainer would take its network's last
// layer.

#include <algorithm>
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <mixaug/pairing/class_similarity.hpp>
#include <numeric>
#include <vector>

#include "support/drawn_images.hpp"

namespace ma = mixaug;
using ma::index_t;

constexpr index_t image_side = 48, grid = 8, width = grid * grid;
// Appends the mask, read at 8 x 8 points of its bounding box.
void append_thumbnail(std::vector<float>& out, std::uint8_t const* mask) {
  index_t y0 = image_side, y1 = 0, x0 = image_side, x1 = 0;
  for (index_t k = 0; k < image_side * image_side; ++k)
    if (mask[k] != 0) {
      y0 = std::min(y0, k / image_side), y1 = std::max(y1, k / image_side + 1);
      x0 = std::min(x0, k % image_side), x1 = std::max(x1, k % image_side + 1);
    }
  for (index_t k = 0; k < width; ++k) {
    index_t const y = y0 + (2 * (k / grid) + 1) * (y1 - y0) / (2 * grid);
    index_t const x = x0 + (2 * (k % grid) + 1) * (x1 - x0) / (2 * grid);
    out.push_back(static_cast<float>(mask[y * image_side + x]));
  }
}

int main() {
  auto const set = example::draw_images(1280, image_side, 1);
  auto const classes = static_cast<index_t>(set.class_names.size());
  std::vector<float> features;
  std::vector<int> ids;
  std::vector<index_t> wanted(set.class_names.size());
  for (std::size_t c = 0; c < wanted.size(); ++c) wanted[c] = std::max(index_t{160} >> c, index_t{4});
  for (std::size_t i = 0; i < set.labels.size(); ++i)
    if (auto const c = static_cast<std::size_t>(set.labels[i]); wanted[c]-- > 0) {
      append_thumbnail(features, set.masks.data() + i * image_side * image_side);
      ids.push_back(static_cast<int>(c));
    }
  auto const n = static_cast<index_t>(ids.size());
  for (std::size_t j = 0; j < width; ++j) {
    double mean = 0;
    for (std::size_t k = j; k < features.size(); k += width) mean += double{features[k]};
    for (std::size_t k = j; k < features.size(); k += width)
      features[k] -= static_cast<float>(mean / static_cast<double>(n));
  }
  std::vector<float> prototypes(static_cast<std::size_t>(classes * width));
  std::vector<float> similarity(static_cast<std::size_t>(classes * classes));
  std::vector<std::int64_t> counts(static_cast<std::size_t>(classes));
  auto const f = ma::features(features.data(), {n, width});
  auto const p = ma::features(prototypes.data(), {classes, width});
  auto const s = ma::features(similarity.data(), {classes, classes});
  ma::class_prototypes(f, ma::class_ids(ids.data(), {n}), p, ma::indices(counts.data(), {classes}));
  ma::cosine_similarity(p, s);
  auto const name = [&](index_t c) { return set.class_names[static_cast<std::size_t>(c)].c_str(); };
  std::puts("Cosine similarity of the class prototypes, and samples of each class");
  for (index_t c = 0; c < classes; ++c) {
    std::printf("%-9s", name(c));
    for (index_t k = 0; k < classes; ++k) std::printf(" %5.2f", double{s(c, k)});
    std::printf("   n = %d\n", static_cast<int>(counts[static_cast<std::size_t>(c)]));
  }

  auto const x = ma::nchw<float>(nullptr, {n, 3, image_side, image_side});  // cutmix is planned without pixels
  auto const in = ma::inputs(x).class_ids(ma::class_ids(ids.data(), {n}));
  ma::pairing::class_similarity const similar{.similarity = s, .temperature = 0.2f, .features = f};
  index_t const rare = std::find(ids.begin(), ids.end(), 7) - ids.begin();
  std::vector<double> law(ids.size());
  ma::partner_probabilities(similar, in, ma::key{}, rare, ma::labels(law.data(), {n}));
  std::vector<std::size_t> order(ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return law[a] > law[b]; });
  double const sum = std::accumulate(law.begin(), law.end(), 0.0);
  std::printf("\nPartners of sample %d (%s), sum %.6f:", static_cast<int>(rare), name(7), sum);
  for (std::size_t k = 0; k < 6; ++k) std::printf("  %s %.3f", name(ids[order[k]]), law[order[k]]);

  std::printf("\n\nWhere the %s samples' patches come from, in 500 steps of cutmix\n", name(7));
  std::vector<int> near(counts.size()), any(counts.size());
  auto const count = [&](auto const& plan, std::vector<int>& seen) {
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (ids[i] == 7) ++seen[static_cast<std::size_t>(ids[std::size_t(plan.partner[i])])];
  };
  for (std::uint64_t step = 0; step < 500; ++step) {
    count(ma::make_plan(ma::with(ma::cutmix{}, similar), in, ma::key{.step = step}), near);
    count(ma::make_plan(ma::cutmix{}, in, ma::key{.step = step}), any);
  }
  for (std::size_t c = 0; c < near.size(); ++c)
    std::printf("%-9s class_similarity %5d   shuffle %5d\n", name(index_t(c)), near[c], any[c]);
  return near[7] == 0 ? 0 : 1;  // never of the own class
}
