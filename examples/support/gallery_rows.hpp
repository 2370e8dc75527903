// SPDX-License-Identifier: MIT
#pragma once
// What the gallery keeps of each method: a row of the sheet and a row of the table.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <string>
#include <vector>

#include "image_set.hpp"
#include "measured.hpp"
#include "plan_reading.hpp"
#include "progress.hpp"
#include "sheet.hpp"

namespace example {

// Rows are collected while the methods run; the table is printed and the sheet written at the end.
class gallery_rows {
 public:
  gallery_rows(image_set const& images, std::string const& what, std::uint64_t seed)
      : images_(images),
        seed_(seed),
        sheet_(static_cast<int>(images.h), static_cast<int>(images.w), groups, "mixaug gallery",
               what +
                   ". Numbers are shares in the label; a frame marks the pixels that the "
                   "partner, or the fill, has taken.") {}

  image_set const& images() const { return images_; }
  mixaug::key key() const { return {.seed = seed_}; }
  void start(std::string const& name) { progress_.step(name); }

  // The sheet's row: a few samples on which there is something to see.
  template <class Plan>
  void add(std::string const& name, std::vector<std::string> const& options, Plan const& plan,
           std::vector<std::uint8_t> const& mixed) {
    sheet_.row(name, options);
    for (std::int64_t const i : telling_samples(plan, images_, groups)) {
      std::int64_t const partner = plan.partner[i];
      std::uint8_t const* const result =
          mixed.data() + static_cast<std::size_t>(i) * images_.image_size();
      triple t{images_.image(i),
               partner < 0 ? nullptr : images_.image(partner),
               result,
               boxes_of(plan, i),
               {}};
      t.captions[0] = {images_.class_of(i)};
      t.captions[2] = {rounded(plan.share_self[i]) + " " + images_.class_of(i)};
      if (partner >= 0) {
        t.captions[1] = {partner == i ? "itself" : images_.class_of(partner)};
        t.captions[2].push_back("+ " + rounded(plan.share_partner[i]) + " " +
                                images_.class_of(partner));
      } else {
        t.captions[2].push_back(rounded(mixaug::pixel_share(plan, i)) + " of its pixels");
      }
      sheet_.add(t);
    }
  }

  // The table's row: means over the samples that were not paired with themselves; those stay as
  // they are, so that there is nothing to measure.
  template <class Plan, class Work>
  void measure(std::string const& name, Plan const& plan, Work const& work) {
    std::vector<double> const measured = measured_shares(plan, images_);
    line l{name, 0, 0, 0, 0, 0, 0, runs_per_second(work) * static_cast<double>(images_.n)};
    for (std::int64_t i = 0; i < images_.n; ++i) {
      if (plan.partner[i] == i) continue;
      double const share = mixaug::pixel_share(plan, i),
                   seen = measured[static_cast<std::size_t>(i)];
      l.samples += 1;
      l.ratio += plan.ratio[i];
      l.labels += plan.share_self[i];
      l.pixels += share;
      l.measured += seen;
      l.difference = std::max(l.difference, std::abs(share - seen));
    }
    lines_.push_back(l);
  }

  void print() const {
    progress_.clear();
    constexpr char const* words = "%-24s %8s %8s %8s %8s %9s %10s %12s\n";
    std::printf(words, "", "samples", "ratio", "label", "pixel", "measured", "largest", "images");
    std::printf(words, "method", "mixed", "drawn", "share", "share", "share", "difference",
                "per second");
    for (line const& l : lines_) {
      double const n = std::max(l.samples, 1.0);
      std::printf("%-24s %8.0f %8.4f %8.4f %8.4f %9.4f %10.1e %12.0f\n", l.name.c_str(), l.samples,
                  l.ratio / n, l.labels / n, l.pixels / n, l.measured / n, l.difference,
                  l.per_second);
    }
  }

  bool write_png(std::string const& path) { return sheet_.write_png(path); }

 private:
  static constexpr int groups = 3;
  struct line {
    std::string name;
    double samples, ratio, labels, pixels, measured, difference, per_second;
  };

  static std::string rounded(double share) {
    char text[16];
    std::snprintf(text, sizeof text, "%.2f", share);
    return text;
  }

  image_set const& images_;
  std::uint64_t seed_;
  progress progress_{"method", 0};
  sheet sheet_;
  std::vector<line> lines_;
};

}  // namespace example
