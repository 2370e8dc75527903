// SPDX-License-Identifier: MIT
#pragma once
// The ways to train a classifier of images, in the order of every table.

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace example {

struct classifier_mode {
  std::string_view name;
  char const *colour, *dash;  // of its curve
};
enum class classifier : std::size_t {
  erm,
  mixup,
  cutmix,
  saliencymix,
  saliencymix_byte_bug,  // the maps that the published code read, in place of the right ones
  resizemix,
  fmix,
  puzzlemix,
  recursivemix,
  manifold_mixup,
  mixup_or_cutmix,     // one_of, chosen for each image
  mixup_or_cutmix_bce  // the same, a sigmoid for each class
};
inline constexpr std::array<classifier_mode, 12> classifier_modes{{{"erm", "#4b5563", ""},
                                                                   {"mixup", "#e07b1a", ""},
                                                                   {"cutmix", "#2b6cd4", ""},
                                                                   {"saliencymix", "#0f9d76", ""},
                                                                   {"saliencymix_byte_bug", "#0f9d76", "4 4"},
                                                                   {"resizemix", "#2b6cd4", "7 4"},
                                                                   {"fmix", "#4b5563", "7 4"},
                                                                   {"puzzlemix", "#d6336c", ""},
                                                                   {"recursivemix", "#9b4fc4", ""},
                                                                   {"manifold_mixup", "#e07b1a", "7 4"},
                                                                   {"mixup_or_cutmix", "#8a6d1b", ""},
                                                                   {"mixup_or_cutmix_bce", "#8a6d1b", "7 4"}}};
inline constexpr classifier_mode const& mode_of(classifier c) { return classifier_modes[static_cast<std::size_t>(c)]; }

// Throws std::runtime_error where there is no mode of that name; `what` begins its sentence.
inline classifier classifier_named(std::string_view name, std::string const& what) {
  for (std::size_t k = 0; k < classifier_modes.size(); ++k)
    if (classifier_modes[k].name == name) return static_cast<classifier>(k);
  std::string all;
  for (auto const& mode : classifier_modes) all += (all.empty() ? "" : ", ") + std::string(mode.name);
  throw std::runtime_error(what + " '" + std::string(name) + "'; there are " + all);
}

// "cutmix,erm" in the order of the tables, each mode once.
inline std::vector<classifier> classifiers_of(std::string const& list) {
  std::vector<classifier> out;
  for (std::size_t at = 0, end; at <= list.size(); at = end + 1) {
    end = std::min(list.find(',', at), list.size());
    out.push_back(classifier_named(std::string_view(list).substr(at, end - at), "--methods got"));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}
inline std::vector<classifier> every_classifier() {
  std::vector<classifier> out;
  for (std::size_t k = 0; k < classifier_modes.size(); ++k) out.push_back(static_cast<classifier>(k));
  return out;
}

}  // namespace example
