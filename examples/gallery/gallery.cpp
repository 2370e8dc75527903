// SPDX-License-Identifier: MIT
// Mixes a batch of images by every method, puts each on a sheet that a person can read, and prints
// a table: what was drawn, what the labels say, and what the pixels say when they are asked.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <mixaug/mixaug.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gallery/overview.hpp"
#include "gallery/rows.hpp"
#include "support/drawn_images.hpp"
#include "support/load_images.hpp"
#include "support/options.hpp"

namespace ma = mixaug;
using example::gallery_rows;

void show_boxes_and_blends(gallery_rows& rows) {
  int const half = static_cast<int>(rows.images().h / 2), third = 2 * half / 3;
  using ma::placement;
  rows.show("mixup", {"alpha = 1", "every sample draws its own"}, ma::mixup{});
  rows.show("mixup, batch mode", {"mode = batch", "one ratio for all"}, ma::mixup{.mode = ma::mode::batch});
  rows.show("cutmix", {"alpha = 1", "the box is clipped at the edge", "and the shares follow its area"}, ma::cutmix{});
  rows.show("cutmix, inside", {"placement = inside", "the whole box in the image"},
            ma::cutmix{.placement = placement::inside});
  rows.show("cutmix, shifted", {"placement = shifted", "moved in, not clipped"},
            ma::cutmix{.placement = placement::shifted});
  rows.show("cutmix, uniform pixels", {"placement = uniform_pixels", "every pixel equally likely"},
            ma::cutmix{.placement = placement::uniform_pixels});
  std::int64_t const token = rows.images().h % 16 == 0 && rows.images().w % 16 == 0 ? 16 : 1;
  rows.show("cutmix, tokens", {"align = " + std::to_string(token) + ": corners", "on a grid of tokens"},
            ma::cutmix{.align = token});
  rows.show("cutmix, minmax", {"minmax = {0.3, 0.7}", "height and width drawn apart"},
            ma::cutmix{.minmax = {0.3f, 0.7f}});
  rows.show("cutout", {"length = half the side", "the label is kept"}, ma::cutout{.length = half});
  rows.show("cutout, 3 holes", {"n_holes = 3", "length = a third of the side"},
            ma::cutout{.n_holes = 3, .length = third});
  rows.show("gridmix", {"n = 4", "cells of a 4 x 4 grid"}, ma::gridmix{});
  rows.show("fmix", {"decay = 3", "a mask of any shape"}, ma::fmix{});
  rows.show("fmix, soft", {"max_soft = 0.1", "blended around the border"}, ma::fmix{.max_soft = 0.1f});
  rows.show("smoothmix", {"sigma = {0.25, 0.5}", "a Gaussian weight"}, ma::smoothmix{});
  rows.show("resizemix", {"the whole partner,", "nearest pixels"}, ma::resizemix{.scope_min = 0.3f});
  rows.show("resizemix, linear", {"the whole partner,", "interpolated"},
            ma::resizemix{.scope_min = 0.3f, .interpolation = ma::interpolation::linear});
  rows.show("recursivemix", {"alpha = 0.5, the partner in", "the place of the history"},
            ma::with(ma::recursivemix{}, ma::pairing::shuffle{}));
  rows.show("one of", {"mixup or cutmix,", "each sample chooses"}, ma::one_of(ma::mixup{}, ma::cutmix{}));
  rows.show("balanced_mixup", {"alpha = 0.2: a little of", "a class drawn evenly"}, ma::balanced_mixup{});
  rows.show("mixup, same class", {"with pairing::same_class"}, ma::with(ma::mixup{}, ma::pairing::same_class{}));
  rows.show("cutmix, other class", {"with pairing::other_class"}, ma::with(ma::cutmix{}, ma::pairing::other_class{}));
}

void show_salient_boxes(gallery_rows& rows) {
  using ma::saliencymix, ma::background_mix, ma::scheme;
  rows.show("saliencymix", {"the box around the partner's", "most salient pixel"}, saliencymix{});
  rows.show("saliencymix, window", {"search = box_sum", "the box of the largest sum"},
            saliencymix{.search = ma::search::box_sum});
  rows.show("saliencymix, batch mode", {"mode = batch: one ratio,", "one box, of the first row"},
            saliencymix{.mode = ma::mode::batch});
  rows.show("saliencymix, peak to peak", {"scheme =", "salient_to_salient"},
            saliencymix{.scheme = scheme::salient_to_salient});
  rows.show("saliencymix, peak to valley", {"scheme =", "salient_to_non_salient"},
            saliencymix{.scheme = scheme::salient_to_non_salient});
  rows.show("saliencymix, valley to peak", {"scheme =", "non_salient_to_salient"},
            saliencymix{.scheme = scheme::non_salient_to_salient});
  rows.show("saliencymix, valley to valley", {"scheme =", "non_salient_to_non_salient"},
            saliencymix{.scheme = scheme::non_salient_to_non_salient});

  rows.show("attentivemix", {"scores = fine_grained", "the partner's 6 best cells", "of 7 x 7"},
            ma::attentivemix{.detector = ma::saliency::fine_grained{}});
  rows.show("attentivemix+, of the sample", {"of = target, k_from_ratio:", "the sample's best cells stay"},
            ma::attentivemix{.k_from_ratio = true, .of = ma::side::target, .detector = ma::saliency::fine_grained{}});
  rows.show("snapmix", {"alpha = 1, a detector", "labels by score, whose sum", "need not be 1"},
            ma::snapmix{.alpha = 1, .detector = ma::saliency::fine_grained{}});
  rows.show("cutmix, by score", {"with label::by_score", "and a detector"},
            ma::with(ma::cutmix{}, ma::label::by_score{}, ma::saliency::fine_grained{}));
  ma::puzzlemix const puzzle{.t_eps = 0.02f, .range = {0, 255}, .detector = ma::saliency::fine_grained{}};
  rows.show("puzzlemix", {"scores = fine_grained", "t_eps = 0.02: cells move"}, puzzle);
  rows.show_parts("puzzlemix, taken apart", {"the images with their cells", "where they are shown,", "and the mask"},
                  puzzle);

  // The batch is balanced; counts that say otherwise make every second class a rare one.
  std::vector<std::int64_t> counts(rows.images().class_names.size(), 1000);
  for (std::size_t c = 0; c < counts.size(); c += 2) counts[c] = 10;
  auto const said = ma::indices(counts.data(), {static_cast<std::int64_t>(counts.size())});
  rows.show("remix", {"rare classes: every second", "keeps its label", "where its part is large enough"},
            ma::remix{.class_counts = said});
  rows.show("background_mix", {"rare classes: every second", "dull part over dull part,", "the label is kept"},
            background_mix{.class_counts = said});
  rows.show("background_mix, same place", {"scheme =", "non_salient_to_corresponding"},
            background_mix{.scheme = scheme::non_salient_to_corresponding, .class_counts = said});
}

void write_overview(std::string const& file, std::uint64_t seed) {
  example::image_set const images = example::draw_images(8, 96, seed);
  example::image_set four = images;  // two samples, and their partners
  four.n = 4, four.pixels.clear(), four.labels.clear();
  for (std::int64_t const i : {0, 4, 3, 5}) {
    four.pixels.insert(four.pixels.end(), images.image(i), images.image(i) + images.image_size());
    four.labels.push_back(images.labels[static_cast<std::size_t>(i)]);
  }
  example::overview picture(four, seed);
  picture.show("mixup", ma::mixup{});
  picture.show("cutmix", ma::cutmix{.placement = ma::placement::shifted});
  picture.show("cutout", ma::cutout{.length = 40});
  picture.show("gridmix", ma::gridmix{});
  picture.show("saliencymix", ma::saliencymix{});
  picture.show("background_mix", ma::background_mix{});
  if (!picture.write_png(file)) throw std::runtime_error(file + ": cannot be written");
}

int main(int argc, char** argv) try {
  bool const small = argc > 1 && std::string_view(argv[1]) == "--overview";
  auto const options = example::read_options(
      argc - small, argv + small,
      "gallery: mixes images by every method and shows on a sheet what each one did\n"
      "  --overview    as the first argument: a small picture of drawn images goes to --out instead",
      "gallery.png");
  if (small) {
    write_overview(options.out, options.seed);
    return 0;
  }
  bool const drawn = options.data.empty();
  auto const images = drawn ? example::draw_images(64, options.size ? options.size : 128, options.seed)
                            : example::load_images(options.data, 256, options.size);
  example::check_writable(options.out);  // better now than after the work

  auto const size = std::to_string(images.h) + " x " + std::to_string(images.w);
  gallery_rows rows(
      images,
      std::to_string(images.n) + " images of " + size + (drawn ? ", drawn by the example" : " from " + options.data),
      options.seed);
  show_boxes_and_blends(rows);
  show_salient_boxes(rows);
  rows.print();
  if (!rows.write_png(options.out)) throw std::runtime_error(options.out + ": cannot be written");
  std::printf("\nThe sheet is in %s\n", options.out.c_str());
} catch (std::exception const& problem) {
  std::fprintf(stderr, "gallery: %s\n", problem.what());
  return 2;
}
