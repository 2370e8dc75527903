// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/region/detail/puzzle/layered_labels.hpp>
#include <mixaug/region/detail/puzzle/raise_labels.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Bytes of scratch of least_labels.
constexpr std::size_t least_labels_bytes(int labels) noexcept {
  return sizeof(raise_labels<4>) > layered_labels::bytes(labels) ? sizeof(raise_labels<4>)
                                                                 : layered_labels::bytes(labels);
}

/// Writes the labels of the minimum of an energy, the pointwise smallest of all optima, at index 16 y + x of `label`
/// (256). The energy is bounded().
inline void least_labels(label_energy const& energy, std::uint8_t* label, std::byte* scratch) noexcept {
  if (!energy.convex()) return layered_labels(energy, scratch)(label);
  int const words = (energy.height + 3) / 4;
  if (words == 1) return (*::new (scratch) raise_labels<1>)(energy, label);
  if (words == 2) return (*::new (scratch) raise_labels<2>)(energy, label);
  (*::new (scratch) raise_labels<4>)(energy, label);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
