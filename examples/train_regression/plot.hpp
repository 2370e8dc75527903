// SPDX-License-Identifier: MIT
#pragma once
// How the curves of the modes look: the hue says the pairing, dashes that the input is mixed.

#include <vector>

#include "support/curve_plot.hpp"

namespace example {

// In the order of training_modes.
inline std::vector<curve_style> regression_styles() {
  return {{"#4b5563", "", "erm"},
          {"#e07b1a", "7 4", "mixup, input"},
          {"#2b6cd4", "7 4", "c_mixup, input"},
          {"#e07b1a", "", "mixup, hidden"},
          {"#2b6cd4", "", "c_mixup, hidden"}};
}

}  // namespace example
