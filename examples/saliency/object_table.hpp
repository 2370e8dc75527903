// SPDX-License-Identifier: MIT
#pragma once
// How much of the objects a method moves and leaves, for images whose object masks are known.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "support/image_set.hpp"
#include "support/plan_reading.hpp"

namespace example {

// Object pixels of image i inside a box; the whole object without one.
inline double object_pixels(image_set const& set, std::int64_t i, outlined const& b) {
  double sum = 0;
  for (int y = b.y0; y < b.y1; ++y)
    for (int x = b.x0; x < b.x1; ++x) sum += set.masks[static_cast<std::size_t>((i * set.h + y) * set.w + x)];
  return sum;
}
inline double object_pixels(image_set const& set, std::int64_t i) {
  return object_pixels(set, i, {0, static_cast<int>(set.h), 0, static_cast<int>(set.w)});
}

// Sums over the samples that were mixed, in as many plans as there are.
struct object_line {
  std::string name;
  double samples = 0, area = 0, patches = 0, object = 0, pasted = 0, named = 0, seen = 0, kept = 0, named_small = 0,
         seen_small = 0;

  double mean_of(double sum) const { return sum / std::max(samples, 1.0); }
  double seen_of_named() const { return seen / std::max(named, 1.0); }
  double object_of_patch() const { return object / std::max(patches, 1.0); }

  template <class Plan>
  void add(Plan const& plan, image_set const& set) {
    auto const pixels = static_cast<double>(set.h * set.w);
    for (std::int64_t i = 0; i < set.n; ++i) {
      if (untouched(plan, i)) continue;
      plan_boxes const boxes = boxes_of(plan, i);
      double taken = 0, share = 0;
      samples += 1;
      if (!boxes.read.empty()) {
        outlined const& b = boxes.read[0];
        auto const patch = static_cast<double>((b.y1 - b.y0) * (b.x1 - b.x0));
        double const moved = object_pixels(set, plan.partner[i], b);
        taken = object_pixels(set, i, boxes.written[0]);
        share = moved / object_pixels(set, plan.partner[i]);
        area += patch / pixels, patches += 1, object += moved / patch, pasted += share;
      }
      kept += 1 - taken / object_pixels(set, i);
      if (!(plan.share_partner[i] > 0)) continue;
      named += 1, seen += share >= 0.25;
      if (mixaug::pixel_share(plan, i) < 0.75) continue;
      named_small += 1, seen_small += share >= 0.25;
    }
  }
};

class object_table {
 public:
  explicit object_table(std::uint64_t seed) : seed_(seed) {}

  // All methods share the keys, and so the ratios.
  mixaug::key key(std::uint64_t step) const { return {.seed = seed_, .step = step}; }

  template <class Plan>
  void add(std::string const& name, Plan const& plan, image_set const& set) {
    if (lines_.empty() || lines_.back().name != name) lines_.push_back({.name = name});
    lines_.back().add(plan, set);
  }

  void print() const {
    constexpr char const* words = "%-38s %8s %8s %8s %8s %8s %8s\n";
    std::printf(words, "", "patch", "object", "object", "named", "seen in", "object");
    std::printf(words, "", "of the", "of the", "of the", "object", "small", "of the");
    std::printf(words, "", "image", "patch", "source", "seen", "patches", "target");
    std::printf(words, "method", "", "", "pasted", "", "", "kept");
    for (object_line const& l : lines_) {
      std::printf("%-38s %8.3f %8.3f %8.3f", l.name.c_str(), l.mean_of(l.area), l.object_of_patch(),
                  l.mean_of(l.pasted));
      if (l.named > 0)
        std::printf(" %8.3f %8.3f", l.seen_of_named(), l.seen_small / std::max(l.named_small, 1.0));
      else
        std::printf(" %8s %8s", "-", "-");
      std::printf(" %8.3f\n", l.mean_of(l.kept));
    }
    std::printf(
        "Named object seen: of the samples whose label gives the source a share above 0, those "
        "whose\npatch holds a quarter or more of the source's object; a patch is small up to a "
        "quarter of the\nimage. The other columns are means over the mixed samples; background_mix "
        "names no source.\n\n");
    sum_up();
  }

 private:
  object_line const& line(std::string_view name) const {
    return *std::find_if(lines_.begin(), lines_.end(), [&](object_line const& l) { return l.name == name; });
  }

  // What the numbers say, whatever they are.
  void sum_up() const {
    auto const seen = [&](char const* name) { return 100 * line(name).seen_of_named(); };
    auto const kept = [&](char const* name) { return 100 * line(name).mean_of(line(name).kept); };
    std::printf(
        "The object that the label names is seen in %.0f %% of the samples with SaliencyMix "
        "(fine_grained,\nby window; by pixel: %.0f %%), in %.0f %% with CutMix, in %.0f %% with "
        "CutMix boxes of SaliencyMix's\nsizes, and in %.0f %% where floats are read as bytes. "
        "background_mix leaves %.0f %% of the target's\nobject, and %.0f %% at the same place; a "
        "CutMix box of that size leaves %.0f %%.\n",
        seen("saliencymix, fine_grained, window"), seen("saliencymix, fine_grained, pixel"), seen("cutmix"),
        seen("cutmix, shifted"), seen("saliencymix, bytes of floats"), kept("background_mix"),
        kept("background_mix, same place"), kept("cutmix, shifted"));
  }

  std::uint64_t seed_;
  std::vector<object_line> lines_;
};

}  // namespace example
