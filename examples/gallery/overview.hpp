// SPDX-License-Identifier: MIT
#pragma once
// The small picture of README.md: two samples, their partners, and what each method makes of them at one ratio.

#include <array>
#include <cstddef>
#include <cstdint>
#include <mixaug/mixaug.hpp>
#include <string>
#include <vector>

#include "support/image_set.hpp"
#include "support/strip.hpp"
#include "support/plan_reading.hpp"

namespace example {

class overview {
 public:
  // Needs four images: rows 0 and 1 are the samples, rows 2 and 3 their partners.
  overview(image_set const& images, std::uint64_t seed)
      : images_(images), key_{.seed = seed}, picture_(static_cast<int>(images.h), static_cast<int>(images.w), 2, 2) {
    picture_.column("sample", {images.image(0), images.image(1)}, {{images.class_of(0)}, {images.class_of(1)}}, false);
    picture_.column("partner", {images.image(2), images.image(3)}, {{images.class_of(2)}, {images.class_of(3)}}, false);
  }

  // Every method mixes the same pairs at the same ratio, 0.6 of the sample.
  template <class Method>
  void show(std::string const& name, Method const& method) {
    namespace ma = mixaug;
    std::array<std::int64_t, 4> const partners{2, 3, 0, 1};
    add(name, ma::with(method, ma::pairing::given{ma::indices(partners.data(), {4})}, ma::ratio::constant{0.6f}));
  }

  // Cutout draws no partner and no ratio.
  void show(std::string const& name, mixaug::cutout const& method) { add(name, method); }

  bool write_png(std::string const& path) const { return picture_.write_png(path); }

 private:
  template <class Method>
  void add(std::string const& name, Method const& method) {
    namespace ma = mixaug;
    std::vector<std::uint8_t> mixed(images_.pixels.size());
    auto const x = ma::nhwc(images_.pixels.data(), {images_.n, images_.h, images_.w, images_.c});
    auto const plan = ma::make_plan(ma::serial{}, method, ma::inputs(x), key_);
    ma::apply(plan, x, ma::nhwc(mixed.data(), {images_.n, images_.h, images_.w, images_.c}));
    picture_.column(name, {mixed.data(), mixed.data() + images_.image_size()},
                    {label_lines(plan, images_, images_, 0), label_lines(plan, images_, images_, 1)}, true);
  }

  image_set const& images_;
  mixaug::key key_;
  strip picture_;
};

}  // namespace example
