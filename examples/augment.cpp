// SPDX-License-Identifier: MIT
// Takes images through every augmentation and through the published recipes, and shows them on a sheet, one row a
// chain; boxes and points of the objects, where they are known, follow their images.

#include <cstdio>
#include <exception>
#include <stdexcept>

#include "support/chain_sheet.hpp"
#include "support/shown_chains.hpp"
#include "support/drawn_images.hpp"
#include "support/load_images.hpp"
#include "support/options.hpp"

int main(int argc, char** argv) try {
  auto const options =
      example::read_options(argc, argv, "augment: shows every augmentation, and the recipes of papers", "augment.png");
  auto images = options.data.empty() ? example::draw_images(3, options.size ? options.size : 128, options.seed)
                                     : example::load_images(options.data, 3, options.size);
  example::add_grid(images);
  example::check_writable(options.out);
  example::chain_sheet sheet(images, options.seed);
  sheet.title("mixaug augmentations");
  sheet.show(example::unchanged());
  for (auto const& chain : example::chains_of_steps(images.h)) sheet.show(chain);
  for (auto const& chain : example::chains_of_papers(images.h)) sheet.show(chain);
  if (!sheet.write_png(options.out)) throw std::runtime_error(options.out + ": cannot be written");
  std::printf("The sheet is in %s\n", options.out.c_str());
} catch (std::exception const& problem) {
  std::fprintf(stderr, "augment: %s\n", problem.what());
  return 2;
}
