// SPDX-License-Identifier: MIT
// Mixes a batch of images by every method, puts each on a sheet that a person can read, and prints
// a table: what was drawn, what the labels say, and what the pixels say when they are asked.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <mixaug/mixaug.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/drawn_images.hpp"
#include "support/gallery_options.hpp"
#include "support/gallery_rows.hpp"
#include "support/load_images.hpp"

namespace ma = mixaug;

// One row: plan, apply, and everything worth knowing about both. All rows share the key, so that
// they mix the same partners by the same ratios as far as their rules let them.
template <class Method>
void show(example::gallery_rows& rows, std::string const& name,
          std::vector<std::string> const& options, Method const& method) {
  rows.start(name);
  example::image_set const& set = rows.images();
  std::vector<std::uint8_t> mixed(set.pixels.size());

  auto const x = ma::nhwc(set.pixels.data(), {set.n, set.h, set.w, set.c});
  auto const out = ma::nhwc(mixed.data(), {set.n, set.h, set.w, set.c});
  auto const classes = ma::class_ids(set.labels.data(), {set.n});
  auto const plan = ma::make_plan(method, ma::inputs(x).class_ids(classes), rows.key());
  ma::apply(plan, x, out);

  rows.add(name, options, plan, mixed);
  rows.measure(name, plan, [&] { ma::apply(plan, x, out); });
}

void show_all(example::gallery_rows& rows) {
  auto const half = static_cast<int>(rows.images().h / 2),
             third = static_cast<int>(rows.images().h / 3);
  using ma::placement;

  show(rows, "mixup", {"alpha = 1", "every sample draws its own"}, ma::mixup{});
  show(rows, "mixup, batch mode", {"mode = batch", "one ratio for all"},
       ma::mixup{.mode = ma::mode::batch});
  show(rows, "cutmix",
       {"alpha = 1", "the box is clipped at the edge", "and the shares follow its area"},
       ma::cutmix{});
  show(rows, "cutmix, inside", {"placement = inside", "the whole box in the image"},
       ma::cutmix{.placement = placement::inside});
  show(rows, "cutmix, shifted", {"placement = shifted", "moved in, not clipped"},
       ma::cutmix{.placement = placement::shifted});
  show(rows, "cutmix, uniform pixels", {"placement = uniform_pixels", "every pixel equally likely"},
       ma::cutmix{.placement = placement::uniform_pixels});
  show(rows, "cutmix, minmax", {"minmax = {0.3, 0.7}", "height and width drawn apart"},
       ma::cutmix{.minmax = {0.3f, 0.7f}});
  show(rows, "cutout", {"length = half the side", "the label is kept"}, ma::cutout{.length = half});
  show(rows, "cutout, 3 holes", {"n_holes = 3", "length = a third of the side"},
       ma::cutout{.n_holes = 3, .length = third});
  show(rows, "one of", {"mixup or cutmix,", "each sample chooses"},
       ma::one_of(ma::mixup{}, ma::cutmix{}));
  show(rows, "mixup, same class", {"with pairing::same_class"},
       ma::with(ma::mixup{}, ma::pairing::same_class{}));
  show(rows, "cutmix, other class", {"with pairing::other_class"},
       ma::with(ma::cutmix{}, ma::pairing::other_class{}));
}

int main(int argc, char** argv) try {
  auto const options = example::read_options(argc, argv);
  bool const drawn = options.data.empty();
  auto const images =
      drawn ? example::draw_images(64, options.size ? options.size : 128, options.seed)
            : example::load_images(options.data, 256, options.size);
  if (!std::ofstream(options.out, std::ios::app))  // better now than after the work
    throw std::runtime_error(options.out + ": cannot be opened for writing");

  std::string const size = std::to_string(images.h) + " x " + std::to_string(images.w);
  example::gallery_rows rows(images,
                             std::to_string(images.n) + " images of " + size +
                                 (drawn ? ", drawn by the example" : " from " + options.data),
                             options.seed);
  show_all(rows);
  rows.print();
  if (!rows.write_png(options.out)) throw std::runtime_error(options.out + ": cannot be written");
  std::printf("\nThe sheet is in %s\n", options.out.c_str());
} catch (std::exception const& problem) {
  std::fprintf(stderr, "gallery: %s\n", problem.what());
  return 2;
}
