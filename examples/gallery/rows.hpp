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

#include "gallery/measured.hpp"
#include "support/image_set.hpp"
#include "support/plan_reading.hpp"
#include "support/progress.hpp"
#include "support/sheet.hpp"

namespace example {

// Rows are collected while the methods run; the table is printed and the sheet written at the end.
class gallery_rows {
 public:
  gallery_rows(image_set const& images, std::string const& what, std::uint64_t seed)
      : images_(images),
        seed_(seed),
        sheet_(static_cast<int>(images.h), static_cast<int>(images.w), groups, "mixaug gallery",
               what +
                   ". Numbers are shares in the label; frames mark the pixels that were read in "
                   "the partner, and written in the result.") {}

  image_set const& images() const { return images_; }

  // One method: plan, apply, and everything worth knowing about both. All methods share the key, so
  // that they mix the same partners by the same ratios as far as their rules let them.
  template <class Method>
  void show(std::string const& name, std::vector<std::string> const& options, Method const& method) {
    namespace ma = mixaug;
    progress_.step(name);
    std::vector<std::uint8_t> mixed(images_.pixels.size());
    auto const x = ma::nhwc(images_.pixels.data(), {images_.n, images_.h, images_.w, images_.c});
    auto const out = ma::nhwc(mixed.data(), {images_.n, images_.h, images_.w, images_.c});
    auto const classes = ma::class_ids(images_.labels.data(), {images_.n});
    auto const inputs = ma::inputs(x).class_ids(classes);
    ma::key const key{.seed = seed_};

    auto plan = ma::make_plan(ma::serial{}, method, inputs, key);
    ma::apply(plan, x, out);

    add(name, options, plan, mixed);
    measure(
        name, plan, [&] { ma::make_plan(ma::serial{}, method, inputs, key, plan); }, [&] { ma::apply(plan, x, out); });
  }

  // A method whose cells move, taken apart: the sample and its partner with their cells where they are shown, and the
  // mask, white where the sample is. The samples are those of show().
  template <class Method>
  void show_parts(std::string const& name, std::vector<std::string> const& options, Method const& method) {
    namespace ma = mixaug;
    progress_.step(name);
    auto const x = ma::nhwc(images_.pixels.data(), {images_.n, images_.h, images_.w, images_.c});
    auto plan = ma::make_plan(ma::serial{}, method, ma::inputs(x), ma::key{.seed = seed_});
    auto const samples = telling_samples(plan, images_, groups);
    std::vector<float> field(static_cast<std::size_t>(images_.n * images_.h * images_.w));
    ma::write_field(plan, ma::scores(field.data(), {images_.n, images_.h, images_.w}));
    std::vector<std::uint8_t> mask(images_.pixels.size());
    for (std::size_t k = 0; k < mask.size(); ++k)
      mask[k] = static_cast<std::uint8_t>(field[k / static_cast<std::size_t>(images_.c)] * 255 + 0.5f);
    auto const shown = [&](bool partner) {
      plan.edit([&](auto& columns) {
        for (ma::index_t i = 0; i < images_.n; ++i)
          for (ma::index_t j = 0; j < columns.region.where[i].count(); ++j)
            columns.region.label[i * columns.region.count + j] =
                static_cast<std::uint8_t>(partner ? columns.region.where[i].last : 0);
      });
      std::vector<std::uint8_t> out(images_.pixels.size());
      ma::apply(plan, x, ma::nhwc(out.data(), {images_.n, images_.h, images_.w, images_.c}));
      return out;
    };
    std::vector<std::uint8_t> const own = shown(false), other = shown(true);
    sheet_.row(name, options);
    for (std::int64_t const i : samples) {
      std::size_t const at = static_cast<std::size_t>(i) * images_.image_size();
      triple t{own.data() + at, other.data() + at, mask.data() + at, {}, {}, {}};
      t.captions = {{{"as it is shown"}, {"as it is shown"}, {"the mask"}}};
      sheet_.add(t);
    }
  }

  void print() const {
    progress_.clear();
    constexpr char const* words = "%-29s %8s %8s %8s %8s %9s %10s %10s %10s\n";
    std::printf(words, "", "samples", "ratio", "label", "pixel", "measured", "largest", "planned", "mixed");
    std::printf(words, "method", "mixed", "drawn", "share", "share", "share", "difference", "per second", "per second");
    for (line const& l : lines_) {
      double const n = std::max(l.samples, 1.0);
      std::printf("%-29s %8.0f %8.4f %8.4f %8.4f %9.4f %10.1e %10.0f %10.0f\n", l.name.c_str(), l.samples, l.ratio / n,
                  l.labels / n, l.pixels / n, l.measured / n, l.difference, l.planned, l.mixed);
    }
  }

  bool write_png(std::string const& path) { return sheet_.write_png(path); }

 private:
  static constexpr int groups = 3;
  struct line {
    std::string name;
    double samples, ratio, labels, pixels, measured, difference, planned, mixed;
  };

  // The sheet's row: a few samples on which there is something to see.
  template <class Plan>
  void add(std::string const& name, std::vector<std::string> const& options, Plan const& plan,
           std::vector<std::uint8_t> const& mixed) {
    sheet_.row(name, options);
    for (std::int64_t const i : telling_samples(plan, images_, groups)) {
      std::int64_t const partner = plan.partner[i];
      std::uint8_t const* const result = mixed.data() + static_cast<std::size_t>(i) * images_.image_size();
      plan_boxes const boxes = boxes_of(plan, i);
      triple t{images_.image(i), partner < 0 ? nullptr : images_.image(partner), result, boxes.read, boxes.written, {}};
      t.captions[0] = {images_.class_of(i)};
      t.captions[2] = {rounded(plan.share_self[i]) + " " + images_.class_of(i)};
      if (partner >= 0) t.captions[1] = {partner == i ? "itself" : images_.class_of(partner)};
      if (partner >= 0 && (plan.share_partner[i] > 0 || plan.share_self[i] < 1))
        t.captions[2].push_back("+ " + rounded(plan.share_partner[i]) + " " + images_.class_of(partner));
      else
        t.captions[2].push_back(rounded(mixaug::pixel_share(plan, i)) + " of its pixels");
      sheet_.add(t);
    }
  }

  // The table's row: means over the samples that were mixed; the others stay as they are, so that
  // there is nothing to measure.
  template <class Plan, class Planning, class Work>
  void measure(std::string const& name, Plan const& plan, Planning const& planning, Work const& work) {
    std::vector<double> const measured = measured_shares(plan, images_);
    auto const n = static_cast<double>(images_.n);
    line l{name, 0, 0, 0, 0, 0, 0, runs_per_second(planning) * n, runs_per_second(work) * n};
    for (std::int64_t i = 0; i < images_.n; ++i) {
      if (untouched(plan, i)) continue;
      double const share = mixaug::pixel_share(plan, i), seen = measured[static_cast<std::size_t>(i)];
      l.samples += 1;
      l.ratio += plan.ratio[i];
      l.labels += plan.share_self[i];
      l.pixels += share;
      l.measured += seen;
      l.difference = std::max(l.difference, std::abs(share - seen));
    }
    lines_.push_back(l);
  }

  image_set const& images_;
  std::uint64_t seed_;
  progress progress_{"method", 0};
  sheet sheet_;
  std::vector<line> lines_;
};

}  // namespace example
