// SPDX-License-Identifier: MIT
// What the saliency detectors find, on a sheet; and, on drawn images whose objects are known, how
// much of the objects the boxes of each method take and leave.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <mixaug/mixaug.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "saliency/map_sheet.hpp"
#include "saliency/object_table.hpp"
#include "saliency/score_maps.hpp"
#include "support/drawn_images.hpp"
#include "support/load_images.hpp"
#include "support/options.hpp"

namespace ma = mixaug;
using example::image_set, example::maps, example::object_table;

struct named_detector {
  std::string name;
  ma::saliency::any_detector detector;
};
std::vector<named_detector> const detectors{{"fine_grained", ma::saliency::fine_grained{}},
                                            {"spectral_residual", ma::saliency::spectral_residual{}},
                                            {"frequency_tuned", ma::saliency::frequency_tuned{}}};

void write_sheet(image_set const& set, std::string const& what, std::string const& file) {
  example::map_sheet sheet(set, static_cast<int>(detectors.size()), "mixaug saliency", what);
  for (auto const& [name, detector] : detectors) {
    maps const scores = example::maps_of(set, detector);
    sheet.add(name, scores, example::patches_of(set, scores, ma::search::pixel),
              example::patches_of(set, scores, ma::search::box_sum));
  }
  if (!sheet.write_png(file)) throw std::runtime_error(file + ": cannot be written");
}

// One line of the table: eight plans, with the same keys and so the same ratios for every method.
template <class Method>
void measure(object_table& table, std::string const& name, Method const& method, image_set const& set,
             maps const& scores) {
  auto const inputs = example::inputs_of(set, scores);
  for (std::uint64_t step = 0; step < 8; ++step)
    table.add(name, ma::make_plan(ma::serial{}, method, inputs, table.key(step)), set);
}

object_table compare(image_set const& set, std::uint64_t seed) {
  object_table table(seed);
  maps const fine = example::maps_of(set, detectors[0].detector);
  measure(table, "cutmix", ma::cutmix{}, set, fine);
  measure(table, "cutmix, shifted", ma::cutmix{.placement = ma::placement::shifted}, set, fine);
  measure(table, "saliencymix, bytes of floats", ma::saliencymix{}, set, example::misread_maps_of(set));
  for (auto const& [name, detector] : detectors) {
    maps const scores = example::maps_of(set, detector);
    measure(table, "saliencymix, " + name + ", pixel", ma::saliencymix{}, set, scores);
    measure(table, "saliencymix, " + name + ", window", ma::saliencymix{.search = ma::search::box_sum}, set, scores);
  }
  // A class that nobody has is the only frequent one: every sample receives a background.
  std::vector<std::int64_t> counts(set.class_names.size() + 1, 1);
  counts.back() = 1000;
  ma::background_mix const mix{.class_counts = ma::indices(counts.data(), {static_cast<std::int64_t>(counts.size())})};
  auto same_place = mix;
  same_place.scheme = ma::scheme::non_salient_to_corresponding;
  measure(table, "background_mix", mix, set, fine);
  measure(table, "background_mix, same place", same_place, set, fine);
  return table;
}

int main(int argc, char** argv) try {
  auto const options = example::read_options(
      argc, argv, "saliency: shows what the detectors find, and measures what the boxes hold", "saliency.png");
  bool const drawn = options.data.empty();
  auto const images = drawn ? example::draw_images(8, options.size ? options.size : 128, options.seed)
                            : example::load_images(options.data, 8, options.size);
  example::check_writable(options.out);
  std::puts("512 drawn images of 64 x 64, 8 steps, the same ratios for every method\n");
  compare(example::draw_images(512, 64, options.seed), options.seed).print();
  write_sheet(images,
              (drawn ? "Drawn by the example" : "From " + options.data) +
                  std::string(". The boxes hold a quarter of the pixels") +
                  (drawn ? "; numbers say how much of the object is in them." : "."),
              options.out);
  std::printf("\nThe sheet is in %s\n", options.out.c_str());
} catch (std::exception const& problem) {
  std::fprintf(stderr, "saliency: %s\n", problem.what());
  return 2;
}
