// SPDX-License-Identifier: MIT
#pragma once
// The small picture of README.md: two samples, their partners, and what each method makes of them at one ratio.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <string>
#include <vector>

#include "support/canvas.hpp"
#include "support/image_set.hpp"
#include "support/plan_reading.hpp"

namespace example {

class overview {
 public:
  // Needs four images: rows 0 and 1 are the samples, rows 2 and 3 their partners.
  overview(image_set const& images, std::uint64_t seed) : images_(images), key_{.seed = seed} {
    column("sample", {images.image(0), images.image(1)}, {{{images.class_of(0)}, {images.class_of(1)}}});
    column("partner", {images.image(2), images.image(3)}, {{{images.class_of(2)}, {images.class_of(3)}}});
  }

  // Every method mixes the same pairs at the same ratio, 0.6 of the sample.
  template <class Method>
  void show(std::string const& name, Method const& method) {
    namespace ma = mixaug;
    std::vector<std::uint8_t> mixed(images_.pixels.size());
    std::array<std::int64_t, 4> const partners{2, 3, 0, 1};
    auto const x = ma::nhwc(images_.pixels.data(), {images_.n, images_.h, images_.w, images_.c});
    auto const fixed =
        ma::with(method, ma::pairing::given{ma::indices(partners.data(), {4})}, ma::ratio::constant{0.6f});
    auto const plan = ma::make_plan(ma::serial{}, fixed, ma::inputs(x), key_);
    ma::apply(plan, x, ma::nhwc(mixed.data(), {images_.n, images_.h, images_.w, images_.c}));
    add(name, plan, mixed);
  }

  // Cutout draws no partner and no ratio.
  void show(std::string const& name, mixaug::cutout const& method) {
    namespace ma = mixaug;
    std::vector<std::uint8_t> mixed(images_.pixels.size());
    auto const x = ma::nhwc(images_.pixels.data(), {images_.n, images_.h, images_.w, images_.c});
    auto const plan = ma::make_plan(method, x, key_);
    ma::apply(plan, x, ma::nhwc(mixed.data(), {images_.n, images_.h, images_.w, images_.c}));
    add(name, plan, mixed);
  }

  bool write_png(std::string const& path) const {
    int const h = static_cast<int>(images_.h), w = static_cast<int>(images_.w);
    canvas picture(static_cast<int>(columns_.size()) * (w + gap) + gap, {255, 255, 255});
    picture.extend(header + 2 * (h + below));
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      column_of const& each = columns_[c];
      int const x = gap + static_cast<int>(c) * (w + gap);
      picture.centred(each.name, x - gap / 2, w + gap, 10, 10, ink);
      for (std::size_t row = 0; row < 2; ++row) {
        int const y = header + static_cast<int>(row) * (h + below);
        picture.image(x, y, each.pixels.data() + row * images_.image_size(), h, w, 1);
        for (std::size_t k = 0; k < each.captions[row].size(); ++k)
          picture.centred(each.captions[row][k], x - gap / 2, w + gap, y + h + 7 + 17 * static_cast<int>(k), 10,
                          c < 2 ? grey : ink);
      }
    }
    return picture.write_png(path);
  }

 private:
  using lines = std::vector<std::string>;
  struct column_of {
    std::string name;
    std::vector<std::uint8_t> pixels;  // two images
    std::array<lines, 2> captions;
  };
  static constexpr int gap = 14, header = 30, below = 46;
  static constexpr rgb ink{28, 30, 36}, grey{104, 108, 118};

  void column(std::string const& name, std::array<std::uint8_t const*, 2> const& tiles,
              std::array<lines, 2> const& captions) {
    column_of c{name, {}, captions};
    for (std::uint8_t const* tile : tiles) c.pixels.insert(c.pixels.end(), tile, tile + images_.image_size());
    columns_.push_back(c);
  }

  template <class Plan>
  void add(std::string const& name, Plan const& plan, std::vector<std::uint8_t> const& mixed) {
    std::array<lines, 2> captions;
    for (std::int64_t i = 0; i < 2; ++i) {
      lines& to = captions[static_cast<std::size_t>(i)];
      to.push_back(rounded(plan.share_self[i]) + " " + images_.class_of(i));
      if (plan.share_partner[i] > 0)
        to.push_back("+ " + rounded(plan.share_partner[i]) + " " + images_.class_of(plan.partner[i]));
    }
    column(name, {mixed.data(), mixed.data() + images_.image_size()}, captions);
  }

  static std::string rounded(float share) {
    char text[16];
    std::snprintf(text, sizeof text, "%.2f", static_cast<double>(share));
    return text;
  }

  image_set const& images_;
  mixaug::key key_;
  std::vector<column_of> columns_;
};

}  // namespace example
