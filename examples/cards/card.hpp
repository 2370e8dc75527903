// SPDX-License-Identifier: MIT
#pragma once
// The picture of one method's card: a sample, its partner, the map and the mask where there are any, and the result
// with its label.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <mixaug/mixaug.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/heat.hpp"
#include "support/image_set.hpp"
#include "support/plan_reading.hpp"
#include "support/strip.hpp"

namespace example {

// Which images' saliency a method reads.
enum class maps { none, of_sample, of_partner, of_both };

// What a card shows beside the sample, the partner and the result.
struct card_parts {
  maps map = maps::none;
  bool mask = false;  // m of every pixel, white where the sample is shown
  // A second line under the image of a row: what the method reads of it.
  std::function<std::string(std::int64_t)> of{};
};

// Draws cards of one batch into a folder.
class card_maker {
 public:
  card_maker(image_set const& images, std::filesystem::path folder, std::uint64_t seed)
      : images_(images), folder_(std::move(folder)), key_{.seed = seed} {}

  auto x() const { return mixaug::nhwc(images_.pixels.data(), {images_.n, images_.h, images_.w, images_.c}); }

  // A method whose partners are rows of the batch.
  template <class Method, class Inputs>
  void show(std::string const& name, Method const& method, Inputs const& inputs, card_parts const& parts = {}) {
    show(name, method, inputs, images_, parts);
  }

  // A method whose partners are rows of `sources`, images of the same size; `inputs` says so.
  template <class Method, class Inputs>
  void show(std::string const& name, Method const& method, Inputs const& inputs, image_set const& sources,
            card_parts const& parts) {
    namespace ma = mixaug;
    auto const plan = ma::make_plan(ma::serial{}, method, inputs, key_);
    std::vector<std::uint8_t> mixed(static_cast<std::size_t>(plan.rows()) * images_.image_size());
    auto const out = ma::nhwc(mixed.data(), {plan.rows(), images_.h, images_.w, images_.c});
    if (&sources == &images_)
      ma::apply(plan, x(), out);
    else
      ma::apply(plan, x(), ma::nhwc(sources.pixels.data(), {sources.n, sources.h, sources.w, sources.c}), out);

    // RegMixup's plan has the batch first, and its mixes below.
    std::int64_t const row = most_telling(plan, sources, plan.rows() - images_.n);
    std::int64_t const self = plan.self[row], partner = plan.partner[row];
    strip picture(static_cast<int>(images_.h), static_cast<int>(images_.w), 1, 2);
    picture.column("sample", {images_.image(self)}, {captions(images_, self, parts)}, false);
    if (partner >= 0) picture.column("partner", {sources.image(partner)}, {captions(sources, partner, parts)}, false);
    if (parts.map == maps::of_sample || parts.map == maps::of_both) add_map(picture, "sample's map", images_, self);
    if (parts.map == maps::of_partner || parts.map == maps::of_both)
      add_map(picture, "partner's map", sources, partner);
    if (parts.mask) add_mask(picture, plan, row);
    picture.column("result", {mixed.data() + static_cast<std::size_t>(row) * images_.image_size()},
                   {result_lines(plan, sources, row)}, true);
    write(name, picture);
  }

  // The grid of labels of a method that pastes: the class of each cell as a colour, beside the result.
  template <class Method>
  void show_label_grid(std::string const& name, Method const& method, std::int64_t cells) {
    namespace ma = mixaug;
    auto const plan = ma::make_plan(ma::serial{}, method, ma::inputs(x()), key_);
    std::vector<std::uint8_t> mixed(images_.pixels.size());
    ma::apply(plan, x(), ma::nhwc(mixed.data(), {images_.n, images_.h, images_.w, images_.c}));
    std::vector<std::int32_t> grid(static_cast<std::size_t>(images_.n * cells * cells));
    ma::label_grid(plan, ma::class_ids(images_.labels.data(), {images_.n}),
                   ma::masks(grid.data(), {images_.n, cells, cells}));

    std::int64_t const row = most_telling(plan, images_, 0), partner = plan.partner[row];
    std::vector<std::uint8_t> tile(images_.image_size());
    for (std::int64_t k = 0; k < images_.h * images_.w; ++k) {
      std::int64_t const y = k / images_.w * cells / images_.h, at = k % images_.w * cells / images_.w;
      bool const own = grid[static_cast<std::size_t>((row * cells + y) * cells + at)] ==
                       static_cast<std::int32_t>(images_.labels[static_cast<std::size_t>(row)]);
      rgb const shade = own ? rgb{70, 120, 200} : rgb{235, 150, 60};
      for (std::size_t c = 0; c < 3; ++c) tile[static_cast<std::size_t>(3 * k) + c] = shade[c];
    }
    strip picture(static_cast<int>(images_.h), static_cast<int>(images_.w), 1, 2);
    picture.column("sample", {images_.image(row)}, {{images_.class_of(row)}}, false);
    picture.column("partner", {images_.image(partner)}, {{images_.class_of(partner)}}, false);
    picture.column("label grid", {tile.data()},
                   {{"blue: " + images_.class_of(row), "else " + images_.class_of(partner)}}, false);
    picture.column("result", {mixed.data() + static_cast<std::size_t>(row) * images_.image_size()},
                   {label_lines(plan, images_, images_, row)}, true);
    write(name, picture);
  }

 private:
  // The row of the plan, from `below` on, whose mix shows most.
  template <class Plan>
  std::int64_t most_telling(Plan const& plan, image_set const& sources, std::int64_t below) const {
    std::int64_t best = below;
    for (std::int64_t i = below; i < plan.rows(); ++i)
      if (dullness(plan, images_, sources, i) < dullness(plan, images_, sources, best)) best = i;
    return best;
  }

  static strip::lines captions(image_set const& of, std::int64_t row, card_parts const& parts) {
    strip::lines out{of.class_of(row)};
    if (parts.of) out.push_back(parts.of(row));
    return out;
  }

  template <class Plan>
  strip::lines result_lines(Plan const& plan, image_set const& sources, std::int64_t row) const {
    strip::lines out = label_lines(plan, images_, sources, row);
    if (out.size() == 1) out.push_back(rounded(mixaug::pixel_share(plan, row)) + " of pixels");
    return out;
  }

  static void add_map(strip& picture, std::string const& name, image_set const& of, std::int64_t row) {
    namespace ma = mixaug;
    std::vector<float> map(static_cast<std::size_t>(of.h * of.w));
    ma::saliency_map(ma::serial{}, ma::saliency::fine_grained{}, ma::nhwc(of.image(row), {1, of.h, of.w, of.c}),
                     ma::scores(map.data(), {1, of.h, of.w}));
    picture.column(name, {heat_overlay(of.image(row), map.data(), of.h * of.w).data()}, {{"fine_grained"}}, false);
  }

  template <class Plan>
  void add_mask(strip& picture, Plan const& plan, std::int64_t row) const {
    namespace ma = mixaug;
    std::vector<float> field(static_cast<std::size_t>(plan.rows() * images_.h * images_.w));
    ma::write_field(plan, ma::scores(field.data(), {plan.rows(), images_.h, images_.w}));
    std::vector<std::uint8_t> tile(images_.image_size());
    float const* const m = field.data() + row * images_.h * images_.w;
    for (std::size_t k = 0; k < tile.size(); ++k)
      tile[k] = static_cast<std::uint8_t>(m[k / static_cast<std::size_t>(images_.c)] * 255 + 0.5f);
    picture.column("mask", {tile.data()}, {{"white: sample"}}, false);
  }

  void write(std::string const& name, strip const& picture) const {
    std::filesystem::path const file = folder_ / (name + ".png");
    if (!picture.write_png(file.string())) throw std::runtime_error(file.string() + ": cannot be written");
    std::printf("%s\n", file.string().c_str());
  }

  image_set const& images_;
  std::filesystem::path folder_;
  mixaug::key key_;
};

}  // namespace example
