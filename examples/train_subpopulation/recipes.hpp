// SPDX-License-Identifier: MIT
#pragma once
// The ways to train on groups, and the settings of each on each task. Those of optdigits and cifar
// were chosen by the worst group of validation images on splits of their own (seeds from 101 on),
// every mode over the same rates and decays and over its own settings; no test image had a say.
// Those of the drawn images are like them.

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace example {

struct subpopulation_mode {
  char const *name, *colour, *dash;  // the last two: of its curve
  bool mixes, two_stages;
  char const* reads;  // what it is told of the training images besides their labels
};
inline constexpr std::array<subpopulation_mode, 6> subpopulation_modes{
    {{"erm", "#4b5563", "", false, false, "-"},
     {"mixup", "#e07b1a", "", true, false, "-"},
     {"inverse", "#0f9d76", "7 4", false, false, "groups"},
     {"group_dro", "#9b4fc4", "7 4", false, false, "groups"},
     {"jtt", "#d6336c", "", false, true, "-"},
     {"umix", "#2b6cd4", "", true, true, "-"}}};
enum mode_place : std::size_t { erm, mixup, inverse, group_dro, jtt, umix };

// AdamW in every stage.
struct mode_recipe {
  double rate, decay;
  double strength = 0;         // umix: eta; jtt: the weight of its errors; group_dro: the step size
  float alpha = 1, sigma = 0;  // of the modes that mix: the law of the ratio, and how often
  double first_decay = 0.01;   // of the first stage, whose rate is 1e-3
  // Which epochs of it umix reads; jtt takes the errors after them.
  int first_epoch = 0, window = 0;
};
struct subpopulation_recipe {
  char const* task;
  int batch, epochs, seeds;
  std::array<mode_recipe, subpopulation_modes.size()> modes;
};

// A row a mode, in the order of subpopulation_modes.
inline std::vector<subpopulation_recipe> subpopulation_recipes() {
  return {{.task = "optdigits",
           .batch = 64,
           .epochs = 50,
           .seeds = 10,
           .modes = {{{.rate = 3e-3, .decay = 0.01},
                      {.rate = 3e-3, .decay = 0.1, .alpha = 0.5f, .sigma = 0.5f},
                      {.rate = 3e-3, .decay = 1},
                      {.rate = 3e-3, .decay = 1, .strength = 0.01},
                      {.rate = 3e-3, .decay = 1, .strength = 20, .window = 2},
                      {.rate = 3e-3, .decay = 0.01, .strength = 20, .alpha = 0.5f, .sigma = 1, .window = 3}}}},
          {.task = "cifar",
           .batch = 64,
           .epochs = 24,
           .seeds = 5,
           .modes = {{{.rate = 3e-3, .decay = 0.01},
                      {.rate = 3e-3, .decay = 0.01, .alpha = 0.5f, .sigma = 0.5f},
                      {.rate = 1e-3, .decay = 1},
                      {.rate = 3e-3, .decay = 1, .strength = 0.01},
                      {.rate = 3e-3, .decay = 1, .strength = 20, .window = 1},
                      {.rate = 1e-3, .decay = 0.1, .strength = 20, .alpha = 0.5f, .sigma = 0.5f, .window = 2}}}},
          {.task = "drawn",
           .batch = 32,
           .epochs = 30,
           .seeds = 10,
           .modes = {{{.rate = 3e-3, .decay = 0.01},
                      {.rate = 3e-3, .decay = 0.01, .alpha = 0.5f, .sigma = 0.5f},
                      {.rate = 3e-3, .decay = 1},
                      {.rate = 3e-3, .decay = 1, .strength = 0.01},
                      {.rate = 3e-3, .decay = 1, .strength = 20, .window = 3},
                      {.rate = 3e-3,
                       .decay = 0.01,
                       .strength = 20,
                       .alpha = 0.5f,
                       .sigma = 0.5f,
                       .first_epoch = 1,
                       .window = 2}}}}};
}

inline subpopulation_recipe recipe_of(std::string const& task) {
  for (auto recipe : subpopulation_recipes()) {
    if (recipe.task == task) return recipe;
    // Photographs by photographs' settings: nothing was chosen on these.
    bool const like = std::string(recipe.task) == "cifar";
    if (like && task == "waterbirds") return recipe.task = "waterbirds", recipe;
    if (like && task == "celeba") return recipe.task = "celeba", recipe;
  }
  throw std::runtime_error("no task '" + task + "'; there are optdigits, cifar, waterbirds, celeba, drawn and all");
}

}  // namespace example
