// SPDX-License-Identifier: MIT
// Draws the picture of each method's card: sample, partner, map, mask and result, with their shares of the label; and
// one of each step of the augmentations: images, a grid, and what becomes of them, in the folder's augment/.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <mixaug/apply/history.hpp>
#include <mixaug/apply/label_grid.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/weight/uncertainty.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/chain_sheet.hpp"
#include "support/shown_chains.hpp"
#include "cards/card.hpp"
#include "support/drawn_images.hpp"
#include "support/load_images.hpp"
#include "support/options.hpp"

namespace ma = mixaug;
using example::card_maker, example::image_set, example::maps;

void boxes_and_masks(card_maker& cards, image_set const& images) {
  auto const x = ma::inputs(cards.x());
  cards.show("mixup", ma::mixup{}, x);
  cards.show("manifold_mixup", ma::manifold_mixup{}, x);
  cards.show("regmixup", ma::regmixup{.alpha = 1}, x);
  cards.show("cutmix", ma::cutmix{}, x, {.mask = true});
  cards.show_label_grid("patchmix", ma::patchmix{}, 6);
  cards.show("cutout", ma::cutout{.length = images.h / 2}, x, {.mask = true});
  cards.show("gridmix", ma::gridmix{}, x, {.mask = true});
  cards.show("fmix", ma::fmix{}, x, {.mask = true});
  cards.show("smoothmix", ma::smoothmix{}, x, {.mask = true});
  cards.show("resizemix", ma::resizemix{.scope_min = 0.4f}, x, {.mask = true});
  cards.show("one_of", ma::one_of(ma::mixup{}, ma::cutmix{}), x, {.mask = true});
}

void recursive(card_maker& cards, image_set const& images) {
  ma::history<std::uint8_t, 4> past(cards.x(), static_cast<ma::index_t>(images.class_names.size()));
  ma::recursivemix const method{};
  for (std::uint64_t step = 0; step < 3; ++step) {  // the steps before the one that the card shows
    auto const plan =
        ma::make_plan(method, ma::inputs(cards.x()).source_rows(past.rows()), ma::key{.seed = 2, .step = step});
    ma::apply(plan, cards.x(), past.source(), past.mixed(images.n));
    ma::soft_labels(plan, ma::class_ids(images.labels.data(), {images.n}), past.targets(),
                    past.mixed_targets(images.n));
    past.advance();
  }
  image_set before = images;
  before.class_names = {"step before"};
  before.labels.assign(before.labels.size(), 0);
  before.pixels.assign(past.source().data, past.source().data + images.pixels.size());
  cards.show("recursivemix", method, ma::inputs(cards.x()).source_rows(before.n), before, {.mask = true});
}

void scored(card_maker& cards, image_set const& images) {
  auto const x = ma::inputs(cards.x());
  auto const detector = ma::saliency::fine_grained{};
  cards.show("saliencymix", ma::saliencymix{}, x, {.map = maps::of_partner, .mask = true});
  cards.show("attentivemix", ma::attentivemix{.detector = detector}, x, {.map = maps::of_partner, .mask = true});
  cards.show("snapmix", ma::snapmix{.alpha = 1, .detector = detector}, x, {.map = maps::of_both, .mask = true});
  cards.show("label_by_score", ma::with(ma::cutmix{}, ma::label::by_score{}, detector), x,
             {.map = maps::of_both, .mask = true});
  cards.show("puzzlemix", ma::puzzlemix{.t_eps = 0.02f, .blocks = {8}, .range = {0, 255}, .detector = detector}, x,
             {.map = maps::of_both, .mask = true});

  // The batch is balanced; counts that say otherwise make every second class a rare one.
  std::vector<std::int64_t> counts(images.class_names.size(), 1000);
  for (std::size_t c = 0; c < counts.size(); c += 2) counts[c] = 10;
  auto const said = ma::indices(counts.data(), {static_cast<std::int64_t>(counts.size())});
  auto const with_ids = ma::inputs(cards.x()).class_ids(ma::class_ids(images.labels.data(), {images.n}));
  auto const count = [&](std::int64_t row) {
    return std::to_string(counts[static_cast<std::size_t>(images.labels[static_cast<std::size_t>(row)])]) + " images";
  };
  cards.show("background_mix", ma::background_mix{.class_counts = said}, with_ids,
             {.map = maps::of_both, .mask = true, .of = count});
  cards.show("remix", ma::remix{.class_counts = said}, with_ids, {.of = count});
  cards.show("balanced_mixup", ma::balanced_mixup{.alpha = 0.5f}, with_ids);
}

// Methods that read a number of each sample: its target, its group, its weight.
void annotated(card_maker& cards, image_set const& images) {
  std::vector<float> targets;
  std::vector<std::int32_t> groups;
  std::vector<float> weights;
  for (std::int64_t i = 0; i < images.n; ++i) {
    targets.push_back(static_cast<float>(i * 5 % images.n) / 10.0f);
    groups.push_back(static_cast<std::int32_t>(i / 2 % 2));
    weights.push_back(1.0f + static_cast<float>(i * 5 % 7));
  }
  auto const n = images.n;
  image_set const support = images;  // MetaMix's support set
  auto const target = [&](std::int64_t i) {
    return "target " + example::rounded(static_cast<double>(targets[static_cast<std::size_t>(i)]));
  };
  auto const y = ma::labels(targets.data(), {n});
  cards.show("c_mixup", ma::c_mixup{.bandwidth = 0.2, .with_self = false}, ma::inputs(cards.x()).targets(y),
             {.of = target});
  cards.show("metamix", ma::metamix{.bandwidth = 0.2},
             ma::inputs(cards.x()).targets(y).source_rows(n).source_targets(y), support, {.of = target});
  cards.show("lisa", ma::lisa{},
             ma::inputs(cards.x())
                 .class_ids(ma::class_ids(images.labels.data(), {n}))
                 .groups(ma::class_ids(groups.data(), {n})),
             {.of = [&](std::int64_t i) { return "group " + std::to_string(groups[static_cast<std::size_t>(i)]); }});
  cards.show("umix", ma::umix{.sigma = 1}, ma::inputs(cards.x()).weights(ma::weights(weights.data(), {n})),
             {.of = [&](std::int64_t i) {
               return "weight " + example::rounded(static_cast<double>(weights[static_cast<std::size_t>(i)]));
             }});
}

// Each step on three images and a grid.
void augmentations(image_set images, std::filesystem::path const& folder, std::uint64_t seed) {
  images.n = 3;
  images.pixels.resize(3 * images.image_size());
  images.labels.resize(3);
  if (!images.masks.empty()) images.masks.resize(static_cast<std::size_t>(3 * images.h * images.w));
  example::add_grid(images);
  std::filesystem::create_directories(folder);
  for (auto const& chain : example::chains_of_steps(images.h)) {
    example::chain_sheet sheet(images, seed);
    sheet.show(example::unchanged());
    sheet.show(chain);
    std::string name = chain.name;  // "affine, reflect": affine_reflect
    if (auto const comma = name.find(", "); comma != std::string::npos) name.replace(comma, 2, "_");
    std::filesystem::path const file = folder / (name + ".png");
    if (!sheet.write_png(file.string())) throw std::runtime_error(file.string() + ": cannot be written");
    std::printf("%s\n", file.string().c_str());
  }
}

int main(int argc, char** argv) try {
  auto const options = example::read_options(
      argc, argv, "cards: draws the picture of each method's card into a folder, which --out names", "method_cards");
  auto const images = options.data.empty() ? example::draw_images(16, options.size ? options.size : 96, options.seed)
                                           : example::load_images(options.data, 16, options.size ? options.size : 96);
  std::filesystem::create_directories(options.out);
  card_maker cards(images, options.out, options.seed);
  boxes_and_masks(cards, images);
  recursive(cards, images);
  scored(cards, images);
  annotated(cards, images);
  augmentations(images, std::filesystem::path(options.out) / "augment", options.seed);
} catch (std::exception const& problem) {
  std::fprintf(stderr, "cards: %s\n", problem.what());
  return 2;
}
