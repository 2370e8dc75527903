// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/concepts.hpp>

namespace mixaug::label {

/// The sample keeps its label (Cutout).
struct keep {
  label_shares operator()(row_facts const&, double) const noexcept { return {1.0f, 0.0f}; }
};

}  // namespace mixaug::label
